"""Gives rows the columns of a dataset's or file's rows that have the same key."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any, Literal

import orjson
from pydantic import Field

from rowsmith.core.expressions import named
from rowsmith.core.ids import as_written, canonical
from rowsmith.core.ports import Context, Rows
from rowsmith.core.row import Dropped, Json, Row
from rowsmith.core.step import Column, DatasetName, InputPaths, Step
from rowsmith.steps.earlier import earlier, missing
from rowsmith.steps.scratch import fill, tables

TABLES = ("CREATE TABLE others (key TEXT, number INT, body BLOB)",)


class Join(Step):
    """Gives each row the columns of the row of a dataset, or the record of a file, that says the same under its key.

        - {kind: transform.join, files: [customers.csv], by: customer, key: id, columns: [country, plan]}

    Of several with the key the first counts; with `into` all of them stand in one column, as a list of objects, of which `transform.explode` makes
    rows. A row to which none belongs is dropped (`no_match`), or goes on with nulls. A column that is there already is not replaced: such a row
    is dropped (`column_taken`); a `prefix` tells them apart. Keys are compared as texts, so that the number 7 meets the "7"
    of a table.
    """

    dataset: DatasetName | None = Field(None, description="Dataset that is joined: name, name@branch, name@tag or name@version.")
    files: InputPaths = Field([], description="Instead: files of records, of any format that is read.")
    by: Column = Field(min_length=1, description="Column of the rows that holds the key.")
    key: str = Field("", description="Column of what is joined that holds it, as it is called there. Default: the same name.")
    columns_: list[str] | None = Field(None, alias="columns", min_length=1, description="Columns that rows are given. Default: all but the key.")
    prefix: str = Field("", description="What the names of the columns that are given begin with, such as customer_.")
    into: str = Field("", description="Column that takes all rows with the key instead, as a list of objects.")
    missing: Literal["drop", "null"] = Field("drop", description="What becomes of a row to which none belongs: dropped, or nulls (an empty list).")

    def all(self, new: Rows, kept: Rows, ctx: Context) -> Iterator[Row | Dropped]:
        """Every new row once, in order, with its columns; or dropped."""
        with tables(ctx.scratch, *TABLES) as db:
            names = dict[str, None]()
            fill(db, "INSERT INTO others VALUES (?, ?, ?)", self._others(ctx, names))
            db.execute("CREATE INDEX by_key ON others (key, number)")
            for row in new:
                yield self._joined(row, db, self.columns_ or list(names))

    def columns(self, before: frozenset[str] | None) -> frozenset[str] | None:
        """Those before, and what is given as far as it is named."""
        if before is None or not (self.into or self.columns_):
            return None
        return before | ({self.into} if self.into else {f"{self.prefix}{name}" for name in self.columns_ or ()})

    def check(self) -> list[str]:
        """Neither or both of what can be joined, files that are not there, and settings of another way."""
        problems = [] if bool(self.dataset) != bool(self.files) else ["Give a dataset or files to join, one of them."]
        problems += missing(self.files)
        return problems + (["`prefix` names columns, and with `into` there are none; leave one out."] if self.prefix and self.into else [])

    def _others(self, ctx: Context, names: dict[str, None]) -> Iterator[tuple[str, int, bytes]]:
        own = self.key or self.by
        for number, (_, data) in enumerate(earlier(ctx, [self.dataset] if self.dataset else [], self.files)):
            if (value := data.get(own)) is None:
                continue
            given = {name: data.get(name) for name in self.columns_} if self.columns_ else {name: data[name] for name in data if name != own}
            names.update(dict.fromkeys(given))
            yield _text(value), number, as_written(given)

    def _joined(self, row: Row, db: sqlite3.Connection, names: list[str]) -> Row | Dropped:
        value = named(row, self.by)
        found = [] if value is None else self._found(db, value)
        if not found and self.missing == "drop":
            return Dropped(row.id, "no_match", f"none has {self.key or self.by} {value!r}"[:200])
        more: dict[str, Json] = {self.into: found} if self.into else {f"{self.prefix}{name}": found[0].get(name) if found else None for name in names}
        if taken := [name for name in more if name in row.data]:
            return Dropped(row.id, "column_taken", f"The row has a column {taken[0]!r} already.")
        return row.with_data({**row.data, **more})

    def _found(self, db: sqlite3.Connection, value: Any) -> list[dict[str, Json]]:
        query = "SELECT body FROM others WHERE key = ? ORDER BY number" + ("" if self.into else " LIMIT 1")
        return [orjson.loads(body) for (body,) in db.execute(query, (_text(value),))]


def _text(key: Json) -> str:
    return key if isinstance(key, str) else canonical(key).decode()
