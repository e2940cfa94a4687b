"""Chunks of whole sentences."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field, NonNegativeInt

from rowsmith.core.ports import Context
from rowsmith.core.row import Drop, New, Row
from rowsmith.steps.chunking import Chunking
from rowsmith.steps.packing import evened, filled, overlapping
from rowsmith.steps.sentences import sentences


class Sentences(Chunking):
    """Cuts a text into chunks of whole sentences, as many as fit into `size` tokens; a sentence that is longer is cut at its words.

    Sentences are told by their marks in most scripts (English, German, French, Spanish, Russian, Arabic, Hindi, Chinese, Japanese and more), with the
    usual abbreviations; headings, list items and rows of tables are sentences of their own.
    Chunks cover the text (only space between them is left out) and are its exact characters; the row's other columns go along.
    Origin: `source.span` [start, end) in characters of the source document, `chunk` {index, of, tokens}. A blank text is dropped (`empty_text`).
    """

    overlap: NonNegativeInt = Field(0, description="Most tokens that a chunk shares with the one before, in whole sentences or words.")
    min_size: NonNegativeInt = Field(
        0, description="Fewest tokens of a chunk where there is enough text: a smaller one is joined to a neighbour, or takes from the one before."
    )

    def rows(self, row: Row, ctx: Context) -> Iterator[New | Drop]:
        """The chunks of the row's text, in order."""
        of = self.measured(row, ctx)
        most = self.size - self.overlap
        spans = evened(of, filled(of, sentences(of.text, 0, len(of.text)), most), min(self.min_size, most), most)
        yield from self.chunks(row, of, overlapping(of, spans, self.overlap, self.size))
