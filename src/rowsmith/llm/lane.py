"""How many calls of one model are in flight, and when the next is sent: a queue in order of arrival before a limit that adapts to what the
server bears, and a pace (rowsmith.llm.pace) where it permits only so many in a time.

Additive increase, multiplicative decrease (Chiu and Jain, 1989), below the limit at which the server last throttled: that one is not
tried again before a while has passed, longer each time it proves to be the ceiling (as CUBIC does, RFC 9438). After that while without
throttling it grows by full rounds, as TCP's slow start does (Jacobson, 1988): doubling at first, then a quarter more each round.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from time import monotonic

from rowsmith.llm.pace import Pace

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
        "_bad", "_ceiling", "_clock", "_cut_at", "_good", "_grown", "_halted", "_quiet_s", "_round_at", "_streak", "_timer", "_waiting", "cap",
        "in_flight", "limit", "pace",
    )  # fmt: skip

    def __init__(self, cap: int, clock: Callable[[], float] = monotonic) -> None:
        self.cap = cap
        self.limit = float(cap)
        self.in_flight = 0
        self.pace = Pace(clock)
        self._waiting: deque[asyncio.Future[float]] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._halted = False
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

    def take_now(self) -> float | None:
        """Take a place if one is free now and nobody waits for it; since when it is taken (see `take`)."""
        if self._waiting or self.in_flight >= int(self.limit) or self._pause() > 0:
            return None
        self.in_flight += 1
        return self.pace.sent()

    async def take(self) -> float:
        """Wait for a place, in order of arrival. Gives the time at which the call is sent, by which `refused` and `give` know it."""
        turn: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        self._hand_out()
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.give(unsent=turn.result())
            raise

    def give(self, *, unsent: float | None = None) -> None:
        """Free a place; `unsent` names a call that was not sent after all."""
        self.in_flight -= 1
        if unsent is not None:
            self.pace.unsent(unsent)
        if self._waiting:
            self._hand_out()

    def halt(self) -> None:
        """Nothing more is sent: let those go that wait for their time."""
        self._halted = True
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

    def refused(self, sent_at: float, silence_s: float, *, told: bool) -> None:
        """The server turned the call away that was sent at this time (429), and is silent for so long (`told`: as it said). Where the pace
        deals with that, as many as before may be in flight."""
        if not self.pace.refused(sent_at, silence_s, told=told):
            self.throttled()

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

    def _pause(self) -> float:
        """Seconds until the next call may be sent."""
        return 0.0 if self._halted else self.pace.ready_in()

    def _hand_out(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        while self._waiting:
            if self._waiting[0].done():
                self._waiting.popleft()
            elif self.in_flight >= int(self.limit):
                return
            elif (pause := self._pause()) > 0:
                self._timer = asyncio.get_running_loop().call_later(pause, self._hand_out)
                return
            else:
                self.in_flight += 1
                self._waiting.popleft().set_result(self.pace.sent())
