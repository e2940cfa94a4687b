"""Leaves out rows that hold certain words."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from pydantic import Field

from rowsmith.core.ports import Context
from rowsmith.core.row import Drop, Row
from rowsmith.core.step import Column, Step
from rowsmith.steps.request import texts_in
from rowsmith.steps.shingles import words


class Words(Step):
    """Drops a row in whose columns one of `words` stands, in any case and as a whole word: `map` does not stand in "mapped". Of several words, all in
    this order. The reason is `reason`, the detail names the word.

        - {kind: filter.words, columns: [input], words: [image, graph, go to], reason: no_text_task}
    """

    columns_: list[Column] = Field(alias="columns", min_length=1, description="Columns that are looked at: texts, or lists of them.")
    words: list[str] = Field(min_length=1, description="Words, or several in a row, that a row may not hold.")
    reason: str = Field("words", pattern=r"^[a-z0-9_]{1,60}$", description="The code under which rows that hold one are counted.")

    def rows(self, row: Row, ctx: Context) -> Iterator[Row | Drop]:
        """The row, or a Drop that names the word."""
        said = [f" {' '.join(words(text))} " for text in texts_in(row, self.columns_)]
        found = next((word for word, looked in self._looked_for.items() if any(looked in text for text in said)), None)
        yield row if found is None else Drop(self.reason, f"It holds {found!r}.")

    def check(self) -> list[str]:
        """Words that are none."""
        return [f"{word!r} in `words` has no letters or digits." for word in self.words if not words(word)]

    @cached_property
    def _looked_for(self) -> dict[str, str]:
        """Each word, and how it stands in a text that is cut into words."""
        return {word: f" {' '.join(words(word))} " for word in self.words}
