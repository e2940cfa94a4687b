"""Scores how much a text repeats itself, as reasoning does that goes in circles."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from rowsmith.core.ports import Context
from rowsmith.core.row import Row
from rowsmith.core.step import Column, Step
from rowsmith.core.words import words
from rowsmith.steps.repetition import grams
from rowsmith.steps.request import text_of


class Repetition(Step):
    """Gives `scores.<into>`, the share of the runs of `n` neighbouring words that the text has had before: 0 where it says nothing twice, near 1
    where it goes in circles. A text of fewer words scores 0.

    Source: the share of duplicate n-grams, as in Rae et al., "Scaling Language Models", arXiv 2112.11446, appendix A.1.
    """

    column: Column = Field("answer", min_length=1, description="Column with the text.")
    n: Annotated[int, Field(ge=1, le=50)] = Field(5, description="Words of a run.")
    into: str = Field("repetition", min_length=1, description="Name of the score.")

    def rows(self, row: Row, ctx: Context) -> Iterator[Row]:
        """The row with its score, rounded to 4 digits."""
        found = grams(list(words(text_of(row, self.column))), self.n)
        yield row.with_scores({self.into: round(1 - len(set(found)) / len(found), 4) if found else 0.0})
