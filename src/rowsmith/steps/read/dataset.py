"""Rows of a dataset that is there already."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from rowsmith.core.ports import Context
from rowsmith.core.row import New
from rowsmith.core.step import DatasetName, Step


class ReadDataset(Step):
    """Takes the rows of a dataset's version, in their order. The run's lock pins the version: a run that is resumed or rebuilt reads the same
    one, and a new version makes a new run. Rows keep their ids, scores and origin, so that what is committed over the dataset stands in
    the place of what it was made of, and what people edited there is found again.
    """

    dataset: DatasetName = Field(min_length=1, description="The dataset: name, name@branch, name@tag or name@version.")
    ids: list[str] | None = Field(None, min_length=1, description="Ids of the rows to take; one that is not there is passed over. Default: all rows.")
    flags: bool = Field(True, description="Whether rows keep the flags that checks have left on them before.")

    def read(self, ctx: Context) -> Iterator[New]:
        """The rows in their order."""
        wanted = None if self.ids is None else frozenset(self.ids)
        for row in ctx.dataset(self.dataset):
            if wanted is None or row.id in wanted:
                origin = row.origin if self.flags else {name: told for name, told in row.origin.items() if name != "flags"}
                yield New(row.data, origin, row.scores, id=row.id)
