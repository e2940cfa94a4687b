"""Chunks of a number of tokens."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Annotated, ClassVar, Self

from pydantic import Field, NonNegativeInt, field_validator, model_validator

from rowsmith.core.lines import stored_text
from rowsmith.core.ports import Context
from rowsmith.core.row import Drop, New, Row
from rowsmith.core.step import Column, Step
from rowsmith.core.tokens import count_tokens, splitter
from rowsmith.steps.request import text_of
from rowsmith.steps.spans import cut

_CHARACTERS_A_TOKEN = 12
"""More than the tokens of running text have on average: how far back an overlap is looked for."""


class Tokens(Step):
    """Cuts a text into chunks of at most `size` tokens, at paragraph, line, sentence or word ends where it can.

    Chunks cover the text (only space between them is left out) and are its exact characters; the row's other columns go along.
    Origin: `source.span` [start, end) in characters of the source document, `chunk` {index, of, tokens}. A blank text is dropped (`empty_text`).
    """

    makes: ClassVar[bool] = True

    column: Column = Field("text", description="Column that holds the text; the chunk takes its place.")
    size: Annotated[int, Field(ge=8, le=1_000_000)] = Field(800, description="Most tokens of a chunk.")
    overlap: NonNegativeInt | None = Field(
        None, description="Most tokens that a chunk shares with the one before, in whole sentences or words. Default: an eighth of `size`."
    )
    model: str = Field("gpt-4o", description="Model whose tokens are counted, for example gpt-4o (o200k), gpt-4 (cl100k) or gpt-2.")

    @field_validator("model")
    @classmethod
    def _has_vocabulary(cls, name: str) -> str:
        splitter(name, 8)
        return name

    @model_validator(mode="after")
    def _room_for_new(self) -> Self:
        if self.overlap is not None and self.overlap >= self.size:
            raise ValueError(f"`overlap` is {self.overlap} and `size` {self.size}; set `overlap` below `size`, or to 0.")
        return self

    def rows(self, row: Row, ctx: Context) -> Iterator[New | Drop]:
        """The chunks of the row's text, in order."""
        text = text_of(row, self.column)
        spans = self._spans(stored_text(text))
        if not spans:
            yield Drop("empty_text", f"Column {self.column!r} is blank.")
        for index, (start, end) in enumerate(spans):
            place = {"index": index, "of": len(spans), "tokens": count_tokens(self.model, stored_text(text[start:end]))}
            yield New({**row.data, self.column: text[start:end]}, {"source": cut(row, self.column, text, start, end), "chunk": place})

    def _spans(self, text: str) -> list[tuple[int, int]]:
        """Chunks that follow each other, short by the overlap, each then begun earlier by as much. The splitter's own overlap takes whole
        units of the level at which it cut: between long paragraphs it is nothing."""
        overlap = self.size // 8 if self.overlap is None else self.overlap
        spans = [(start, start + len(chunk)) for start, chunk in splitter(self.model, self.size - overlap).chunk_indices(text)]
        if not overlap:
            return spans
        begun = [self._begun(text, before[0], span, overlap) for before, span in pairwise(spans)]
        return spans[:1] + begun

    def _begun(self, text: str, before: int, span: tuple[int, int], overlap: int) -> tuple[int, int]:
        """The span begun up to `overlap` tokens earlier, where a sentence or word begins, but not before the start of the chunk before."""
        start, end = span
        begin = max(before, start - overlap * _CHARACTERS_A_TOKEN)
        pieces = splitter(self.model, max(1, overlap // 4)).chunk_indices(text[begin:start])
        places = [begin + place for place, _ in pieces if begin == before or place > 0]
        within = [place for place in places if count_tokens(self.model, text[place:start]) <= overlap]
        fitting = (place for place in within if count_tokens(self.model, text[place:end]) <= self.size)
        return next(fitting, start), end
