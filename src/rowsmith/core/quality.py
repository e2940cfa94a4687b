"""The grade of a dataset, and how it is made of its parts.

    share of a part   = flagged rows / rows that the check applies to
    score of a part   = 1 - share / worst, and never below 0
    score of it all   = the mean of the parts by their weights, but at most `slack` above the worst part that has a weight
    grade             = the first of A, B, C, D whose border the score reaches, else F

Every figure is continuous: one row more or less never moves a score by more than its share does. What has not been measured is no part.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Grade = Literal["A", "B", "C", "D", "F"]
GRADES: tuple[Grade, ...] = ("A", "B", "C", "D", "F")
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

    def part(self, name: str, what: str, flagged: int, rows: int) -> Part:
        """A part of which some rows are flagged."""
        return self.scored(name, what, max(0.0, 1 - flagged / max(rows, 1) / self.how(name).worst), flagged, rows)

    def scored(self, name: str, what: str, score: float, flagged: int, rows: int) -> Part:
        """A part that has a score of its own, from 0 to 1."""
        return Part(name, self.how(name).weight, score, self.grade(score), what, flagged, rows)

    def whole(self, parts: Sequence[Part]) -> float | None:
        """The score of it all; None where no part has a weight."""
        counted = [part for part in parts if part.weight > 0]
        if not counted:
            return None
        mean = sum(part.weight * part.score for part in counted) / sum(part.weight for part in counted)
        return min(mean, min(part.score for part in counted) + self.slack)


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a grade. `what` says in words what was found; `flagged` of the `rows` that the check applies to carry a flag of it."""

    name: str
    weight: float
    score: float
    grade: Grade
    what: str
    flagged: int
    rows: int

    def dump(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


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
    low, high = float(found[0]), float(found[-1])
    whole = high - low < BINS and all(value == int(value) for value in found)
    number = 1 if low == high else int(high - low) + 1 if whole else BINS
    width = 1.0 if whole and low != high else (high - low) / number
    counts = [0] * number
    for value in found:
        counts[min(int((value - low) / width), number - 1) if width else 0] += 1
    edges = [low + width * at for at in range(number)] + [low + width * number if whole and low != high else high]
    bins = [{"from": edges[at], "to": edges[at + 1], "count": count} for at, count in enumerate(counts)]
    return {"count": len(found), "mean": sum(found) / len(found), "low": low, "high": high, "bins": bins}
