"""A ledger for a question that belongs to no run: nothing is kept, nothing found again, and no budget counts it."""

from __future__ import annotations

from rowsmith.core.calls import Claim, Claimed, Limits, Usage


class Unrecorded:
    """A Ledger (core.ports). Every claim is its caller's, and each attempt is the only one."""

    async def claim(self, claim: Claim) -> Claimed:
        """Always the caller's, at once."""
        return Claimed("mine", claim, key=claim.base, attempt=1)

    async def answer(self, claimed: Claimed, raw: bytes, usage: Usage, cost: int | None) -> None:
        """Not kept."""

    async def unknown(self, claimed: Claimed, detail: str) -> bool:
        """There is no further attempt."""
        return False

    async def release(self, claimed: Claimed, detail: str, *, maybe_billed: bool, sent: bool = True) -> None:
        """Nothing was reserved."""

    def refused(self, claimed: Claimed, reason: str, detail: str) -> None:
        """Not kept."""

    def mended(self, claimed: Claimed, how: str) -> None:
        """Not kept."""

    async def permit(self, profile: str, limits: Limits, tokens: int) -> float:
        """At once."""
        return 0.0

    async def block(self, profile: str, seconds: float) -> None:
        """Told to nobody."""

    def blocked(self, profile: str) -> float:
        """Not kept."""
        return 0.0
