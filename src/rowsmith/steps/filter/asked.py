"""Drops rows that ask what has been asked already."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Annotated

from pydantic import Field

from rowsmith.core.errors import RowFailed
from rowsmith.core.ports import Context, Rows
from rowsmith.core.row import Dropped, Row
from rowsmith.core.step import Column, DatasetName, Step, setting
from rowsmith.steps.vector_columns import IndexKind, lacking, raw_of


class Asked(Step):
    """Drops a row whose vector is near to that of an earlier row that is let through (`asked`), so that questions do not repeat in other words.
    Rows of the dataset `against`, and of earlier waves, come before all new ones: a target that was missed is filled with new questions.

    The vectors are those that `transform.embed` put into the rows; how well they tell repetitions depends on its model.
    """

    vector: Column = Field("vector", description="Column that holds the vector of what is asked.")
    similarity: Annotated[float, Field(gt=0, le=1)] = Field(0.9, description="From which cosine on a row is dropped.")
    against: DatasetName | None = Field(None, description="Dataset whose rows have been asked before: name, name@branch, name@tag or name@version.")
    index: IndexKind = setting("builtin", description="Index that finds the nearest: builtin compares all; the others need an extra of the name.")

    def check(self) -> list[str]:
        """An index whose library is missing."""
        return lacking(self.index)

    def all(self, new: Rows, kept: Rows, ctx: Context) -> Iterator[Row | Dropped]:
        """Every new row once, in order: itself, or dropped with the id of the row that it repeats."""
        with closing(ctx.index(self.index)) as index:
            for row in ctx.dataset(self.against) if self.against else ():
                if self.vector in row.data:
                    index.add(row.id, raw_of(row, self.vector))
            for row in kept:
                index.add(row.id, raw_of(row, self.vector))
            for row in new:
                try:
                    vector = raw_of(row, self.vector)
                except RowFailed as error:
                    yield Dropped(row.id, error.reason, error.what)
                    continue
                twin = next(((name, near) for name, near in index.near(vector, 2) if name != row.id), None)
                if twin and twin[1] >= self.similarity:
                    yield Dropped(row.id, "asked", f"{twin[1]:.2f} near to row {twin[0]}")
                else:
                    index.add(row.id, vector)
                    yield row
