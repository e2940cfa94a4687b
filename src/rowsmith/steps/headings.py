"""Chunks of a text that has headings: which headings each stands under, and how a heading is kept with its text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from rowsmith.core.spans import Span
from rowsmith.core.tokens import Measured
from rowsmith.steps.chunking import Chunking, Told
from rowsmith.steps.markdown import Block

_JOINT = 4
"""Tokens that the space between a heading and its text may have."""


class Headed(Chunking):
    """A step that cuts a text along its headings, which go with their text."""

    size: Annotated[int, Field(ge=32, le=1_000_000)] = Field(800, description="Most tokens of a chunk.")
    heading: str = Field("heading", description="Column that is given the headings above the chunk; empty for none.")

    def check(self) -> list[str]:
        """A heading column that would overwrite the text."""
        problem = f"`heading` and `column` are both {self.column!r}; give one another name."
        return [*super().check(), *([problem] if self.heading == self.column else [])]

    def columns(self, before: frozenset[str] | None) -> frozenset[str] | None:
        """Those before, and the heading's."""
        return before if before is None or not self.heading else before | {self.heading}

    def told(self, above: Iterable[tuple[str, ...]]) -> tuple[list[Told], list[Told]]:
        """What `chunks` takes besides the spans: the heading column of each chunk, and what its origin says, from the titles above each."""
        each = list(above)
        return [{self.heading: " > ".join(path)} if self.heading else {} for path in each], [{"heading": list(path)} for path in each]


def paths(spans: Sequence[Span], found: Sequence[Block]) -> Iterator[tuple[str, ...]]:
    """For each chunk the headings above the first of its text; above its last heading where it has no text."""
    at = 0
    for start, end in spans:
        while at < len(found) and found[at].end <= start:
            at += 1
        within = []
        for block in found[at:]:
            if block.start >= end:
                break
            within.append(block)
            if block.kind != "heading":
                break
        yield within[-1].path if within else ()


@dataclass(slots=True, frozen=True)
class Sections:
    """Keeps headings with their text. `divide` cuts a span into pieces of at most so many tokens; `bare` says of one whether it is nothing but
    headings."""

    of: Measured
    size: int
    divide: Callable[[Span, int], list[Span]]
    bare: Callable[[Span], bool]

    def kept(self, spans: Iterable[Span]) -> list[Span]:
        """The chunks, each that is nothing but headings joined to the next one; at the end of the text to the one before."""
        found: list[Span] = []
        headings: list[Span] = []
        for span in spans:
            if self.bare(span):
                headings.append(span)
            else:
                found += self._joined(headings, span)
                headings = []
        if headings and found:
            return found[:-1] + self._ended(found[-1], headings)
        return found + self._merged(headings)

    def _joined(self, headings: Sequence[Span], body: Span) -> list[Span]:
        """The body with the headings above it: in one chunk where that fits, else with as much of the body as does."""
        for number, (start, _) in enumerate(headings):
            if self._fits(start, body[1]):
                return [*self._merged(headings[:number]), (start, body[1])]
            room = self.size - self.of.count(start, headings[-1][1]) - _JOINT
            if room < 1:
                continue
            first = self.divide(body, room)[0]
            rest = self.divide((first[1], body[1]), self.size)
            if rest and self.bare(first):
                return self._joined([*headings, first], (rest[0][0], rest[-1][1]))
            if self._fits(start, first[1]):
                return [*self._merged(headings[:number]), (start, first[1]), *rest]
        return [*self._merged(headings), body]

    def _ended(self, body: Span, headings: Sequence[Span]) -> list[Span]:
        """The headings that end the text, with the end of the body before them."""
        if self._fits(body[0], headings[-1][1]):
            return [(body[0], headings[-1][1])]
        room = self.size - self.of.count(headings[0][0], headings[-1][1]) - _JOINT
        pieces = self.divide(body, room) if room >= 1 else []
        if len(pieces) < 2 or not self._fits(pieces[-1][0], headings[-1][1]):
            return [body, *self._merged(headings)]
        return [(body[0], pieces[-2][1]), (pieces[-1][0], headings[-1][1])]

    def _merged(self, headings: Iterable[Span]) -> list[Span]:
        """Headings with no text to go to, as few chunks as they fit in."""
        found: list[Span] = []
        for start, end in headings:
            if found and self._fits(found[-1][0], end):
                found[-1] = (found[-1][0], end)
            else:
                found.append((start, end))
        return found

    def _fits(self, start: int, end: int) -> bool:
        return self.of.fits(start, end, self.size)
