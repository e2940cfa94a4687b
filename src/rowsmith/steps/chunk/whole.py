"""A whole document as one chunk."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from rowsmith.core.ports import Context
from rowsmith.core.row import Drop, New, Row
from rowsmith.core.spans import trimmed
from rowsmith.steps.chunking import Chunking


class Whole(Chunking):
    """Takes each text as one chunk, without the space around it. One of more than `size` tokens is dropped (`too_long`), a blank one too
    (`empty_text`).

    Origin: `source.span` [start, end) in characters of the source document, `chunk` {index: 0, of: 1, tokens}.
    """

    size: Annotated[int, Field(ge=8, le=1_000_000)] = Field(8000, description="Most tokens of a text.")

    def rows(self, row: Row, ctx: Context) -> Iterator[New | Drop]:
        """The chunk, or why there is none."""
        of = self.measured(row, ctx)
        start, end = trimmed(of.text, 0, len(of.text))
        if not of.fits(start, end, self.size):
            yield Drop("too_long", f"The text has {of.count(start, end):,} tokens, and `size` is {self.size:,}.")
        else:
            yield from self.chunks(row, of, [(start, end)] if start < end else [])
