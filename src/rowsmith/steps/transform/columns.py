"""Renames, sets, computes, keeps and drops columns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import Field

from rowsmith.core.errors import Invalid, RowFailed
from rowsmith.core.expressions import parse_value
from rowsmith.core.ports import Context
from rowsmith.core.prompt import parse as template
from rowsmith.core.row import Row
from rowsmith.core.step import COLUMN, Step

BESIDE = frozenset({"scores", "origin", "id"})
"""Names that stand beside the columns."""


class Columns(Step):
    """Changes the columns of each row, in this order: `rename`, `set`, `compute`, then `keep` or `drop`.

    `set` and `compute` work in the order written, and each sees what was made before it. A column of the same name is replaced by `set`
    and `compute`; `rename` never replaces one: such a row fails (`column_taken`). So does a row of which nothing would be left (`no_column_left`).
    """

    rename: dict[str, str] = Field(default_factory=dict, description="New names of columns: {old: new}. A row without the old column stays as it is.")
    set: dict[str, str] = Field(default_factory=dict, description="Columns made from text: {name: 'Q: {{ input }}'}, written as prompts are.")
    compute: dict[str, str] = Field(default_factory=dict, description="Columns made by an expression: {words: word_count(text)}.")
    keep: list[str] = Field(default_factory=list, description="The columns that stay; all others go. Default: all stay.")
    drop: list[str] = Field(default_factory=list, description="Columns that go.")

    def rows(self, row: Row, ctx: Context) -> Iterator[Row]:
        """The row with its new columns."""
        data = self._renamed(row.data)
        beside = {"scores": row.scores, "origin": row.origin, "id": row.id}
        for name, text in self.set.items():
            data[name] = ctx.render(text, {**beside, **data})
        for name, expression in self.compute.items():
            data[name] = parse_value(expression).value({**beside, **data})
        if self.keep:
            data = {name: data[name] for name in self.keep if name in data}
        left = {name: value for name, value in data.items() if name not in self.drop}
        if not left:
            raise RowFailed("no_column_left", "No column of the row would be left, and a row without columns says nothing.")
        yield row.with_data(left)

    def _renamed(self, data: dict[str, Any]) -> dict[str, Any]:
        out = {self.rename.get(name, name): value for name, value in data.items()}
        if len(out) < len(data):
            taken = sorted(new for old, new in self.rename.items() if old in data and new in data and new not in self.rename)
            raise RowFailed("column_taken", f"The row has a column {taken[0]!r} already; rename does not replace it.")
        return out

    def columns(self, before: frozenset[str] | None) -> frozenset[str] | None:
        """The columns after the step.

        Raises:
            Invalid: `rename` gives a column the name of another that is there.
        """
        if before is None:
            return frozenset(self.keep) - frozenset(self.drop) if self.keep else None
        taken = sorted(new for old, new in self.rename.items() if old in before and new in before and new not in self.rename)
        if taken:
            raise Invalid(f"{self.title} renames a column to {taken[0]!r}, and there is one of that name.", "Choose another name, or drop it before.")
        after = frozenset(self.rename.get(name, name) for name in before) | frozenset(self.set) | frozenset(self.compute)
        return (after & frozenset(self.keep) if self.keep else after) - frozenset(self.drop)

    def marked(self, mark: Any) -> dict[str, Any]:
        """The columns that must be there: those that the settings name and that the step does not make itself."""
        if mark is not COLUMN:
            return super().marked(mark)
        if self._unreadable():
            return {}
        return {name: needed for name, needed in self._needed().items() if needed}

    def _needed(self) -> dict[str, list[str]]:
        made = [*self.rename.values(), *self.set, *self.compute]
        return {
            "rename": list(self.rename),
            **{setting: [name for name in used if name not in made and name not in BESIDE] for setting, used in self._used().items()},
        }

    def _used(self) -> dict[str, list[str]]:
        """The names that each later setting uses. Raises Invalid where a text cannot be read."""
        return {
            "set": sorted({name for text in self.set.values() for name in template(text).needed}),
            "compute": sorted({name for text in self.compute.values() for name in parse_value(text).columns}),
            "keep": self.keep,
            "drop": self.drop,
        }

    def check(self) -> list[str]:
        """Settings that cannot be read, that contradict each other, or that do nothing."""
        problems = [] if any((self.rename, self.set, self.compute, self.keep, self.drop)) else ["The step changes nothing. Give it a setting."]
        if self.keep and self.drop:
            problems.append("keep and drop are both given. Name the columns that stay, or those that go.")
        return problems + self._collisions() + self._unreadable()

    def _collisions(self) -> list[str]:
        made = [*self.rename.values(), *self.set, *self.compute]
        twice = sorted({name for name in made if made.count(name) > 1})
        same = sorted(old for old, new in self.rename.items() if old == new)
        bad = sorted(name for name in made if name in BESIDE or not name)
        return [
            *(f"Column {name!r} is made twice, by rename, set or compute. Give each a name of its own." for name in twice),
            *(f"rename gives {name!r} the name that it has." for name in same),
            *(f"No column can be called {name!r}: rows have something else of that name. Choose another." for name in bad),
        ]

    def _unreadable(self) -> list[str]:
        problems = []
        for setting, texts, read in (("set", self.set, template), ("compute", self.compute, parse_value)):
            for name, text in texts.items():
                try:
                    read(text)
                except Invalid as error:
                    problems.append(f"{setting} {name!r}: {error}")
        if problems:
            return problems
        gone = {old: new for old, new in self.rename.items() if old not in self.rename.values()}
        used = [(setting, name) for setting, names in self._used().items() for name in names]
        return [f"{setting} uses {name!r}, which rename has called {gone[name]!r}." for setting, name in used if name in gone]
