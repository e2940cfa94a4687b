"""Makes a row of each item of a list."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from pydantic import Field

from rowsmith.core.errors import RowFailed
from rowsmith.core.ports import Context
from rowsmith.core.row import Drop, New, Row
from rowsmith.core.step import Column, Step
from rowsmith.steps.request import pick


class Explode(Step):
    """Makes a row of each item of a list that stands in a column. The fields of an object become columns of their own; any other item stands in the
    column `into`. Each row has the other columns of its parent, or those of `keep`; its scores stay behind.

    A row whose column holds no list fails (`not_list`), and so does one of which an object's field has the name of a column that is there
    (`column_taken`); an empty list makes no row, and its row is dropped (`empty_list`).
    """

    makes: ClassVar[bool] = True

    column: Column = Field(min_length=1, description="Column that holds the list.")
    into: str = Field("", description="Column that takes an item that is no object. Default: the name of the list's column.")
    keep: list[Column] | None = Field(None, description="Columns of the row that each item's row has too. Default: all others.")
    number: str = Field("", description="Column that takes the item's place in the list, counted from 1; empty for none.")

    def rows(self, row: Row, ctx: Context) -> Iterator[New | Drop]:
        """A row for each item."""
        items = pick(row, [self.column])[self.column]
        if not isinstance(items, list):
            raise RowFailed("not_list", f"Column {self.column!r} holds {type(items).__name__}, not a list.")
        if not items:
            yield Drop("empty_list", f"Column {self.column!r} holds no item.")
        rest = {name: value for name, value in row.data.items() if name != self.column} if self.keep is None else pick(row, self.keep)
        for place, item in enumerate(items, 1):
            own = item if isinstance(item, dict) and item else {self.into or self.column: item}
            made = {**own, **({self.number: place} if self.number else {})}
            yield New({**rest, **_apart(made, rest)}, index=place - 1)

    def columns(self, before: frozenset[str] | None) -> frozenset[str] | None:
        """Not known: what an object's fields are called its row says."""
        return None

    def check(self) -> list[str]:
        """Columns of one name."""
        own = self.into or self.column
        problems = [f"`number` and the items' column are both {own!r}."] if self.number == own else []
        taken = [name for name in self.keep or () if name in {own, self.number}]
        return problems + [f"Column {name!r} cannot be kept: each item's row has one of that name." for name in taken]


def _apart(made: dict[str, Any], rest: dict[str, Any]) -> dict[str, Any]:
    if taken := [name for name in made if name in rest]:
        raise RowFailed("column_taken", f"The row has a column {taken[0]!r} already; rename or drop it before, or name the columns to `keep`.")
    return made
