"""Waiting for room below a cap: calls that are under way hold their highest price, and most of it comes back when they end."""

from __future__ import annotations

import asyncio
from collections import deque

from rowsmith.core.calls import PICO, Claim, Claimed
from rowsmith.core.ports import Ledger, Paused

Turn = asyncio.Future[bool]
"""Whether to claim again, or give up."""


class Room:
    """The claims of one gate. `_busy` counts those being made and those open (claimed, not settled): each may make room when it ends.
    `_ended` counts those that ended; a waiting claim remembers the count at which it was refused."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._busy = 0
        self._ended = 0
        self._waiting: deque[tuple[Turn, int]] = deque()

    async def claim(self, claim: Claim) -> Claimed:
        """Claim, waiting while a cap stands in the way and other claims may make room.

        Raises:
            Paused: a cap stands in the way and nothing is left that could make room.
        """
        while True:
            before = self._ended
            claimed = await self.tried(claim)
            if claimed.state != "over_budget":
                return claimed
            await self.wait(claimed, before)

    async def tried(self, claim: Claim) -> Claimed:
        """Claim once, whatever stands in the way."""
        self._busy += 1
        try:
            claimed = await self._ledger.claim(claim)
        except BaseException:
            self.ended()
            raise
        if claimed.state == "mine":
            self._wake()
            return claimed
        self._busy -= 1
        if claimed.state != "over_budget":
            self._wake(everybody=not self._busy)
        return claimed

    @property
    def so_far(self) -> int:
        """How many claims have ended."""
        return self._ended

    async def wait(self, refused: Claimed, before: int) -> None:
        """Wait until another claim, open when `before` had ended, has made room.

        Raises:
            Paused: a cap stands in the way and nothing is left that could make room.
        """
        if before == self._ended:
            await self._wait(refused)

    def begun(self, count: int) -> None:
        """So many claims are open from an earlier carrying-out."""
        self._busy += count

    def ended(self, count: int = 1) -> None:
        """Open claims were settled or given up."""
        self._busy -= count
        self._ended += count
        for _ in range(min(count, len(self._waiting)) or 1):
            self._wake(everybody=not self._busy)

    async def _wait(self, refused: Claimed) -> None:
        if not self._busy:
            self._turn_away()
            raise over_budget(refused)
        turn: Turn = asyncio.get_running_loop().create_future()
        self._waiting.append((turn, self._ended))
        try:
            if not await turn:
                raise over_budget(refused)
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._wake(everybody=not self._busy)
            raise

    def _wake(self, *, everybody: bool = False) -> None:
        while self._waiting:
            turn, _ = self._waiting.popleft()
            if not turn.done():
                turn.set_result(True)
                if not everybody:
                    return

    def _turn_away(self) -> None:
        """Nothing is under way: those who were refused since the last claim ended need not try again."""
        waiting, self._waiting = self._waiting, deque()
        for turn, refused_at in waiting:
            if not turn.done():
                turn.set_result(refused_at != self._ended)


def over_budget(claimed: Claimed) -> Paused:
    """The pause, for the cap that stands in the way."""
    claim = claimed.claim
    could = f"the next call could use up to {claim.reserve_tokens:,} tokens" + (f" or {claim.reserve / PICO:.6f} USD" if claim.reserve else "")
    lower = "" if claim.once else " A smaller max_tokens lets each call reserve less."
    if claimed.scope.partition(":")[0] == "project":
        return Paused("budget", f"The project's cap is reached: {could}.", f"Raise the project's budget (rowsmith project budget) and go on.{lower}")
    return Paused("budget", f"The run's budget is reached: {could}.", f"Give a higher --budget or --budget-tokens and go on.{lower}")
