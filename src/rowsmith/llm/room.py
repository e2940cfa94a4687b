"""Waiting for room below a cap: calls that are under way hold their highest price, and most of it comes back when they end."""

from __future__ import annotations

import asyncio
from collections import deque

from rowsmith.core.calls import PICO, Claim, Claimed
from rowsmith.core.ports import Ledger, Paused


class Room:
    """The claims of one gate that are open (claimed and not settled), and those that wait for one of them to end."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._open = 0
        self._ended = 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def claim(self, claim: Claim) -> Claimed:
        """Claim, waiting while a cap stands in the way and other claims are open.

        Raises:
            Paused: a cap stands in the way and nothing is open that could make room.
        """
        while True:
            ended = self._ended
            claimed = await self._ledger.claim(claim)
            if claimed.state == "mine":
                self._open += 1
            if claimed.state != "over_budget":
                self._wake(1)
                return claimed
            if ended == self._ended:
                if not self._open:
                    raise over_budget(claimed)
                await self._wait()

    def ended(self) -> None:
        """An open claim was settled or given up."""
        self._open -= 1
        self._ended += 1
        if self._waiting:
            self._wake(1 if self._open else len(self._waiting))

    async def _wait(self) -> None:
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._wake(1)
            raise

    def _wake(self, count: int) -> None:
        while count and self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                count -= 1


def over_budget(claimed: Claimed) -> Paused:
    """The pause, for the cap that stands in the way."""
    claim = claimed.claim
    could = f"the next call could use up to {claim.reserve_tokens:,} tokens" + (f" or {claim.reserve / PICO:.6f} USD" if claim.reserve else "")
    lower = "A smaller max_tokens lets each call reserve less."
    if claimed.scope == "project":
        return Paused("budget", f"The project's cap is reached: {could}.", f"Raise the project's budget and go on. {lower}")
    return Paused("budget", f"The run's budget is reached: {could}.", f"Give a higher --budget (or budget_usd, budget_tokens) and go on. {lower}")
