"""Lets through what a dataset does not cover yet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from rowsmith.core.ports import Context, Rows
from rowsmith.core.row import Dropped, Row
from rowsmith.core.step import DatasetName, Step
from rowsmith.steps.coverage import Coverage, places


class Uncovered(Step):
    """Drops a chunk of which rows of a dataset came already (`covered`), so that what is left of a budget goes to those parts of the sources that
    nothing came from. A row without a place in a document is let through.

    The run's lock pins the dataset's version: when the dataset has grown, the same command is a new run over what is left then.
    `rowsmith coverage` shows what is covered.
    """

    dataset: DatasetName = Field(min_length=1, description="The dataset: name, name@branch, name@tag or name@version.")
    share: Annotated[float, Field(gt=0, le=1)] = Field(0.5, description="From which share of its characters on a chunk is covered.")

    def all(self, new: Rows, kept: Rows, ctx: Context) -> Iterator[Row | Dropped]:
        """Every new row once, in order: itself, or dropped with the share that is covered."""
        known = Coverage()
        for row in ctx.dataset(self.dataset):
            known.add(row.origin)
        for row in new:
            shares = [known.share(document, span) for document, span in places(row.origin)]
            if shares and min(shares) >= self.share:
                yield Dropped(row.id, "covered", f"{min(shares):.0%} of it")
            else:
                yield row
