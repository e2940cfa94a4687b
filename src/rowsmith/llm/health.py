"""What the gate knows of one server: when it asked for silence, whether it is failing, and how many repeats it may be sent.

The repeats follow a retry budget (a token bucket that successes fill), the stop after many failures in a row is a circuit breaker
with a half-open probe; both as described by Nygard, Release It! (2018), and the Google SRE book, chapter 21.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from time import monotonic

BREAKER = 20
"""Failures in a row that open the breaker at once."""
BREAKER_SLOW = 5
"""Failures in a row that open it when there was no success for SLOW_S seconds."""
SLOW_S = 5.0
PROBE_S = (1.0, 30.0)
"""Seconds between two probes: at first, and at most (doubling)."""
EARNED = 1.2
"""Repeats that each success pays for: attempts stay below 2.2 times the successes."""
SAVED = 20.0
"""Most repeats that can be saved up; also what a server starts with."""
TRICKLE = (0.1, 0.2)
"""Repeats a second beyond those: a share of the last rate of successes, and at least this many."""


class Health:
    """One profile's state in this process. Times are of the monotonic clock."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self.ever = False
        self.retries = 0
        self.silent_until = 0.0
        self.throttled_since: float | None = None
        self._rounds = 0
        self.failing_since: float | None = None
        self.in_a_row = 0
        self._open = False
        self._halted = False
        self._probing = False
        self._probe_at = 0.0
        self._probe_wait = PROBE_S[0]
        self._pulse: asyncio.Future[None] | None = None
        self._saved, self._filled_at = SAVED, clock()
        self._rate, self._counted, self._counted_at = 0.0, 0, clock()

    @property
    def open(self) -> bool:
        """Whether the breaker is open: nothing is sent but a probe now and then."""
        return self._open

    def silent_for(self) -> float:
        """Seconds for which the server asked this process for silence; 0 when it did not."""
        return max(0.0, self.silent_until - self._clock()) if self.silent_until else 0.0

    def throttled(self, seconds: float | None, backoff_s: float) -> float:
        """The server asked for silence; without a usable figure it doubles with each silence in a row. Returns the seconds."""
        now = self._clock()
        self._rounds += now >= self.silent_until
        self.throttled_since = now if self.throttled_since is None else self.throttled_since
        self.retries += 1
        if not seconds:
            seconds = random.uniform(0.5, 1.0) * min(30.0, backoff_s * 2 ** min(self._rounds, 10))
        self.silent_until = max(self.silent_until, now + seconds)
        self.alive()
        return seconds

    def alive(self) -> None:
        """It answered, whatever it said: the breaker closes."""
        self.ever = True
        self.in_a_row = 0
        self.failing_since = None
        if self._open:
            self._open = self._probing = False
            self._probe_wait = PROBE_S[0]
            self._beat()

    def succeeded(self) -> None:
        """It gave an answer."""
        self.ever = True
        self._rounds = 0
        self.throttled_since = None
        if self.failing_since is not None:
            self.alive()
        if self._saved < SAVED:
            self._saved = min(SAVED, self._saved + EARNED)
        self._counted += 1
        if self._counted >= 16 and (passed := self._clock() - self._counted_at) >= 1.0:
            self._rate = 0.7 * self._rate + 0.3 * self._counted / passed if self._rate else self._counted / passed
            self._counted, self._counted_at = 0, self._clock()

    def failed(self) -> bool:
        """It answered with an error of its own, not in time, or not at all. True when that opened the breaker."""
        now = self._clock()
        self.in_a_row += 1
        self.failing_since = now if self.failing_since is None else self.failing_since
        slow = self.in_a_row >= BREAKER_SLOW and now - self.failing_since >= SLOW_S
        opens = not self._open and (self.in_a_row >= BREAKER or slow)
        self._open = self._open or opens
        if opens:
            self._probe_at = now + self._probe_wait
        return opens

    def failing_for(self) -> float:
        """Seconds since the first of the failures in a row; 0 when there are none."""
        return 0.0 if self.failing_since is None else self._clock() - self.failing_since

    def throttled_for(self) -> float:
        """Seconds since the first throttling without a success after it; 0 when there is none."""
        return 0.0 if self.throttled_since is None else self._clock() - self.throttled_since

    async def turn(self) -> bool:
        """Wait until something may have changed while the breaker is open. True: the caller is its probe now, and must call `probed`
        afterwards."""
        wait = self._probe_at - self._clock()
        if self._open and not self._probing and wait <= 0:
            self._probing = True
            return True
        if self._open and not self._halted:
            if self._pulse is None:
                self._pulse = asyncio.get_running_loop().create_future()
            await asyncio.wait([self._pulse], timeout=None if self._probing else wait)
        return False

    def halt(self) -> None:
        """Nothing more is sent: let those go that wait for a turn."""
        self._halted = True
        self._beat()

    def probed(self) -> None:
        """The probe is over. Unless it closed the breaker, the next one comes after twice the time."""
        self._probing = False
        if not self._open:
            return
        self._probe_wait = min(PROBE_S[1], self._probe_wait * 2)
        self._probe_at = self._clock() + self._probe_wait
        self._beat()

    def may_retry(self) -> bool:
        """Whether the retry budget allows one more repeat; if so, it is taken off."""
        now = self._clock()
        self._saved = min(SAVED, self._saved + (now - self._filled_at) * max(TRICKLE[1], TRICKLE[0] * self._rate))
        self._filled_at = now
        if self._saved < 1:
            return False
        self._saved -= 1
        self.retries += 1
        return True

    def _beat(self) -> None:
        if self._pulse is not None and not self._pulse.done():
            self._pulse.set_result(None)
        self._pulse = None
