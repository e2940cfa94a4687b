"""How many calls of one model are in flight: a queue in order of arrival before a limit that adapts to what the server bears.

Additive increase, multiplicative decrease (Chiu and Jain, 1989), with the faster growth of TCP's slow start (Jacobson, 1988) once the
server has been quiet for a while: doubling up to half of the last limit that held, then a quarter more for each full round.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from time import monotonic

COOL_S = 2.0
"""Seconds after a cut in which further throttling does not cut again: it is the same event."""
QUIET_S = 5.0
"""Seconds without throttling after which the limit grows by rounds."""
STEP = 25
"""Successes that raise the limit by one."""


class Lane:
    """The in-flight places of one model. `cap` is its `concurrency`; `limit` is how many there are now."""

    __slots__ = ("_clock", "_cut_at", "_good", "_streak", "_waiting", "cap", "in_flight", "limit")

    def __init__(self, cap: int, clock: Callable[[], float] = monotonic) -> None:
        self.cap = cap
        self.limit = float(cap)
        self.in_flight = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._clock = clock
        self._streak = 0
        self._good = float(cap)
        self._cut_at = float("-inf")

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
        if self._streak >= self.limit and self._clock() - self._cut_at >= QUIET_S:
            self._grow(self.limit * (2 if self.limit < self._good / 2 else 1.25))
        elif self._streak >= STEP:
            self._grow(self.limit + 1)

    def throttled(self) -> None:
        """The server wants less: the limit falls by a quarter, once in COOL_S seconds."""
        now = self._clock()
        self._streak = 0
        if now - self._cut_at < COOL_S:
            return
        if now - self._cut_at >= QUIET_S:
            self._good = self.limit
        self._cut_at = now
        self.limit = max(1.0, self.limit * 0.75)

    def _grow(self, limit: float) -> None:
        self.limit = min(float(self.cap), max(limit, self.limit + 1))
        self._streak = 0
        self._hand_out()

    def _hand_out(self) -> None:
        while self._waiting and (self._waiting[0].done() or self.in_flight < int(self.limit)):
            turn = self._waiting.popleft()
            if not turn.done():
                self.in_flight += 1
                turn.set_result(None)
