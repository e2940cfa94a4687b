"""Snippets of a text: a few consecutive lines, drawn from anywhere in it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate
from typing import Annotated

from pydantic import Field

from rowsmith.core.ids import child_id, share
from rowsmith.core.ports import Context
from rowsmith.core.row import Drop, New, Row
from rowsmith.core.spans import Span, trimmed
from rowsmith.core.step import Column, Step
from rowsmith.steps.request import text_of
from rowsmith.steps.spans import cut

_TRIES = 20


class Lines(Step):
    """Draws snippets of `least` to `most` consecutive lines from each text, at places and of lengths that the row's id decides: seeds for what is to
    be written, not a way to cut a text up (OSS-Instruct, arXiv 2312.02120, draws 1 to 15 lines of code).

    Makes `count` rows of each, with the snippet in place of the text; fewer where the text has not as many different ones. Lines without a visible
    character at either end are left off. Origin: `source.span` [start, end) in characters of the source document. A blank text is dropped
    (`empty_text`).
    """

    makes = True

    column: Column = Field("text", description="Column that holds the text, and takes the snippet.")
    least: Annotated[int, Field(ge=1, le=1000)] = Field(1, description="Fewest lines of a snippet.")
    most: Annotated[int, Field(ge=1, le=1000)] = Field(15, description="Most lines of a snippet.")
    count_: Annotated[int, Field(ge=1, le=1000)] = Field(1, alias="count", description="Snippets of each text.")
    seed: int = Field(42, description="Another seed, other snippets.")

    def rows(self, row: Row, ctx: Context) -> Iterator[New | Drop]:
        """The snippets, in the order in which they are drawn."""
        text = text_of(row, self.column)
        if not text.strip():
            yield Drop("empty_text", f"Column {self.column!r} is blank.")
            return
        seen = set[Span]()
        starts = list(accumulate((len(line) for line in text.splitlines(keepends=True)), initial=0))
        for number in range(self.count_):
            for attempt in range(_TRIES):
                span = self._drawn(text, starts, child_id(row.id, ctx.step, number), attempt)
                if span[0] < span[1] and span not in seen:
                    seen.add(span)
                    origin = {"source": cut(row, self.column, text, *span)}
                    yield New({**row.data, self.column: text[span[0] : span[1]]}, origin, key=f"{span[0]} {span[1]}")
                    break

    def check(self) -> list[str]:
        """A range that holds no number."""
        return [f"`least` ({self.least}) is more than `most` ({self.most})."] if self.least > self.most else []

    def _drawn(self, text: str, starts: list[int], place: str, attempt: int) -> Span:
        """The characters of a snippet, without blank lines around it; none where all of its lines are blank."""
        lines = len(starts) - 1
        length = min(lines, self.least + int(share(place, f"lines {self.seed} {attempt}") * (self.most - self.least + 1)))
        first = int(share(place, f"line {self.seed} {attempt}") * (lines - length + 1))
        start, end = trimmed(text, starts[first], starts[first + length])
        return (max(starts[first], text.rfind("\n", 0, start) + 1), end) if start < end else (end, end)
