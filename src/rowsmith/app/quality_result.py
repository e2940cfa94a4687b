"""What `rowsmith quality` has found in a dataset or a file: one object, for people, scripts and the report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from rowsmith.app.judged_rows import JudgedScore
from rowsmith.core.quality import Grade, Part

RowName = str | int
"""How a row is known: its id in a dataset, its line (from 1) in a file."""


@dataclass(frozen=True, slots=True)
class RowFlag:
    """What a check says against a row (core.flags.Flag), with the row's name, and the check by the name that `--checks` knows."""

    row: RowName
    check: str
    score: float
    reason: str
    detail: str
    path: str
    span: tuple[int, int] | None

    def dump(self) -> dict[str, Any]:
        """As plain data."""
        span = None if self.span is None else list(self.span)
        return {
            "row": self.row, "check": self.check, "score": self.score, "reason": self.reason, "detail": self.detail, "path": self.path, "span": span,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cluster:
    """Rows that a check takes for one another: how many, the first 20 of them, the one that stays first, and the beginning of what it says."""

    check: str
    size: int
    rows: tuple[RowName, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Other:
    """The dataset that this one is compared with (`--against`), assessed by the same checks."""

    name: str
    version: str | None
    grade: str
    score: float
    parts: tuple[Part, ...]
    rows: int


@dataclass(frozen=True, slots=True)
class NotMeasured:
    """A check that has not been carried out, or that no row gave anything to: why, and the command that measures it."""

    check: str
    why: str
    fix: str


@dataclass(frozen=True, slots=True)
class Recommendation:
    """What would make the dataset better: what, how many rows it is about, and the command that does it."""

    what: str
    rows: int
    command: str


@dataclass(frozen=True, slots=True)
class Assessed:
    """What the checks have found.

    `rows` counts the rows that all checks have seen; `unread` by reason those that could not be read or checked, which no figure holds.
    `grade` and `score` (0 to 1) are made of `parts` as core.quality says; without any part the grade is empty and the score 0. `interval` holds the
    score where parts were measured on some of the rows, and `between` has the grades at its ends, where these differ.
    `counts` are by check and reason the rows that carry such a flag (once, however many they carry).
    `measures` and `lengths` (in words) are {count, mean, low, high, bins: [{from, to, count}]}, as core.quality.measure makes them.
    `funnel` and `cost_per_row_usd` are of the run that made the version; None where it was no run, or its price is not known.
    `grading` has the borders of the grades and the slack (core.quality) by which it was graded. `run` is the run that has checked. `gate` says what
    each rule of a gate file came to, where one was given. `judges` are the scores that judges have given the rows (app.judged_rows).
    """

    dataset: str
    version: str | None
    run: str
    rows: int
    unread: Mapping[str, int]
    checks: tuple[str, ...]
    grade: str
    score: float
    parts: tuple[Part, ...]
    flags: Iterable[RowFlag]
    counts: Mapping[str, Mapping[str, int]]
    measures: Mapping[str, Mapping[str, Any]]
    lengths: Mapping[str, Mapping[str, Any]]
    languages: Mapping[str, int]
    sources: tuple[Mapping[str, Any], ...]
    clusters: tuple[Cluster, ...]
    not_measured: tuple[NotMeasured, ...]
    recommendations: tuple[Recommendation, ...]
    diversity: Mapping[str, Any] | None = None
    bias: Mapping[str, Any] | None = None
    topics: Mapping[str, Any] | None = None
    labels: Mapping[str, Any] | None = None
    funnel: tuple[Mapping[str, Any], ...] | None = None
    cost_per_row_usd: float | None = None
    against: Other | None = None
    gate: Mapping[str, Any] | None = None
    interval: tuple[float, float] | None = None
    between: tuple[Grade, Grade] | None = None
    grading: Mapping[str, Any] | None = None
    judges: tuple[JudgedScore, ...] = ()
    notes: tuple[str, ...] = field(default=())

    def dump(self, *, flags: bool = True) -> dict[str, Any]:
        """As plain data; without `flags`, none of them (they are in a file of their own)."""
        return {
            "dataset": self.dataset, "version": self.version, "run": self.run, "rows": self.rows, "unread": dict(self.unread),
            "checks": list(self.checks), "grade": self.grade, "score": self.score,
            "interval": None if self.interval is None else list(self.interval), "between": None if self.between is None else list(self.between),
            "parts": [one.dump() for one in self.parts],
            "flags": [one.dump() for one in self.flags] if flags else [], "counts": {name: dict(found) for name, found in self.counts.items()},
            "measures": dict(self.measures), "lengths": dict(self.lengths), "languages": dict(self.languages),
            "sources": [dict(one) for one in self.sources], "clusters": [{**asdict(one), "rows": list(one.rows)} for one in self.clusters],
            "diversity": self.diversity, "bias": self.bias, "topics": self.topics, "labels": self.labels,
            "funnel": None if self.funnel is None else [dict(one) for one in self.funnel],
            "cost_per_row_usd": self.cost_per_row_usd, "against": None if self.against is None else _other(self.against),
            "not_measured": [asdict(one) for one in self.not_measured], "recommendations": [asdict(one) for one in self.recommendations],
            "gate": self.gate, "grading": self.grading, "judges": [one.dump() for one in self.judges], "notes": list(self.notes),
        }  # fmt: skip


def between(grades: Sequence[str]) -> str:
    """Two grades in words."""
    return f"between {grades[0]} and {grades[1]}"


def _other(found: Other) -> dict[str, Any]:
    return {**asdict(found), "parts": [one.dump() for one in found.parts]}
