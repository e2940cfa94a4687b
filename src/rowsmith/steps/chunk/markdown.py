"""Chunks of Markdown that follow its headings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, ClassVar

from pydantic import Field, field_validator

from rowsmith.core.lines import stored_text
from rowsmith.core.ports import Context
from rowsmith.core.row import Drop, New, Row
from rowsmith.core.step import Column, Step
from rowsmith.core.tokens import count_tokens, splitter
from rowsmith.steps.markdown import Block, blocks
from rowsmith.steps.request import text_of
from rowsmith.steps.spans import cut

Span = tuple[int, int]
_JOINT = 4
"""Tokens that the space between a heading and its text may have."""


class Markdown(Step):
    """Cuts Markdown into chunks of at most `size` tokens along its headings, blocks and sentences; a heading stays with its text.

    A heading is a chunk of its own only where nothing else fits beside it. What looks like a heading within code is none.
    Chunks cover the text and are its exact characters; the row's other columns go along, and `heading` tells the section: "Title > Section".
    Origin: `source.span` [start, end) in characters of the source document, `chunk` {index, of, tokens, heading: ["Title", "Section"]}.
    A blank text is dropped (`empty_text`).
    """

    makes: ClassVar[bool] = True

    column: Column = Field("text", description="Column that holds the text; the chunk takes its place.")
    size: Annotated[int, Field(ge=32, le=1_000_000)] = Field(800, description="Most tokens of a chunk.")
    heading: str = Field("heading", description="Column that is given the headings above the chunk; empty for none.")
    model: str = Field("gpt-4o", description="Model whose tokens are counted, for example gpt-4o (o200k), gpt-4 (cl100k) or gpt-2.")

    @field_validator("model")
    @classmethod
    def _has_vocabulary(cls, name: str) -> str:
        splitter(name, 8)
        return name

    def check(self) -> list[str]:
        """A heading column that would overwrite the text."""
        return [f"`heading` and `column` are both {self.column!r}; give one another name."] if self.heading == self.column else []

    def columns(self, before: frozenset[str] | None) -> frozenset[str] | None:
        """Those before, and the heading's."""
        return before if before is None or not self.heading else before | {self.heading}

    def rows(self, row: Row, ctx: Context) -> Iterator[New | Drop]:
        """The chunks of the row's text, in order."""
        text = text_of(row, self.column)
        clean = stored_text(text)
        spans, found = self._spans(clean), blocks(clean)
        if not spans:
            yield Drop("empty_text", f"Column {self.column!r} is blank.")
        paths = _paths(spans, found)
        for index, ((start, end), path) in enumerate(zip(spans, paths, strict=True)):
            place = {"index": index, "of": len(spans), "tokens": count_tokens(self.model, clean[start:end]), "heading": list(path)}
            heading = {self.heading: " > ".join(path)} if self.heading else {}
            data = {**row.data, **heading, self.column: text[start:end]}
            yield New(data, {"source": cut(row, self.column, text, start, end), "chunk": place})

    def _spans(self, text: str) -> list[Span]:
        """The splitter's chunks, each that is nothing but headings joined to the next one; at the end of the text to the one before."""
        found: list[Span] = []
        headings: list[Span] = []
        for span in self._split(text, 0, len(text), self.size):
            if _only_headings(text[slice(*span)]):
                headings.append(span)
            else:
                found += self._joined(text, headings, span)
                headings = []
        if headings and found:
            return found[:-1] + self._ended(text, found[-1], headings)
        return found + self._merged(text, headings)

    def _split(self, text: str, start: int, end: int, size: int) -> list[Span]:
        chunks = splitter(self.model, size, markdown=True).chunk_indices(text[start:end])
        return [self._begun(text, start + place, start + place + len(chunk)) for place, chunk in chunks]

    def _begun(self, text: str, start: int, end: int) -> Span:
        """Without the space that is left where a line was cut; space that begins a line is indentation and stays."""
        if start and text[start - 1] not in "\r\n":
            begin = end - len(text[start:end].lstrip(" \t"))
            return (begin if self._fits(text, begin, end) else start), end
        return start, end

    def _fits(self, text: str, start: int, end: int) -> bool:
        return count_tokens(self.model, text[start:end]) <= self.size

    def _joined(self, text: str, headings: Sequence[Span], body: Span) -> list[Span]:
        """The body with the headings above it: in one chunk where that fits, else with as much of the body as does."""
        for number, (start, _) in enumerate(headings):
            if self._fits(text, start, body[1]):
                return [*self._merged(text, headings[:number]), (start, body[1])]
            room = self.size - count_tokens(self.model, text[start : headings[-1][1]]) - _JOINT
            if room < 1:
                continue
            first = self._split(text, *body, room)[0]
            rest = self._split(text, first[1], body[1], self.size)
            if rest and _only_headings(text[slice(*first)]):
                return self._joined(text, [*headings, first], (rest[0][0], rest[-1][1]))
            if self._fits(text, start, first[1]):
                return [*self._merged(text, headings[:number]), (start, first[1]), *rest]
        return [*self._merged(text, headings), body]

    def _ended(self, text: str, body: Span, headings: Sequence[Span]) -> list[Span]:
        """The headings that end the text, with the end of the body before them."""
        if self._fits(text, body[0], headings[-1][1]):
            return [(body[0], headings[-1][1])]
        room = self.size - count_tokens(self.model, text[headings[0][0] : headings[-1][1]]) - _JOINT
        pieces = self._split(text, *body, room) if room >= 1 else []
        if len(pieces) < 2 or not self._fits(text, pieces[-1][0], headings[-1][1]):
            return [body, *self._merged(text, headings)]
        return [(body[0], pieces[-2][1]), (pieces[-1][0], headings[-1][1])]

    def _merged(self, text: str, headings: Sequence[Span]) -> list[Span]:
        """Headings with no text to go to, as few chunks as they fit in."""
        found: list[Span] = []
        for start, end in headings:
            if found and self._fits(text, found[-1][0], end):
                found[-1] = (found[-1][0], end)
            else:
                found.append((start, end))
        return found


def _only_headings(chunk: str) -> bool:
    return all(block.kind == "heading" for block in blocks(chunk))


def _paths(spans: Sequence[Span], found: Sequence[Block]) -> Iterator[tuple[str, ...]]:
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
