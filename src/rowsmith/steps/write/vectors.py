"""Rows' vectors into an index of vectors that stays."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from itertools import chain

from pydantic import Field

from rowsmith.core.errors import RowFailed
from rowsmith.core.ports import Context, Rows
from rowsmith.core.row import Dropped, Row
from rowsmith.core.step import Column, Step, setting
from rowsmith.steps.vector_columns import IndexKind, lacking, raw_of


class WriteVectors(Step):
    """Writes the vectors that `transform.embed` put into the rows into an index under the rows' ids, and passes all of them on unchanged. Rows
    that are there already are replaced, others stay. `rowsmith forget` takes what it erases out of the index, too.
    """

    place: str = setting(description="Folder of the index, or for chroma and qdrant the address of a server.", min_length=1)
    index: IndexKind = setting("builtin", description="Kind of index; all but builtin need an extra of the name.")
    vector: Column = Field("vector", description="Column that holds the vector.")

    def check(self) -> list[str]:
        """An index whose library is missing."""
        return lacking(self.index)

    def all(self, new: Rows, kept: Rows, ctx: Context) -> Iterator[Row | Dropped]:
        """Write every row that came so far, then pass the new ones on."""
        without: dict[str, RowFailed] = {}
        with closing(ctx.index(self.index, self.place)) as index:
            for row in chain(kept, new):
                try:
                    index.add(row.id, raw_of(row, self.vector))
                except RowFailed as error:
                    without[row.id] = error
        for row in new:
            yield Dropped(row.id, without[row.id].reason, without[row.id].what) if row.id in without else row
