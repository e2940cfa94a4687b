"""Gives rows the embedding of a text."""

from __future__ import annotations

from pydantic import Field

from rowsmith.core.errors import RowFailed
from rowsmith.core.ports import Context
from rowsmith.core.row import Row
from rowsmith.core.step import Column, EmbedderRole, Step
from rowsmith.steps.request import blank, text_of
from rowsmith.steps.shingles import compared
from rowsmith.steps.vector_columns import numbers


class Embed(Step):
    """Puts the embedding of a column's text, or of all that a row says, into a column of its own, a list of numbers, which `filter.asked`,
    `filter.semantic_duplicates`, `filter.best`, `transform.near` and `write.vectors` compare and every export carries. It lies in the row: what is
    forgotten takes its vector along.

    Each distinct text is embedded once and its vector is kept, so that asking again costs nothing. `builtin/hashing` sees spelling, not meaning.
    """

    column: Column = Field("text", description="Column that holds the text; empty for all that a row says but labels, whatever its shape.")
    into: str = Field("vector", min_length=1, description="Column that is given the vector.")
    model: EmbedderRole = Field("embedder", description="Role of the model that embeds, for example {embedder: {model: builtin/hashing}}.")

    async def rows(self, row: Row, ctx: Context) -> list[Row]:
        """One embedding."""
        if blank(text := text_of(row, self.column) if self.column else compared(row.data)):
            raise RowFailed("empty_text", "A text without a visible character has no meaning to compare.")
        embedded = await ctx.embed([text], model=self.model)
        return [row.with_data({**row.data, self.into: numbers(embedded.vectors[0])})]

    def check(self) -> list[str]:
        """A column that would overwrite the text."""
        return [f"`column` and `into` are both {self.column!r}; give the vector another column."] if self.column == self.into else []

    def columns(self, before: frozenset[str] | None) -> frozenset[str] | None:
        """Those before, and the vector's."""
        return before if before is None else before | {self.into}
