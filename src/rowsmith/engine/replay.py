"""Answers from the store alone: the ledger of a run that is carried out again offline, to prove that it comes out the same."""

from __future__ import annotations

from dataclasses import dataclass, field

from rowsmith.core.calls import Claim, Claimed
from rowsmith.core.errors import RowFailed
from rowsmith.core.ids import digest
from rowsmith.core.ports import NotRecorded
from rowsmith.engine.offline import BuysNothing
from rowsmith.store import calls
from rowsmith.store.database import Database


@dataclass(slots=True)
class Replay(BuysNothing):
    """Gives each question the answer that the run `run` of `db` used at the same place, and buys nothing (core.ports.Ledger).

    `number` is the carrying-out that is repeated, counted from 1; with `gaps`, what was not recorded then is not there now, either.
    `differing` counts questions that are not the ones that were asked then; `missing` those without an answer.
    """

    db: Database
    run: int
    number: int = 1
    gaps: bool = False
    differing: int = 0
    missing: int = 0
    examples: list[str] = field(default_factory=list)

    async def claim(self, claim: Claim) -> Claimed:
        """The stored answer.

        Raises:
            NotRecorded: there was none offline. RowFailed: there is none, as when the call failed at the time.
        """
        asker = claim.asker
        place = (asker.order, asker.step, asker.retry, asker.seq, claim.base)
        if self.gaps and calls.absent_until(self.db, self.run, *place) >= self.number:
            raise NotRecorded("No answer was recorded at the time.")
        found = calls.used(self.db, self.run, *place)
        if found is None:
            self.missing += 1
            raise RowFailed("not_in_store", "No answer is stored for this question.")
        if digest(claim.base, found.index.to_bytes(4, "big")) != found.key:
            self.differing += 1
            self.examples.append(found.key.hex())
        return Claimed("stored", claim, found.key, found.index, found.raw, found.usage)

    def refused(self, claimed: Claimed, reason: str, detail: str) -> None:
        """Noted at the time already."""

    def mended(self, claimed: Claimed, how: str) -> None:
        """Noted at the time already."""
