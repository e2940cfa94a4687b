"""Chunks of pages, slides or sheets."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field, NonNegativeInt

from rowsmith.core.errors import RowFailed
from rowsmith.core.ports import Context
from rowsmith.core.row import Drop, Json, New, Row
from rowsmith.core.spans import Span
from rowsmith.core.tokens import Measured
from rowsmith.steps.chunking import Alike, Chunking
from rowsmith.steps.cohesion import alike
from rowsmith.steps.packing import divided, joined, overlapping
from rowsmith.steps.spans import parts

PARTS = ("pages", "slides", "sheets")
"""What is taken for a page, by the names of a document's marks; the first that it has."""


class Pages(Chunking):
    """Cuts a document into its pages, slides or sheets: one chunk each, and several where one has more than `size` tokens.

    Documents that have pages know where they begin (PDF, presentations, workbooks); a row without is failed (`no_pages`). Empty pages give none.
    Chunks cover the text (only space between them is left out) and are its exact characters; the row's other columns go along.
    Origin: `source.span` [start, end) in characters of the source document, `source.pages` (or slides, sheets) [first, last], `chunk` {index, of,
    tokens}. A blank text is dropped (`empty_text`).
    """

    overlap: NonNegativeInt = Field(0, description="Most tokens that a chunk shares with the one before, in whole sentences or words.")
    merge: Alike | None = Field(
        None, description="Neighbours whose words are at least so alike (cosine) are merged where both fit into `size`. Default: none."
    )
    min_size: NonNegativeInt = Field(0, description="Smaller pages are joined to a neighbour where both fit into `size`.")

    def rows(self, row: Row, ctx: Context) -> Iterator[New | Drop]:
        """The chunks of the row's text, in order.

        Raises:
            RowFailed: `no_pages`.
        """
        of = self.measured(row, ctx)
        most = self.size - self.overlap
        pieces = [piece for page in self._pages(row, of) for piece in divided(of, page, most)]
        spans = joined(of, alike(of, pieces, self.merge, most), self.min_size, most)
        yield from self.chunks(row, of, overlapping(of, spans, self.overlap, self.size))

    def _pages(self, row: Row, of: Measured) -> Iterator[Span]:
        if not of.text.strip():
            return
        found = next((found for name in PARTS if (found := parts(row, self.column, of.text, name))), None)
        if found is None and _one_page(row.origin.get("source")):
            found = [(0, len(of.text), 1)]
        if found is None:
            raise RowFailed("no_pages", "It is not known where pages of the text begin. Use chunk.markdown or chunk.tokens for it.")
        yield from ((start, end) for start, end, _ in found)


def _one_page(source: Json) -> bool:
    """Whether it is a piece of a single page, which has no marks any more."""
    return isinstance(source, dict) and any(name in source for name in PARTS)
