"""What a comparison of two runs has come to, as people and scripts read it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from rowsmith.core.paired import Effect, Verdict
from rowsmith.core.row import Json


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two runs. `models` made its rows. `cost_usd` is what its answers cost when they were bought, those reused included (None: not
    known; not what this run alone paid), `cost_per_row_usd` that by kept row. `seconds_median` and `seconds_p95` are those from sending a request
    to its answer, over the answers that the run bought itself (None: none)."""

    run: str
    recipe: str
    state: str
    models: tuple[str, ...]
    kept: int
    answers: int
    reused: int
    tokens_in: int
    tokens_out: int
    cost_usd: float | None
    cost_per_row_usd: float | None
    seconds_median: float | None
    seconds_p95: float | None


@dataclass(frozen=True, slots=True)
class Measure:
    """One thing that was compared: an expression, the name of a score, or the judge; and what came of it."""

    by: str
    effect: Effect

    def dump(self) -> dict[str, Any]:
        """As plain data."""
        return {"by": self.by, **asdict(self.effect)}


@dataclass(frozen=True, slots=True)
class Judged:
    """What the judge said of the pairs that differ: `a`, `b` were preferred in both orders, `ties` in neither (`by_place` of them because it chose
    the first or the second place both times). `failed`: pairs without an answer that can be used, by reason; they are in no figure.
    `same`: pairs that say the same, of which nobody was asked; they count as ties in the figures. `cost_usd` is what its answers are worth."""

    run: str | None
    model: str
    a: int
    b: int
    ties: int
    by_place: dict[str, int]
    failed: dict[str, int]
    same: int
    cost_usd: float | None


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A pair that differs: the ids of its rows, what both say where they do not say the same, their values, and the judge's reasons."""

    a: str
    b: str
    value_a: float | None
    value_b: float | None
    difference: float
    data_a: dict[str, Json]
    data_b: dict[str, Json]
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs beside each other. `measures` begins with the one that decides. `pairs` rows are kept in both; `only_a` and `only_b` count those
    that are kept in one alone, by what became of them in the other. `rows` are the pairs that differ most, of `effect.differing`. `notes` say what
    should be known before the verdict is believed."""

    a: Side
    b: Side
    pairs: int
    measures: tuple[Measure, ...]
    only_a: dict[str, int]
    only_b: dict[str, int]
    judged: Judged | None
    rows: tuple[Disagreement, ...]
    notes: tuple[str, ...]

    @property
    def by(self) -> str:
        """What decided."""
        return self.measures[0].by

    @property
    def effect(self) -> Effect:
        """How B differs from A by it."""
        return self.measures[0].effect

    @property
    def verdict(self) -> Verdict:
        """`A better`, `B better` or `no difference shown`."""
        return self.effect.verdict

    def dump(self) -> dict[str, Any]:
        """As plain data: the figures of the measure that decides at the top, all of them in `measures`."""
        return {
            **self.measures[0].dump(), "paired": self.pairs,
            "cost": {"a": _cost(self.a), "b": _cost(self.b), "judge_usd": self.judged.cost_usd if self.judged else 0.0},
            "a_run": _who(self.a), "b_run": _who(self.b), "measures": [measure.dump() for measure in self.measures],
            "unpaired": {"a": self.only_a, "b": self.only_b}, "judge": asdict(self.judged) if self.judged else None,
            "rows": [asdict(row) for row in self.rows], "notes": list(self.notes),
        }  # fmt: skip


_WHO = ("run", "recipe", "state", "models", "kept")


def _who(side: Side) -> dict[str, Any]:
    return {name: getattr(side, name) for name in _WHO}


def _cost(side: Side) -> dict[str, Any]:
    return {name: value for name, value in asdict(side).items() if name not in _WHO}
