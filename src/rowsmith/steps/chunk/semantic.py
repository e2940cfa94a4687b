"""Chunks that end where the subject changes."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import mean, pstdev
from typing import Annotated, Literal

from pydantic import Field, NonNegativeInt, PositiveInt

from rowsmith.core.ports import Context
from rowsmith.core.row import Drop, New, Row
from rowsmith.core.step import EmbedderRole
from rowsmith.core.tokens import Measured
from rowsmith.steps.chunking import Chunking
from rowsmith.steps.markdown import blocks
from rowsmith.steps.packing import Span, divided, joined
from rowsmith.steps.sentences import sentences
from rowsmith.steps.topics import depths, likeness
from rowsmith.steps.vectors import Vector, cosine, total

LONGEST = 128
"""Most tokens of what is embedded at once: many models read no more than 256 of their own."""


class Semantic(Chunking):
    """Cuts a text where its subject changes.

    Sentences are embedded, and between paragraphs (or sentences) the `window` of them before is compared with the window behind. The text is cut
    where the two are less alike than `threshold`; without one, at the dips that are deeper than most (TextTiling; Hearst, Computational Linguistics
    23(1), 1997). A part that is longer than `size` is cut where it is least alike; small neighbours are joined, and alike ones with `merge`.
    What "alike" means is the embedding model's: `builtin/hashing` needs no download and no key, and sees words, not meaning.

    Chunks cover the text (only space between them is left out) and are its exact characters; the row's other columns go along.
    Origin: `source.span` [start, end) in characters of the source document, `chunk` {index, of, tokens}. A blank text is dropped (`empty_text`).
    """

    embedder: EmbedderRole = Field("embedder", description="Role of the model that embeds, for example {embedder: {model: builtin/hashing}}.")
    between: Literal["blocks", "sentences"] = Field(
        "blocks", description="Where to cut: between paragraphs and other blocks, but not behind a heading, or anywhere between sentences."
    )
    window: PositiveInt = Field(4, description="Sentences on each side of a place that are compared.")
    threshold: Annotated[float, Field(ge=-1, le=1)] | None = Field(None, description="Cut where both sides are less alike than this (cosine).")
    percentile: Annotated[float, Field(ge=0, le=100)] | None = Field(
        None, description="Cut at dips deeper than this share of all dips, in percent. Default, without `threshold`: those deeper than the average."
    )
    merge: Annotated[float, Field(ge=-1, le=1)] | None = Field(
        None, description="Neighbours at least so alike (cosine) are merged, where both fit into `size`. Default: none."
    )
    min_size: NonNegativeInt | None = Field(
        None, description="Smaller chunks are joined to a neighbour where both fit into `size`. Default: an eighth of `size`."
    )

    def check(self) -> list[str]:
        """Two ways of saying where to cut."""
        both = self.threshold is not None and self.percentile is not None
        return ["`threshold` and `percentile` are both given; the text is cut by one of them. Remove the other."] if both else []

    def count(self, row: Row) -> int | None:
        """Not known before its vectors are there."""
        return None

    async def rows(self, row: Row, ctx: Context) -> list[New | Drop]:
        """The chunks of the row's text, in order; its sentences are embedded together."""
        of = self.measured(row)
        units = [piece for span in sentences(of.text, 0, len(of.text)) for piece in divided(of, span, min(self.size, LONGEST))]
        vectors = (await ctx.embed([of.text[start:end] for start, end in units], model=self.embedder)).vectors if units else []
        return list(self.chunks(row, of, self._spans(of, units, vectors)))

    def _spans(self, of: Measured, units: Sequence[Span], vectors: Sequence[Vector]) -> list[Span]:
        alike = likeness(vectors, self.window)
        places = self._places(of, units)
        cuts = self._cuts(alike, places)
        parts = [part for group in _groups(len(units), cuts) for part in _fitting(of, units, alike, places, group, self.size)]
        if self.merge is not None:
            parts = _merged(of, units, vectors, parts, self.merge, self.size)
        spans = [(units[first][0], units[last - 1][1]) for first, last in parts]
        return joined(of, spans, self.size // 8 if self.min_size is None else self.min_size, self.size)

    def _places(self, of: Measured, units: Sequence[Span]) -> list[int]:
        """Before which sentences the text may be cut."""
        every = list(range(1, len(units)))
        if self.between == "sentences":
            return every
        found = blocks(of.text)
        begins = {block.start for before, block in pairwise(found) if before.kind != "heading"}
        return [place for place in every if units[place][0] in begins] or every

    def _cuts(self, alike: Sequence[float], places: Sequence[int]) -> list[int]:
        """Those of the places at which the subject changes."""
        if self.threshold is not None:
            return [place for place in places if alike[place - 1] < self.threshold]
        deep = self._deep(alike, places)
        dips = sorted(deep.values())
        if not dips:
            return []
        if self.percentile is not None:
            least = dips[min(len(dips) - 1, int(len(dips) * self.percentile / 100))]
        else:
            least = mean(dips) + pstdev(dips) / 4
        return [place for place in places if deep.get(place, 0) >= least]

    def _deep(self, alike: Sequence[float], places: Sequence[int]) -> dict[int, float]:
        """The dips of likeness by the place next to them: a window sees a change of subject some sentences before and behind it."""
        found: dict[int, float] = {}
        for at, depth in enumerate(depths(alike), 1):
            after = bisect_left(places, at)
            place = min(places[max(0, after - 1) : after + 1], key=lambda place: abs(place - at))
            if depth and abs(place - at) <= self.window // 2:
                found[place] = max(found.get(place, 0), depth)
        return found


def _groups(count: int, cuts: Sequence[int]) -> list[Span]:
    """Units [first, last) between cuts."""
    return [(first, last) for first, last in pairwise([0, *cuts, count]) if first < last]


def _fitting(
    of: Measured, units: Sequence[Span], alike: Sequence[float], places: Sequence[int], group: Span, size: int
) -> Iterator[Span]:
    """The group of units, cut where it is least alike until each part fits: at one of the places as long as there are any in it."""
    waiting = [group]
    while waiting:
        first, last = waiting.pop()
        if of.fits(units[first][0], units[last - 1][1], size):
            yield first, last
        else:
            inner = places[bisect_right(places, first) : bisect_left(places, last)] or range(first + 1, last)
            place = min(inner, key=lambda at: alike[at - 1])
            waiting += [(place, last), (first, place)]


def _merged(of: Measured, units: Sequence[Span], vectors: Sequence[Vector], parts: Sequence[Span], least: float, size: int) -> list[Span]:
    """Parts of which neighbours at least so alike are one, where that fits."""
    found: list[Span] = []
    before: list[float] = []
    for first, last in parts:
        own = total(vectors[first:last])
        if found and of.fits(units[found[-1][0]][0], units[last - 1][1], size) and cosine(before, own) >= least:
            found[-1] = found[-1][0], last
            before = total([before, own])
        else:
            found.append((first, last))
            before = own
    return found
