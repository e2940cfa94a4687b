"""The grade of a dataset, and how it is made of its parts.

    measured          = rows that a part was measured on / rows of the dataset
    share of a part   = flagged rows / rows that the part was measured on
    score of a part   = 1 - share / worst, and never below 0
    score of it all   = the mean of the parts, each by weight x measured, but at most `slack` above a part of all rows, and above one of some rows
                        more by what was not measured: 1 - measured x (1 - score - slack)
    grade             = the first of A, B, C, D whose border the score reaches, else F
    interval          = of a part the scores that it may have over all rows, in 95 %: Wilson's interval of the share (1927) with the correction for
                        a finite population (Cochran, Sampling Techniques, 1977, 2.6), so that it is the score itself where all rows were measured;
                        of it all what comes of all parts at their lower ends, and of all at their upper ends

The interval takes the rows of a part for a sample of all. Every figure is continuous: one row more or less never moves a score by more than its share
does. What has not been measured is no part.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from rowsmith.core.distributions import wilson

Grade = Literal["A", "B", "C", "D", "F"]
GRADES: tuple[Grade, ...] = ("A", "B", "C", "D", "F")
_Z = 1.96
BINS = 20
"""Most bins of a measure."""


class Borders(BaseModel):
    """From which score on each grade is given."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    A: float = Field(ge=0, le=1, description="From which score on it is A.")
    B: float = Field(ge=0, le=1, description="B.")
    C: float = Field(ge=0, le=1, description="C.")
    D: float = Field(ge=0, le=1, description="D; below it is F.")

    @model_validator(mode="after")
    def _in_order(self) -> Borders:
        if not self.A >= self.B >= self.C >= self.D:
            raise ValueError("a better grade needs a border that is not lower")
        return self


