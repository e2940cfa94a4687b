"""The states of a slot, and the sum that must hold of them at all times:

    requested = kept + dropped + failed + cancelled + pending

A slot that became its children's slots (EXPANDED) is no longer counted; one that waits at a set step (WAITING) counts as pending.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from rowsmith.core.calls import ASKED_AGAIN, FOUND, PLAIN, REPAIRED

PENDING, KEPT, DROPPED, FAILED, CANCELLED, EXPANDED, WAITING = range(7)
FINAL = frozenset({KEPT, DROPPED, FAILED, CANCELLED})

NOT_RECORDED = "not_recorded"
"""Why a slot failed whose answer is not stored, in a run that may buy nothing. It is not given up: it holds its place below the target,
and goes on as it stands whenever the run is carried out again."""

START = (0, 0, 0)
"""Where a run begins: its wave, the round of asking the same parents again, and whether that round asks only those that lack rows. Rounds below 0
are those of a run that is spread: of the parts of its sources a share of 2 ** round has had its turn by the end of it, evenly all over them."""
SPREAD = (0, -4, 0)
"""Where a run begins that is spread: with a sixteenth of the parts."""
KEPT_STAGE = 255
"""`row.stage` of kept rows."""
PASSED_STAGE = 256
"""`row.stage`, less the position of a set step, of rows that it changed when it let them through: as they went on. In later rounds, and when a run is
resumed, more is made of them than of the rows as they came."""
HELD_STAGE = 512
"""`row.stage`, less the position of a step, of rows of which that step makes more as soon as the target needs them."""
HELD, LET_ON = "held", "let_on"
"""`slot.reason` of rows that wait at a set step which has let them through: until the target needs them, and while they are asked about."""
OVER_STAGE = 254
"""`row.stage` of rows beyond the target, kept aside in case the target grows."""


@dataclass(slots=True)
class Tally:
    """Counts of a run's slots and calls. `dropped` and `failed` map reason to count; `cost` in picodollars, without the `unpriced` calls,
    whose price is not known."""

    kept: int = 0
    pending: int = 0
    cancelled: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    calls: int = 0
    calls_reused: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    cost: int = 0
    maybe_billed: int = 0
    unpriced: int = 0
    refused_draws: Counter[str] = field(default_factory=Counter)
    mended: Counter[str] = field(default_factory=Counter)

    @property
    def requested(self) -> int:
        """Slots that count."""
        return self.kept + self.pending + self.cancelled + self.dropped.total() + self.failed.total()

    @property
    def answers(self) -> dict[str, int]:
        """The answers that were used, by what had to be done for them (core.calls). All that came and are not counted elsewhere were used
        as they stood; while a run is under way, those not read yet are among them."""
        mended = {how: self.mended[how] for how in (FOUND, REPAIRED, ASKED_AGAIN)}
        plain = self.calls + self.calls_reused - self.refused_draws.total() - sum(mended.values())
        return {PLAIN: max(0, plain), **mended}

    def add(self, state: int, reason: str | None, n: int = 1) -> None:
        """Count `n` slots (negative: take them off) in `state`."""
        if state == KEPT:
            self.kept += n
        elif state in (PENDING, WAITING):
            self.pending += n
        elif state == CANCELLED:
            self.cancelled += n
        elif state == DROPPED:
            _count(self.dropped, reason or "dropped", n)
        elif state == FAILED:
            _count(self.failed, reason or "failed", n)

    def count(self, other: Tally) -> None:
        """Add the calls of another tally."""
        self.calls += other.calls
        self.calls_reused += other.calls_reused
        self.tokens_in += other.tokens_in
        self.tokens_out += other.tokens_out
        self.cost += other.cost
        self.maybe_billed += other.maybe_billed
        self.unpriced += other.unpriced

    def copy(self) -> Tally:
        """The same counts, to be changed apart."""
        return replace(
            self, dropped=self.dropped.copy(), failed=self.failed.copy(), refused_draws=self.refused_draws.copy(),
            mended=self.mended.copy(),
        )

    def dump(self) -> dict[str, Any]:
        """As plain data, `requested` included."""
        return {
            "requested": self.requested, "kept": self.kept, "dropped": dict(sorted(self.dropped.items())),
            "failed": dict(sorted(self.failed.items())), "cancelled": self.cancelled, "pending": self.pending, "calls": self.calls,
            "calls_reused": self.calls_reused, "tokens_in": self.tokens_in, "tokens_out": self.tokens_out, "cost": self.cost,
            "maybe_billed": self.maybe_billed, "unpriced": self.unpriced, "refused_draws": dict(sorted(self.refused_draws.items())),
            "mended": dict(sorted(self.mended.items())),
        }  # fmt: skip

    @classmethod
    def load(cls, data: Mapping[str, Any]) -> Tally:
        """The tally that `dump` wrote."""
        return cls(
            kept=data["kept"], pending=data["pending"], cancelled=data["cancelled"], dropped=Counter(data["dropped"]),
            failed=Counter(data["failed"]), calls=data["calls"], calls_reused=data["calls_reused"], tokens_in=data["tokens_in"],
            tokens_out=data["tokens_out"], cost=data["cost"],
            maybe_billed=data["maybe_billed"], unpriced=data["unpriced"], refused_draws=Counter(data["refused_draws"]),
            mended=Counter(data["mended"]),
        )  # fmt: skip


def _count(counts: Counter[str], reason: str, n: int) -> None:
    counts[reason] += n
    if not counts[reason]:
        del counts[reason]
