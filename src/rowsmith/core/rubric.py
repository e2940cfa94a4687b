"""A rubric: what rows are judged by. Criteria with descriptions, weights and anchors, a scale, and what else the judge has to know."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, NonNegativeFloat, model_validator

from rowsmith.core.ids import canonical, digest

TAKEN = ("overall", "by", "rubric", "spread", "agreed", "judgements")
"""Names that a judge's score has besides its criteria."""
MANY = 8
"""From so many criteria on, one answer hardly judges each by itself."""
LONG = 60
"""Words of a description beyond which it is several criteria."""


class Criterion(BaseModel):
    """One thing that is judged. In YAML its description alone will do."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    description: str = Field(min_length=1, description="What is judged, in your words.")
    weight: NonNegativeFloat = Field(1.0, description="What it counts for in `overall`.")
    anchors: dict[int, str] = Field(default_factory=dict, description="What a score looks like: 1: contradicts the source.")

    @model_validator(mode="before")
    @classmethod
    def _described(cls, value: Any) -> Any:
        return {"description": value} if isinstance(value, str) else value


class Rubric(BaseModel):
    """What rows are judged by: the content of a rubric's file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    about: str = Field("", description="What the rubric is for; no judge sees it.")
    criteria: dict[str, Criterion] = Field(min_length=1, description="What is judged: name -> description, or {description, weight, anchors}.")
    scale: tuple[int, int] = Field((1, 10), description="Lowest and highest score.")
    guidance: str = Field("", description="More for the judge to know, as it stands.")

    def text(self) -> str:
        """The criteria as a judge reads them, each with its anchors below it."""
        lines: list[str] = []
        for name, one in self.criteria.items():
            lines += [f"- {name}: {one.description}", *(f"  {score} = {said}" for score, said in sorted(one.anchors.items()))]
        return "\n".join(lines)

    def problems(self) -> list[str]:
        """Why nobody can be judged by it."""
        low, high = self.scale
        found = [] if low < high else [f"The scale runs from {low} to {high}; its first number must be the lower one."]
        taken = [name for name in TAKEN if name in self.criteria]
        found += [f"A criterion cannot be called {name!r}; a judge's score has something else of that name." for name in taken]
        found += [] if any(one.weight for one in self.criteria.values()) else ["Every weight is 0; at least one must be above."]
        for name, one in self.criteria.items():
            off = [score for score in one.anchors if not low <= score <= high]
            found += [f"The criterion {name!r} has an anchor for {score}, and the scale runs from {low} to {high}." for score in off]
        return found

    def lint(self) -> Iterator[str]:
        """What makes judges by it less sure than they could be."""
        low, high = self.scale
        if len(self.criteria) >= MANY:
            yield f"{len(self.criteria)} criteria in one answer colour each other. Judge by fewer, or in two steps."
        if high - low > 10:
            yield f"Nobody tells {high - low + 1} scores apart. Take at most 1 to 10."
        said: dict[str, str] = {}
        for name, one in self.criteria.items():
            yield from _lint(name, one, self.scale)
            if (before := said.setdefault(one.description.strip().lower(), name)) != name:
                yield f"The criteria {before!r} and {name!r} say the same."

    @property
    def hash(self) -> str:
        """Names what it says to a judge; another one is another judge."""
        return digest(canonical(self.model_dump(mode="json", exclude={"about"})), size=4).hex()


def _lint(name: str, one: Criterion, scale: tuple[int, int]) -> Iterator[str]:
    if not one.anchors:
        yield f"The criterion {name!r} has no anchors: say what a {scale[0]} and a {scale[1]} look like, as scores drift without."
    elif lacking := [score for score in scale if score not in one.anchors]:
        yield f"The criterion {name!r} has no anchor for {' and '.join(map(str, lacking))}, the end of the scale."
    anchors = [text.strip().lower() for text in one.anchors.values()]
    if len(set(anchors)) < len(anchors):
        yield f"Two anchors of the criterion {name!r} say the same."
    words = len(one.description.split())
    if words > LONG:
        yield f"The description of {name!r} has {words} words: several criteria in one?"
    elif words < 2:
        yield f"The description of {name!r} is one word; say what it means here."
