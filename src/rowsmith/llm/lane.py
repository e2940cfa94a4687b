"""How many calls of one model are in flight: a queue in order of arrival before a limit that adapts to what the server bears.

Additive increase, multiplicative decrease (Chiu and Jain, 1989), below the limit at which the server last throttled: that one is not
tried again before a while has passed, longer each time it proves to be the ceiling (as CUBIC does, RFC 9438). After that while without
throttling it grows by full rounds, as TCP's slow start does (Jacobson, 1988): doubling at first, then a quarter more each round.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from time import monotonic

COOL_S = 2.0
"""Seconds after a cut in which further throttling does not cut again: it is the same event."""
QUIET_S = (5.0, 20.0)
"""Seconds without throttling after which the limit grows by rounds, past the ceiling: at first, and at most (doubling)."""
ROUND_S = 1.0
"""Least seconds between two such steps: what a step does shows a moment later."""
FLOOR = 32
"""The limit does not fall below this part of the cap: one call at a time would take too long to find out that the storm is over."""
STEP = 25
"""Successes that raise the limit by one."""


class Lane:
    """The in-flight places of one model. `cap` is its `concurrency`; `limit` is how many there are now."""

    __slots__ = (
        "_bad", "_ceiling", "_clock", "_cut_at", "_good", "_grown", "_quiet_s", "_round_at", "_streak", "_waiting", "cap", "in_flight", "limit",
    )  # fmt: skip

    def __init__(self, cap: int, clock: Callable[[], float] = monotonic) -> None:
        self.cap = cap
        self.limit = float(cap)
        self.in_flight = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._clock = clock
        self._streak = 0
        self._ceiling = float(cap)
        self._cut_at = float("-inf")
        self._quiet_s = QUIET_S[0]
        self._grown = False
        self._good = self._bad = 0
        self._round_at = float("-inf")

    @property
    def waiting(self) -> int:
        """How many wait for a place."""
        return len(self._waiting)

    def take_now(self) -> bool:
        """Take a place if one is free and nobody waits for it."""
        if self._waiting or self.in_flight >= int(self.limit):
            return False
        self.in_flight += 1
        return True

    async def take(self) -> None:
        """Wait for a place, in order of arrival."""
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        self._hand_out()
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.give()
            raise

    def give(self) -> None:
        """Free a place."""
        self.in_flight -= 1
        if self._waiting:
            self._hand_out()

    def succeeded(self) -> None:
        """A call went through: the limit may grow."""
        if self.limit >= self.cap:
            return
        self._streak += 1
        self._good += 1
        if self._streak >= self.limit and (now := self._clock()) - self._cut_at >= self._quiet_s and now - self._round_at >= ROUND_S:
            self._round_at = now
            self._grow(self.limit * (2 if self.limit < self._ceiling / 2 else 1.25))
        elif self._streak >= STEP and self.limit + 1 <= 0.95 * self._ceiling:
            self._grow(self.limit + 1)

    def throttled(self) -> None:
        """The server wants less: the limit falls by a quarter, or by half when most calls since the last fall were throttled; once in
        COOL_S seconds."""
        now = self._clock()
        self._streak = 0
        self._bad += 1
        if now - self._cut_at < COOL_S:
            return
        if self._grown:
            again = 0.7 * self._ceiling <= self.limit <= 1.3 * self._ceiling
            self._quiet_s = min(QUIET_S[1], self._quiet_s * 2) if again else QUIET_S[0]
        self._cut_at, self._ceiling, self._grown = now, self.limit, False
        self.limit = max(1.0, self.cap / FLOOR, self.limit * (0.5 if self._bad > 1 + self._good else 0.75))
        self._good = self._bad = 0

    def _grow(self, limit: float) -> None:
        self.limit = min(float(self.cap), max(limit, self.limit + 1))
        self._streak = 0
        self._grown = True
        self._hand_out()

    def _hand_out(self) -> None:
        while self._waiting and (self._waiting[0].done() or self.in_flight < int(self.limit)):
            turn = self._waiting.popleft()
            if not turn.done():
                self.in_flight += 1
                turn.set_result(None)
