"""What all ways of cutting a text have in common: the column, the size in real tokens, and how a chunk becomes a row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Any, ClassVar, Self

from pydantic import Field, field_validator, model_validator

from rowsmith.core.ids import content_hash
from rowsmith.core.lines import stored_text
from rowsmith.core.row import Drop, Json, New, Row
from rowsmith.core.step import Column, Step
from rowsmith.core.tokens import Measured, splitter
from rowsmith.steps.packing import Span
from rowsmith.steps.request import text_of
from rowsmith.steps.spans import cut

Told = Mapping[str, Json]


def key_of(said: Json, seen: Counter[bytes]) -> str:
    """What a chunk's id is derived from: what it says, and how many of its document said the same before (`seen`, which counts it)."""
    name = content_hash(said)
    seen[name] += 1
    return f"{name.hex()} {seen[name]}"


class Chunking(Step):
    """A step that cuts a text. The row's other columns go along with each chunk."""

    makes: ClassVar[bool] = True

    column: Column = Field("text", description="Column that holds the text; the chunk takes its place.")
    size: Annotated[int, Field(ge=8, le=1_000_000)] = Field(800, description="Most tokens of a chunk.")
    model: str = Field("gpt-4o", description="Model whose tokens are counted, for example gpt-4o (o200k), gpt-4 (cl100k) or gpt-2.")

    @field_validator("model")
    @classmethod
    def _has_vocabulary(cls, name: str) -> str:
        splitter(name, 8)
        return name

    @model_validator(mode="after")
    def _below_size(self) -> Self:
        overlap, least = getattr(self, "overlap", None) or 0, getattr(self, "min_size", None) or 0
        if overlap >= self.size:
            raise ValueError(f"`overlap` is {overlap} and `size` {self.size}; set `overlap` below `size`, or to 0.")
        if least > self.size:
            raise ValueError(f"`min_size` is {least} and `size` {self.size}; set `min_size` to at most `size`, or to 0.")
        return self

    def measured(self, row: Row) -> Measured:
        """The row's text as every store keeps it, measured. As long as the text itself.

        Raises:
            RowFailed: `missing_column`, `not_text`.
        """
        return Measured(self.model, stored_text(text_of(row, self.column)))

    def chunks(
        self, row: Row, of: Measured, spans: Sequence[Span], columns: Iterable[Told] = (), told: Iterable[Told] = ()
    ) -> Iterator[New | Drop]:
        """A row for each span, with `columns` beside the text and what is `told` of it in `origin.chunk`; a text without a chunk is dropped
        (`empty_text`). A chunk's id comes from what it says: where the document around it has changed, it is the same row."""
        if not spans:
            yield Drop("empty_text", f"Column {self.column!r} is blank.")
        text = row.data[self.column]
        said: Counter[bytes] = Counter()
        beside, more = list(columns) or [{}] * len(spans), list(told) or [{}] * len(spans)
        for index, (start, end) in enumerate(spans):
            data: dict[str, Any] = {**row.data, **beside[index], self.column: text[start:end]}
            place = {"index": index, "of": len(spans), "tokens": of.count(start, end), **more[index]}
            yield New(data, {"source": cut(row, self.column, text, start, end), "chunk": place}, key=key_of(text[start:end], said))
