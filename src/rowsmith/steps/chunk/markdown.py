"""Chunks of Markdown that follow its headings."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pydantic import Field, NonNegativeInt

from rowsmith.core.ports import Context
from rowsmith.core.row import Drop, New, Row
from rowsmith.core.spans import Span
from rowsmith.core.tokens import Measured
from rowsmith.steps.chunking import Alike
from rowsmith.steps.cohesion import alike
from rowsmith.steps.headings import Headed, Sections, paths
from rowsmith.steps.markdown import blocks
from rowsmith.steps.packing import joined, overlapping


class Markdown(Headed):
    """Cuts Markdown into chunks of at most `size` tokens along its headings, blocks and sentences; a heading stays with its text.

    A heading is a chunk of its own only where nothing else fits beside it. What looks like a heading within code is none.
    Chunks cover the text and are its exact characters; the row's other columns go along, and `heading` tells the section: "Title > Section".
    Origin: `source.span` [start, end) in characters of the source document, `chunk` {index, of, tokens, heading: ["Title", "Section"]}.
    A blank text is dropped (`empty_text`).
    """

    overlap: NonNegativeInt = Field(0, description="Most tokens that a chunk shares with the one before, in whole sentences or words.")
    merge: Alike | None = Field(
        None, description="Neighbours whose words are at least so alike (cosine) are merged where both fit into `size`. Default: none."
    )
    min_size: NonNegativeInt = Field(0, description="Smaller chunks are joined to a neighbour where both fit into `size`.")

    def rows(self, row: Row, ctx: Context) -> Iterator[New | Drop]:
        """The chunks of the row's text, in order."""
        of = self.measured(row, ctx)
        found = blocks(of.text)
        most = self.size - self.overlap
        spans = joined(of, alike(of, self._spans(of), self.merge, most), self.min_size, most)
        yield from self.chunks(row, of, overlapping(of, spans, self.overlap, self.size), *self.told(paths(spans, found)))

    def _spans(self, of: Measured) -> list[Span]:
        """The splitter's chunks, with each heading kept with its text."""
        most = self.size - self.overlap

        def divide(span: Span, size: int) -> list[Span]:
            start, end = span
            chunks = of.splitter(size, markdown=True).chunk_indices(of.text[start:end])
            return [_begun(of, start + place, start + place + len(chunk), most) for place, chunk in chunks]

        def bare(span: Span) -> bool:
            return _only_headings(of.text[slice(*span)])

        return Sections(of, most, divide, bare).kept(divide((0, len(of.text)), most))


def _begun(of: Measured, start: int, end: int, size: int) -> Span:
    """Without the space that is left where a line was cut; space that begins a line is indentation and stays."""
    if start and of.text[start - 1] not in "\r\n":
        begin = end - len(of.text[start:end].lstrip(" \t"))
        return (begin if of.fits(begin, end, size) else start), end
    return start, end


def _only_headings(chunk: str) -> bool:
    ends = re.split(r"[\r\n]", chunk.rstrip())[-1].lstrip().startswith(("#", "=", "-"))
    return ends and all(block.kind == "heading" for block in blocks(chunk))
