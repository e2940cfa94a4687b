"""Flags texts that insult, threaten, degrade or press somebody."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from rowsmith.core.flags import Flag
from rowsmith.core.ports import Context
from rowsmith.core.row import Drop, Row
from rowsmith.core.said import parts
from rowsmith.core.step import Column
from rowsmith.steps.checking import Check
from rowsmith.steps.harm import CATEGORIES, harms

Category = Literal["threat", "hate", "self_harm", "sexual", "insult", "harassment"]


class Toxicity(Check):
    """Scores the harm in every text of a row by rules, offline: `scores.<into>`, 0 where none was found, 1 for one sentence or more that

    insults a person, threatens one, degrades a group (hate, with or without a swear word), presses sexual things on somebody (sexual), urges to
    hurt oneself (self_harm), or mocks and hounds somebody (harassment). Each such sentence is a flag with that reason. The measure is harm to
    someone and not vocabulary: a swear word at a thing, a killed process, a quotation that is reported or condemned, a line of a novel and what
    friends say to each other do not count; masked spelling is read.

    The rules know English best, then German, French, Spanish and Italian. On texts that they were not made from they find about half of the harm, and
    hardly anything else (docs/toxicity.md): `score.guard` asks a model.
    """

    categories: list[Category] = Field(list(CATEGORIES), min_length=1, description="Kinds of harm that count.")  # type: ignore[arg-type]
    columns_: list[Column] | None = Field(None, alias="columns", min_length=1, description="Columns that are read. Default: all.")
    into: str = Field("toxicity", min_length=1, description="Name of the score.")

    def rows(self, row: Row, ctx: Context) -> Iterator[Row | Drop]:
        """The row with its flags."""
        flags = [
            Flag("toxicity", one.category, _excerpt(part.text[one.start : one.end]), one.score, part.path, (one.start, one.end))
            for part in parts(row.data, self.columns_) for one in harms(part.text) if one.category in self.categories
        ]  # fmt: skip
        yield self.told(row, {self.into: max((flag.score for flag in flags), default=0)}, flags)


def _excerpt(sentence: str) -> str:
    said = " ".join(sentence.split())
    return said if len(said) <= 120 else f"{said[:117]}..."
