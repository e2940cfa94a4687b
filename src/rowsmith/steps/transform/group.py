"""Makes one row of all rows that have something in common."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Annotated

from pydantic import Field

from rowsmith.core.ports import Context, Rows
from rowsmith.core.row import Dropped, Row
from rowsmith.core.step import Column, Step
from rowsmith.steps.gathered import gathered
from rowsmith.steps.merging import joint


class Group(Step):
    """Makes one row of those that say the same in the columns of `by`: the first of them goes on, and each of the columns that are gathered holds a
    list, an entry for each row, in their order, null where one has no such column. The others are dropped (`grouped`).

        - {kind: transform.group, by: [input], columns: [answer, model]}

    A group of fewer than `least` rows is dropped (`too_few`), and so is a row that says nothing in a column of `by` (`no_key`). Rows beyond `most`
    are not in the lists (`beyond`). Where a target brings rows in waves, one whose group has gone on in an earlier wave is dropped (`late`);
    rows that one question gave come together. Scores stay behind; one that is wanted is put into a column before (`transform.columns`).
    Origin: the sources of all, and `parents`, their ids.
    """

    spent = frozenset({"grouped", "beyond", "late"})
    by: list[Column] = Field(min_length=1, description="Columns that rows of a group have in common.")
    columns_: list[Column] | None = Field(None, alias="columns", min_length=1, description="Columns that become lists. Default: all but `by`.")
    least: Annotated[int, Field(ge=1)] = Field(1, description="Fewest rows of a group.")
    most: Annotated[int, Field(ge=1)] | None = Field(None, description="Most rows of a group, the first ones. Default: all.")

    def all(self, new: Rows, kept: Rows, ctx: Context) -> Iterator[Row | Dropped]:
        """Every new row once, in order: that of its group, or dropped."""
        return gathered(new, kept, self.by, ctx.scratch, self._told, "its group has gone on in an earlier wave")

    @property
    def gathers(self) -> list[str]:
        return self.by

    def columns(self, before: frozenset[str] | None) -> frozenset[str] | None:
        """Those of `by`, and the lists."""
        return before if self.columns_ is None else frozenset([*self.by, *self.columns_])

    def check(self) -> list[str]:
        """A column that both parts groups and is gathered, and bounds that nothing can meet."""
        both = [name for name in self.columns_ or () if name in self.by]
        problems = [f"Column {name!r} is in `by`, where all rows of a group say the same; leave it out of `columns`." for name in both]
        return problems + ([f"`least` ({self.least}) is more than `most` ({self.most})."] if self.most is not None and self.least > self.most else [])

    def _told(self, members: list[Row]) -> Iterator[Row | Dropped]:
        first, taken = members[0], members[: self.most]
        for at, row in enumerate(members):
            if len(members) < self.least:
                yield Dropped(row.id, "too_few", f"{len(members)} of at least {self.least}")
            elif at == 0:
                yield self._one(taken)
            elif at < len(taken):
                yield Dropped(row.id, "grouped", f"with row {first.id}")
            else:
                yield Dropped(row.id, "beyond", f"its group has {self.most} already")

    def _one(self, taken: Sequence[Row]) -> Row:
        names = self.columns_ or [name for name in dict.fromkeys(name for one in taken for name in one.data) if name not in self.by]
        lists = {name: [one.data.get(name) for one in taken] for name in names}
        same = {name: taken[0].data[name] for name in self.by if name in taken[0].data}
        return replace(taken[0], data={**same, **lists}, scores={}, origin=joint([one.origin for one in taken], [one.id for one in taken]))