class PartGrading(BaseModel):
    """What a part counts for, and how bad it can be."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    weight: float = Field(ge=0, le=1e6, description="What the part counts for in the mean; 0: it is shown, and counts for nothing.")
    worst: float = Field(gt=0, le=1, description="Share of flagged rows from which on the part is worth 0.")


class Grading(BaseModel):
    """How a grade is made: `content/quality.yaml`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    borders: Borders
    slack: float = Field(ge=0, le=1, description="How far the whole may lie above its worst part.")
    other: PartGrading = Field(description="What holds for checks that `parts` does not name.")
    parts: dict[str, PartGrading]

    def grade(self, score: float) -> Grade:
        """The grade of a score."""
        borders = self.borders.model_dump()
        return next((grade for grade in GRADES[:-1] if score >= borders[grade] - 1e-12), "F")

    def how(self, name: str) -> PartGrading:
        """What a part counts for."""
        return self.parts.get(name, self.other)

    def part(self, name: str, what: str, flagged: int, rows: int, of: int | None = None) -> Part:
        """A part of which some rows are flagged, of those that it was measured on; `of`: rows of the dataset, where these are more."""
        every, worst = rows if of is None else of, self.how(name).worst
        low, high = (max(0.0, 1 - share / worst) for share in reversed(_shares(flagged, rows, every)))
        return self.scored(name, what, max(0.0, 1 - flagged / max(rows, 1) / worst), flagged, rows, every, (low, high))

    def scored(
        self, name: str, what: str, score: float, flagged: int, rows: int, of: int | None = None, interval: tuple[float, float] | None = None
    ) -> Part:
        """A part that has a score of its own, from 0 to 1."""
        low, high = (score, score) if interval is None else (min(interval[0], score), max(interval[1], score))
        return Part(name, self.how(name).weight, score, self.grade(score), what, flagged, rows, rows if of is None else of, low, high)

    def whole(self, parts: Sequence[Part]) -> float | None:
        """The score of it all; None where no part has a weight."""
        return self._whole([(part, part.score) for part in parts])

    def interval(self, parts: Sequence[Part]) -> tuple[float, float] | None:
        """The lowest and the highest score that it may have; None where no part has a weight."""
        low, high = self._whole([(part, part.low) for part in parts]), self._whole([(part, part.high) for part in parts])
        return None if low is None or high is None else (low, high)

    def between(self, interval: tuple[float, float] | None) -> tuple[Grade, Grade] | None:
        """The grades at both ends of an interval, the worse first; None where they are one."""
        if interval is None or (ends := (self.grade(interval[0]), self.grade(interval[1])))[0] == ends[1]:
            return None
        return ends

    def _whole(self, scores: Sequence[tuple[Part, float]]) -> float | None:
        counted = [(part.weight * part.measured, part.measured, score) for part, score in scores if part.weight * part.measured > 0]
        if not counted:
            return None
        mean = sum(weight * score for weight, _, score in counted) / sum(weight for weight, _, _ in counted)
        return min(mean, min(allowed(score, measured, self.slack) for _, measured, score in counted))


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a grade. `what` says in words what was found; `flagged` of the `rows` that it was measured on carry a flag of it, `of` are all rows
    of the dataset. `low` and `high` hold the score that it may have over all of these, in 95 %."""

    name: str
    weight: float
    score: float
    grade: Grade
    what: str
    flagged: int
    rows: int
    of: int
    low: float
    high: float

    @property
    def measured(self) -> float:
        """The share of all rows that it was measured on."""
        return self.rows / self.of if self.of else 1.0

    def dump(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


def allowed(score: float, measured: float, slack: float) -> float:
    """The highest score of it all that a part allows, of which this share of the rows was measured."""
    return measured * min(1.0, score + slack) + (1 - measured)


def _shares(flagged: int, rows: int, of: int) -> tuple[float, float]:
    """Between what the share of flagged ones among all rows lies, in 95 %."""
    if rows >= of or not rows:
        return flagged / max(rows, 1), flagged / max(rows, 1)
    known = (of - 1) / (of - rows)  # so many times what the same rows would tell of endless ones
    low, high = wilson(flagged * known, rows * known, _Z)
    return max(low, flagged / of), min(high, (flagged + of - rows) / of)


def changed(shipped: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """One nested mapping with what another says in its place."""
    out = dict(shipped)
    for name, value in own.items():
        before = out.get(name)
        out[name] = changed(before, value) if isinstance(before, Mapping) and isinstance(value, Mapping) else value
    return out


def measure(values: Iterable[float]) -> dict[str, Any]:
    """Many numbers as people look at them: {count, mean, low, high, bins: [{from, to, count}]}.

    The bins are equally wide, at most 20, from the lowest to the highest number; the last one holds its upper edge. Whole numbers that lie close
    together get one bin each.
    """
    found = sorted(values)  # a sum in one order: the rows' own order changes no digit
    if not found:
        return {"count": 0, "mean": None, "low": None, "high": None, "bins": []}
    bins = Bins.of(found)
    counts = [0] * bins.number
    for value in found:
        counts[bins.place(value)] += 1
    told = [{"from": bins.edges[at], "to": bins.edges[at + 1], "count": count} for at, count in enumerate(counts)]
    return {"count": len(found), "mean": sum(found) / len(found), "low": bins.edges[0], "high": float(found[-1]), "bins": told}


@dataclass(frozen=True, slots=True)
class Bins:
    """The bins of some numbers: how many, how wide, and their edges, one more than bins."""

    number: int
    width: float
    edges: tuple[float, ...]

    @classmethod
    def of(cls, values: Sequence[float]) -> Bins:
        """Those in which `measure` counts."""
        if not values:
            return cls(0, 0.0, ())
        low, high = float(min(values)), float(max(values))
        whole = high - low < BINS and all(value == int(value) for value in values)
        number = 1 if low == high else int(high - low) + 1 if whole else BINS
        width = 1.0 if whole and low != high else (high - low) / number
        last = low + width * number if whole and low != high else high
        return cls(number, width, (*(low + width * at for at in range(number)), last))

    def place(self, value: float) -> int:
        """In which of them a number lies."""
        return min(int((value - self.edges[0]) / self.width), self.number - 1) if self.width else 0
