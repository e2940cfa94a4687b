"""Chunks of a number of tokens."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from pydantic import Field, NonNegativeInt

from rowsmith.core.ports import Context
from rowsmith.core.row import Drop, New, Row
from rowsmith.core.spans import Span
from rowsmith.core.tokens import Measured
from rowsmith.steps.chunking import Chunking
from rowsmith.steps.packing import evened, overlapping


class Tokens(Chunking):
    """Cuts a text into chunks of at most `size` tokens, at paragraph, line, sentence or word ends where it can.

    Chunks cover the text (only space between them is left out) and are its exact characters; the row's other columns go along.
    Origin: `source.span` [start, end) in characters of the source document, `chunk` {index, of, tokens}. A blank text is dropped (`empty_text`).
    """

    makes: ClassVar[bool] = True

    overlap: NonNegativeInt | None = Field(
        None, description="Most tokens that a chunk shares with the one before, in whole sentences or words. Default: an eighth of `size`."
    )
    min_size: NonNegativeInt = Field(
        0, description="Fewest tokens of a chunk where there is enough text: a smaller one is joined to a neighbour, or takes from the one before."
    )

    def rows(self, row: Row, ctx: Context) -> Iterator[New | Drop]:
        """The chunks of the row's text, in order."""
        of = self.measured(row, ctx)
        yield from self.chunks(row, of, self._spans(of))

    def _spans(self, of: Measured) -> list[Span]:
        """Chunks that follow each other, short by the overlap, each then begun earlier by as much. The splitter's own overlap takes whole
        units of the level at which it cut: between long paragraphs it is nothing."""
        overlap = self.size // 8 if self.overlap is None else self.overlap
        spans = [(start, start + len(chunk)) for start, chunk in of.splitter(self.size - overlap).chunk_indices(of.text)]
        if self.min_size:
            spans = evened(of, spans, self.min_size, self.size)
        return overlapping(of, spans, overlap, self.size)
