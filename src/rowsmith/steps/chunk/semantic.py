"""Chunks that end where the subject changes."""

from __future__ import annotations

import asyncio
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import mean, pstdev
from typing import Annotated, Literal

from pydantic import Field, NonNegativeInt, PositiveInt

from rowsmith.core.ports import Context
from rowsmith.core.row import Drop, New, Row
from rowsmith.core.spans import Span
from rowsmith.core.step import EmbedderRole
from rowsmith.core.tokens import Measured
from rowsmith.steps.chunking import Chunking
from rowsmith.steps.cohesion import alike, stems, subjects
from rowsmith.steps.markdown import blocks
from rowsmith.steps.packing import divided, joined, merged
from rowsmith.steps.sentences import sentences
from rowsmith.steps.topics import dips, likeness
from rowsmith.steps.vectors import Vector, centred, cosine, total

LONGEST = 128
"""Most tokens of what is embedded at once: many models read no more than 256 of their own."""


class Semantic(Chunking):
    """Cuts a text where its subject changes.

    By words alone, without an `embedder`: the most probable parts, of which each has words of its own (Utiyama and Isahara, "A Statistical Model for
    Domain-Independent Text Segmentation", ACL 2001). It needs no model, and sees words, not meaning.

    With an `embedder`, sentences are embedded, and at each place between paragraphs (or sentences) the `window` of them before is compared with the
    window behind. The text is cut where the two are less alike than `threshold`; without one, at all dips but shallow ones (TextTiling; Hearst,
    Computational Linguistics 23(1), 1997). A part that is longer than `size` is cut where it is least alike.

    Small neighbours are joined, and alike ones with `merge`.
    Chunks cover the text (only space between them is left out) and are its exact characters; the row's other columns go along.
    Origin: `source.span` [start, end) in characters of the source document, `chunk` {index, of, tokens}. A blank text is dropped (`empty_text`).
    """

    embedder: EmbedderRole | None = Field(
        None, description="Role of the model that embeds, for example {embedder: {model: builtin/hashing}}. Default: none, and words alone tell."
    )
    between: Literal["blocks", "sentences"] = Field(
        "blocks", description="Where to cut: between paragraphs and other blocks, but not behind a heading, or anywhere between sentences."
    )
    window: PositiveInt = Field(4, description="Sentences on each side of a place that are compared, by the embedder.")
    threshold: Annotated[float, Field(ge=-1, le=1)] | None = Field(
        None, description="Cut where both sides are less alike than this (cosine of what the embedder gives)."
    )
    percentile: Annotated[float, Field(ge=0, le=100)] | None = Field(
        None, description="Cut at dips deeper than this share of all, in percent. Default, without `threshold`: not a deviation below the mean."
    )
    merge: Annotated[float, Field(ge=-1, le=1)] | None = Field(
        None, description="Neighbours at least so alike (cosine of embeddings, or of words) are merged where both fit into `size`. Default: none."
    )
    min_size: NonNegativeInt | None = Field(
        None, description="Smaller chunks are joined to a neighbour where both fit into `size`. Default: an eighth of `size`."
    )

    def check(self) -> list[str]:
        """Two ways of saying where to cut; settings of embeddings without any."""
        problems = super().check()
        if self.threshold is not None and self.percentile is not None:
            problems.append("`threshold` and `percentile` are both given; the text is cut by one of them. Remove the other.")
        if not self.embedder:
            idle = [name for name in ("window", "threshold", "percentile") if name in self.model_fields_set]
            problems += [f"`{name}` compares embeddings, and there is no `embedder`. Name the role of one, or remove `{name}`." for name in idle]
        return problems

    def count(self, row: Row) -> int | None:
        """Not known before the text is cut."""
        return None

    async def rows(self, row: Row, ctx: Context) -> list[New | Drop]:
        """The chunks of the row's text, in order; its sentences are embedded together."""
        of, units = await asyncio.to_thread(self._units, row, ctx)
        if not self.embedder:
            return await asyncio.to_thread(self._made, row, of, units, None)
        vectors = (await ctx.embed([of.text[start:end] for start, end in units], model=self.embedder)).vectors if units else []
        return await asyncio.to_thread(self._made, row, of, units, vectors)

    def _units(self, row: Row, ctx: Context) -> tuple[Measured, list[Span]]:
        of = self.measured(row, ctx)
        return of, [piece for span in sentences(of.text, 0, len(of.text)) for piece in divided(of, span, min(self.size, LONGEST))]

    def _made(self, row: Row, of: Measured, units: Sequence[Span], vectors: Sequence[Vector] | None) -> list[New | Drop]:
        places = self._places(of, units)
        spans = self._by_words(of, units, places) if vectors is None else self._by_vectors(of, units, places, vectors)
        return list(self.chunks(row, of, joined(of, spans, self.size // 8 if self.min_size is None else self.min_size, self.size)))

    def _places(self, of: Measured, units: Sequence[Span]) -> list[int]:
        """Before which sentences the text may be cut."""
        every = list(range(1, len(units)))
        if self.between == "sentences":
            return every
        found = blocks(of.text)
        begins = {block.start for before, block in pairwise(found) if before.kind != "heading"}
        return [place for place in every if units[place][0] in begins] or every

    # -- words -------------------------------------------------------------------------------------------------------------------------------

    def _by_words(self, of: Measured, units: Sequence[Span], places: Sequence[int]) -> list[Span]:
        parts: list[Span] = []
        for first, last in _parts(of, units, _groups(len(units), places), self.size):
            if of.fits(units[first][0], units[last - 1][1], self.size):
                parts.append((first, last))
            else:  # a single stretch that is too long is cut between its sentences in the same way
                parts += _parts(of, units, [(at, at + 1) for at in range(first, last)], self.size)
        return alike(of, _spans(units, parts), self.merge, self.size)

    # -- embeddings --------------------------------------------------------------------------------------------------------------------------

    def _by_vectors(self, of: Measured, units: Sequence[Span], places: Sequence[int], vectors: Sequence[Vector]) -> list[Span]:
        near = likeness(vectors if self.threshold is not None else centred(vectors), self.window)
        groups = _groups(len(units), self._cuts(near, places))
        parts = [part for group in groups for part in _fitting(of, units, near, places, group, self.size)]
        spans = _spans(units, parts)
        if self.merge is None:
            return spans
        return merged(of, spans, [total(vectors[first:last]) for first, last in parts], cosine, lambda a, b: total([a, b]), self.merge, self.size)

    def _cuts(self, near: Sequence[float], places: Sequence[int]) -> list[int]:
        """Those of the places at which the subject changes."""
        if self.threshold is not None:
            return [place for place in places if near[place - 1] < self.threshold]
        deep = dips(near, places, self.window)
        if not deep:
            return []
        depths = sorted(deep.values())
        if self.percentile is not None:
            least = depths[min(len(depths) - 1, int(len(depths) * self.percentile / 100))]
        else:
            least = mean(depths) - pstdev(depths)
        return [place for place, depth in deep.items() if depth >= least]


def _groups(count: int, cuts: Sequence[int]) -> list[Span]:
    """Units [first, last) between cuts."""
    return [(first, last) for first, last in pairwise([0, *cuts, count]) if first < last]


def _spans(units: Sequence[Span], groups: Sequence[Span]) -> list[Span]:
    return [(units[first][0], units[last - 1][1]) for first, last in groups]


def _parts(of: Measured, units: Sequence[Span], groups: Sequence[Span], size: int) -> list[Span]:
    """The groups of units, those of one subject together; none is above the size that was not above it alone."""
    spans = _spans(units, groups)
    found = subjects([stems(of.text[start:end]) for start, end in spans], lambda first, last: of.fits(spans[first][0], spans[last - 1][1], size))
    return [(groups[first][0], groups[last - 1][1]) for first, last in found]


def _fitting(
    of: Measured, units: Sequence[Span], near: Sequence[float], places: Sequence[int], group: Span, size: int
) -> Iterator[Span]:
    """The group of units, cut where it is least alike until each part fits: at one of the places as long as there are any in it."""
    waiting = [group]
    while waiting:
        first, last = waiting.pop()
        if of.fits(units[first][0], units[last - 1][1], size):
            yield first, last
        else:
            inner = places[bisect_right(places, first) : bisect_left(places, last)] or range(first + 1, last)
            place = min(inner, key=lambda at: near[at - 1])
            waiting += [(place, last), (first, place)]
