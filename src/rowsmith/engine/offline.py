"""Ledgers that buy nothing: stored answers are given, and what is not stored is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pydantic import SecretStr

from rowsmith.core.calls import Claim, Claimed, Limits, Usage
from rowsmith.core.ports import Found, Ledger, NotRecorded


class AnyKey:
    """Keys (core.ports) of a run that asks nobody: every one is there, so none is needed."""

    def find(self, name: str, address: str, *, own: bool) -> Found:
        """A stand-in, whatever it is called."""
        return Found(SecretStr("offline"), "nowhere", "")


class BuysNothing:
    """The part of core.ports.Ledger that only a purchase needs."""

    async def answer(self, claimed: Claimed, raw: bytes, usage: Usage, cost: int | None) -> None:
        """Nothing is bought."""
        raise AssertionError("nothing is bought offline")

    async def unknown(self, claimed: Claimed, detail: str) -> bool:
        """Nothing is bought."""
        raise AssertionError("nothing is bought offline")

    async def release(self, claimed: Claimed, detail: str, *, maybe_billed: bool, sent: bool = True) -> None:
        """Nothing is bought."""
        raise AssertionError("nothing is bought offline")

    async def permit(self, profile: str, limits: Limits, tokens: int) -> float:
        """No request is sent."""
        return 0.0

    async def block(self, profile: str, seconds: float) -> None:
        """No request is sent."""

    def blocked(self, profile: str) -> float:
        """No request is sent."""
        return 0.0


@dataclass(slots=True)
class Offline(BuysNothing):
    """A run's ledger (core.ports.Ledger) that gives what the call store holds, in the run's carrying-out `number`, counted from 1.

    `steps` are the names of the recipe's steps, by position.
    """

    ledger: Ledger
    number: int
    steps: Sequence[str]

    async def claim(self, claim: Claim) -> Claimed:
        """The stored answer.

        Raises:
            NotRecorded: there is none.
        """
        claimed = await self.ledger.claim(replace(claim, offline=self.number))
        if claimed.state == "absent":
            asked = f"Step {self.steps[claim.asker.step]!r} asks {claim.model}"
            raise NotRecorded(f"{asked} what no stored answer is to: call {claimed.key.hex()}, base {claim.base.hex()}.")
        return claimed

    def refused(self, claimed: Claimed, reason: str, detail: str) -> None:
        """A stored answer that cannot be used is a failed draw, as ever."""
        self.ledger.refused(claimed, reason, detail)

    def mended(self, claimed: Claimed, how: str) -> None:
        """A stored answer that had to be mended is counted, as ever."""
        self.ledger.mended(claimed, how)
