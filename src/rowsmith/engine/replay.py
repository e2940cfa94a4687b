"""Answers from the store alone: the ledger of a run that is carried out again offline, to prove that it comes out the same."""

from __future__ import annotations

from dataclasses import dataclass, field

from rowsmith.core.calls import Claim, Claimed, Limits, Usage
from rowsmith.core.errors import RowFailed
from rowsmith.core.ids import digest
from rowsmith.store import calls
from rowsmith.store.database import Database


@dataclass(slots=True)
class Replay:
    """Gives each question the answer that the run `run` of `db` used at the same place, and buys nothing (core.ports.Ledger).

    `differing` counts questions that are not the ones that were asked then; `missing` those without an answer.
    """

    db: Database
    run: int
    differing: int = 0
    missing: int = 0
    examples: list[str] = field(default_factory=list)

    async def claim(self, claim: Claim) -> Claimed:
        """The stored answer.

        Raises:
            RowFailed: there is none, as when the call failed at the time.
        """
        asker = claim.asker
        found = calls.used(self.db, self.run, asker.order, asker.step, asker.retry, asker.seq, claim.base)
        if found is None:
            self.missing += 1
            raise RowFailed("not_in_store", "No answer is stored for this question.")
        if digest(claim.base, found.index.to_bytes(4, "big")) != found.key:
            self.differing += 1
            self.examples.append(found.key.hex())
        return Claimed("stored", claim, found.key, found.index, found.raw, found.usage)

    async def answer(self, claimed: Claimed, raw: bytes, usage: Usage, cost: int | None) -> None:
        """Nothing is bought."""
        raise AssertionError("a replay buys nothing")

    async def unknown(self, claimed: Claimed, detail: str) -> bool:
        """Nothing is bought."""
        raise AssertionError("a replay buys nothing")

    async def release(self, claimed: Claimed, detail: str, *, maybe_billed: bool) -> None:
        """Nothing is bought."""
        raise AssertionError("a replay buys nothing")

    def refused(self, claimed: Claimed, reason: str, detail: str) -> None:
        """Noted at the time already."""

    def mended(self, claimed: Claimed, how: str) -> None:
        """Noted at the time already."""

    async def permit(self, profile: str, limits: Limits, tokens: int) -> float:
        """No request is sent."""
        return 0.0

    async def block(self, profile: str, seconds: float) -> None:
        """No request is sent."""

    def blocked(self, profile: str) -> float:
        """No request is sent."""
        return 0.0
