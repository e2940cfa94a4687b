"""Chunks of HTML that follow its headings."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import pairwise

from pydantic import Field, NonNegativeInt

from rowsmith.core.ports import Context
from rowsmith.core.row import Drop, New, Row
from rowsmith.core.spans import Span
from rowsmith.core.tokens import Measured
from rowsmith.steps.chunking import Alike
from rowsmith.steps.cohesion import alike
from rowsmith.steps.headings import Headed, Sections, paths
from rowsmith.steps.hypertext import html_blocks, said
from rowsmith.steps.markdown import Block
from rowsmith.steps.packing import filled, joined


class Html(Headed):
    """Cuts raw HTML into chunks of at most `size` tokens along its headings (h1 to h6) and blocks; a heading stays with its text.

    Each section, a heading with what stands below it up to the next one, is a chunk; a longer one is cut between its paragraphs, items and rows.
    The markup stays as it is (for text without tags, read the page as a document and use chunk.markdown).
    Chunks cover the text and are its exact characters; the row's other columns go along, and `heading` tells the section: "Title > Section".
    Origin: `source.span` [start, end) in characters of the HTML, `chunk` {index, of, tokens, heading: ["Title", "Section"]}.
    A blank text is dropped (`empty_text`).
    """

    merge: Alike | None = Field(
        None, description="Neighbours whose words are at least so alike (cosine) are merged where both fit into `size`. Default: none."
    )
    min_size: NonNegativeInt | None = Field(
        None, description="Smaller sections are joined to a neighbour where both fit into `size`. Default: a quarter of `size`."
    )

    def rows(self, row: Row, ctx: Context) -> Iterator[New | Drop]:
        """The chunks of the row's text, in order."""
        of = self.measured(row, ctx)
        found = html_blocks(of.text)
        least = self.size // 4 if self.min_size is None else self.min_size
        spans = joined(of, alike(of, self._sections(of, found), self.merge, self.size, said), least, self.size)
        yield from self.chunks(row, of, spans, *self.told(paths(spans, found)))

    def _sections(self, of: Measured, found: Sequence[Block]) -> list[Span]:
        starts = [block.start for block in found]

        def within(span: Span) -> list[Block]:
            return [block for block in found[max(0, bisect_left(starts, span[0] + 1) - 1) : bisect_left(starts, span[1])] if block.end > span[0]]

        def divide(span: Span, size: int) -> list[Span]:
            return filled(of, ((max(block.start, span[0]), min(block.end, span[1])) for block in within(span)), size)

        def bare(span: Span) -> bool:
            return all(block.kind == "heading" for block in within(span))

        return Sections(of, self.size, divide, bare).kept(self._parts(of, found))

    def _parts(self, of: Measured, found: Sequence[Block]) -> Iterator[Span]:
        """Each section, where it is too long the heading and the blocks below it."""
        begins = [number for number, block in enumerate(found) if block.kind == "heading"]
        for first, last in pairwise(dict.fromkeys([0, *begins, len(found)])):
            if of.fits(found[first].start, found[last - 1].end, self.size):
                yield found[first].start, found[last - 1].end
            else:
                head = [(block.start, block.end) for block in found[first : first + 1] if block.kind == "heading"]
                yield from filled(of, head, self.size)
                yield from filled(of, ((block.start, block.end) for block in found[first + len(head) : last]), self.size)
