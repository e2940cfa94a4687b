"""What all ways of cutting a text have in common: the column, the size in real tokens, and how a chunk becomes a row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Annotated, Any, ClassVar, Self

from pydantic import Field, field_validator, model_validator

from rowsmith.core.errors import RowFailed
from rowsmith.core.ids import content_hash
from rowsmith.core.lines import stored_text
from rowsmith.core.own_tokens import OwnTokenizer
from rowsmith.core.ports import Context
from rowsmith.core.row import Drop, Json, New, Row
from rowsmith.core.spans import Span
from rowsmith.core.step import Column, Step
from rowsmith.core.tokens import Measured, Unbroken, count_tokens, splitter
from rowsmith.steps.request import text_of
from rowsmith.steps.spans import cut
from rowsmith.steps.tokenizers import is_path, pinned, problems, tokenizer_file

Told = Mapping[str, Json]
Alike = Annotated[float, Field(ge=0, le=1)]
"""A cosine of word counts."""


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
    model: str = Field(
        "gpt-4o", description="Model whose tokens are counted: gpt-4o (o200k), gpt-4 (cl100k), gpt-2; or the path of a tokenizer.json or its folder."
    )

    @field_validator("model")
    @classmethod
    def _has_vocabulary(cls, name: str) -> str:
        if not is_path(name):
            try:
                splitter(name, 8)
            except ValueError as error:
                raise ValueError(f"{error} Or give the path of a tokenizer.json, with a slash in it: ./{name}") from None
        return name

    @model_validator(mode="after")
    def _below_size(self) -> Self:
        overlap, least = getattr(self, "overlap", None) or 0, getattr(self, "min_size", None) or 0
        if overlap >= self.size:
            raise ValueError(f"`overlap` is {overlap} and `size` {self.size}; set `overlap` below `size`, or to 0.")
        if least > self.size:
            raise ValueError(f"`min_size` is {least} and `size` {self.size}; set `min_size` to at most `size`, or to 0.")
        return self

    def input_files(self) -> dict[str, list[str]]:
        """The tokenizer, where it is a file."""
        return {"model": [tokenizer_file(self.model)]} if is_path(self.model) else {}

    def content(self) -> dict[str, Any]:
        """Without the tokenizer's path: the file's hash is part of the run's identity."""
        return {name: value for name, value in super().content().items() if name not in self.input_files()}

    def check(self) -> list[str]:
        """A tokenizer that is not there, or is none."""
        return [problem for patterns in self.input_files().values() for problem in problems(*patterns)]

    def tokenizer(self, ctx: Context) -> OwnTokenizer | None:
        """The user's own, as the run has pinned it; None where a vocabulary that ships is counted with.

        Raises:
            Invalid, Unavailable: it cannot be loaded.
        """
        return next((pinned(ctx, patterns) for patterns in self.input_files().values()), None)

    def counting(self, ctx: Context) -> Callable[[str], int]:
        """What counts the tokens of a text."""
        own = self.tokenizer(ctx)
        return own.count if own else partial(count_tokens, self.model)

    def measured(self, row: Row, ctx: Context) -> Measured:
        """The row's text as every store keeps it, measured. As long as the text itself.

        Raises:
            RowFailed: `missing_column`, `not_text`, `unbroken` (a text that is made to be slow to count, or no text at all).
        """
        text, own = stored_text(text_of(row, self.column)), self.tokenizer(ctx)
        try:
            return own.measured(text) if own else Measured(self.model, text)
        except Unbroken as error:
            raise RowFailed("unbroken", f"{error}. Leave such data out, for example with filter.where before this step.") from None

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
