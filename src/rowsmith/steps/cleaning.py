"""Steps that clean a row's text: each change is an edit, so that the source's span stays true, and all of them can be seen beforehand."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from pydantic import Field

from rowsmith.core.edits import Edit
from rowsmith.core.ports import Context, Rows
from rowsmith.core.row import Drop, Dropped, Row
from rowsmith.core.step import Column, Step
from rowsmith.steps.request import blank, text_of
from rowsmith.steps.spans import edited

AROUND = 30
"""Characters of context that a preview shows on both sides of a change."""


class Cleaning(Step):
    """What the cleaning steps share: a column whose text they change, by edits that `origin.source.edits` keeps, in characters of the source.

    A row of whose text nothing is left is dropped (`empty_text`).
    """

    column: Column = Field("text", description="Column that holds the text.")

    @abstractmethod
    def edits(self, row: Row, text: str) -> Sequence[Edit]:
        """What to change in the text of the row's column: sorted, not overlapping, in the text's own characters."""

    def rows(self, row: Row, ctx: Context) -> Iterator[Row | Drop]:
        """The row with its cleaned text."""
        text = text_of(row, self.column)
        clean = edited(row, self.column, text, self.edits(row, text))
        if blank(clean.data[self.column]) and not blank(text):
            yield Drop("empty_text", f"Nothing of column {self.column!r} is left.")
        else:
            yield clean


class Change(NamedTuple):
    """One edit as people read it: `was` at [start, end) of the text before became `now`; `left` and `right` stand beside it, unchanged."""

    start: int
    end: int
    was: str
    now: str
    left: str
    right: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What a step does to one row: its text before and after, the changes, and characters removed and added by them.

    `dropped` is the reason where the row is not let through (`after` is then empty), `detail` why.
    """

    row: str
    before: str
    after: str
    changes: tuple[Change, ...] = ()
    removed: int = 0
    added: int = 0
    dropped: str = ""
    detail: str = ""


def preview(step: Step, row: Row, ctx: Context | None = None) -> Preview:
    """What a row step that cleans or filters does to a row. `ctx` is needed by steps that use what they are lent; the cleaning ones do not.

    Raises:
        RowFailed: the step cannot do anything with the row; the reason says why.
    """
    working: Any = step
    column = getattr(step, "column", "text")
    before = text_of(row, column)
    changes = tuple(_change(before, edit) for edit in working.edits(row, before)) if isinstance(step, Cleaning) else ()
    return _seen(row, column, next(iter(working.rows(row, ctx))), changes)


def previews(step: Step, rows: Rows, ctx: Context) -> Iterator[Preview]:
    """What a step does to rows, in their order; set steps too, which tell of a row by the others."""
    if step.shape != "set":
        yield from (preview(step, row, ctx) for row in rows)
        return
    working: Any = step
    for row, verdict in zip(rows, working.all(rows, [], ctx), strict=True):
        yield _seen(row, "text", verdict)


def _seen(row: Row, column: str, verdict: Row | Drop | Dropped, changes: tuple[Change, ...] = ()) -> Preview:
    before = row.data.get(column)
    said = before if isinstance(before, str) else ""
    if not isinstance(verdict, Row):
        return Preview(row.id, said, "", changes, len(said), 0, verdict.reason, verdict.detail)
    removed, added = sum(len(change.was) for change in changes), sum(len(change.now) for change in changes)
    return Preview(row.id, said, verdict.data.get(column, ""), changes, removed, added)


def _change(text: str, edit: Edit) -> Change:
    start, end, now = edit
    return Change(start, end, text[start:end], now, text[max(0, start - AROUND) : start], text[end : end + AROUND])
