"""Claims of a server with rate limits, made before their time comes.

Each claim takes the next free time there is. A run has more rows at hand than a slow server serves in an hour: did they all claim at
once, the last ones would wait so long that the run paused, and a run that is stopped would leave an hour's times taken behind it.
"""

from __future__ import annotations

import asyncio
from collections import deque

from rowsmith.core.calls import Claim

AHEAD_S = 5.0
"""Seconds for which claims are made ahead."""


class Ahead:
    """At most a few seconds' worth of claims whose time has not come: what an estimate took too much of a limit of tokens comes back with
    the answer, and only claims that are made after that can use it."""

    def __init__(self) -> None:
        self._inside = 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def enter(self, claim: Claim) -> None:
        """Wait until the claim may be made, in order of arrival; `leave` when its time has come or it is of no use."""
        while self._inside >= most_ahead(claim):
            turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.append(turn)
            try:
                await turn
            except asyncio.CancelledError:
                if turn.done() and not turn.cancelled():
                    self._next()
                raise
        self._inside += 1

    def leave(self) -> None:
        """A claim is no longer ahead of its time."""
        self._inside -= 1
        self._next()

    def _next(self) -> None:
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return


def most_ahead(claim: Claim) -> int:
    """How many claims like this one are served within AHEAD_S seconds; at least one."""
    limits = claim.limits
    if limits is None:
        return 1
    by_tokens = limits.tpm / max(1, claim.paced_tokens) if limits.tpm else None
    soon = [a_minute * AHEAD_S / 60 for a_minute in (limits.rpm, by_tokens) if a_minute is not None]
    return max(1, int(min(soon + ([limits.rpd] if limits.rpd else []))))
