"""Drops or flags rows that say exactly what an earlier row says."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any, Literal

from pydantic import Field

from rowsmith.core.flags import Flag
from rowsmith.core.ids import content_hash
from rowsmith.core.ports import Context, Rows
from rowsmith.core.row import Dropped, Row
from rowsmith.core.step import Column
from rowsmith.steps.earlier import compared_with
from rowsmith.steps.scratch import tables
from rowsmith.steps.shingles import flattened
from rowsmith.steps.twins import Twins, named


class Duplicates(Twins):
    """Drops, or flags, a row whose columns equal those of an earlier row that is no duplicate itself; rows of earlier waves come before all new ones,
    and those of `against` and `against_files` before these.

    Rows are told apart by a hash of 128 bits, kept in a scratch file, so memory does not grow with the rows. A row that has none of
    the chosen columns is let through. A column that differs in every row, such as an id, keeps rows apart: choose the `columns` then.
    """

    columns_: list[Column] | None = Field(None, alias="columns", min_length=1, description="Columns that are compared. Default: all.")
    normalise: Literal["none", "whitespace_case"] = Field(
        "none",
        description="whitespace_case: texts are equal when they differ only in case, white space, compatibility forms of characters and punctuation "
        "(save marks that carry a value, as in 3.5, -4, 10:30, !=).",
    )
    into: str = Field("duplicate", min_length=1, description="flag: name of the score, 1 for a duplicate and else 0.")

    def all(self, new: Rows, kept: Rows, ctx: Context) -> Iterator[Row | Dropped]:
        """Every new row once, in order: itself, or dropped or flagged as `duplicate` with the id of its twin."""
        with tables(ctx.scratch, "CREATE TABLE seen (key BLOB PRIMARY KEY, name TEXT) WITHOUT ROWID") as db:
            seen = _Seen(db)
            for name, data in compared_with(ctx, self.against, self.against_files, self.columns_, verbatim=self.columns_ is None):
                if key := self._key(data):
                    seen.twin(key, name)
            for row in kept:
                if key := self._key(row.data):
                    seen.twin(key, row.id)
            for row in new:
                twin = seen.twin(key, row.id) if (key := self._key(row.data)) else None
                yield self.repeated(row, self.into, None if twin is None else self._flag(twin))

    def _flag(self, twin: str) -> Flag:
        what = "data" if self.columns_ is None else ", ".join(self.columns_)
        return Flag("duplicates", "duplicate", f"the same {what} as {named(twin)}", twin=twin)

    def _key(self, data: dict[str, Any]) -> bytes | None:
        names = data if self.columns_ is None else [name for name in self.columns_ if name in data]
        chosen = {name: data[name] for name in names}
        return content_hash(_flat(chosen) if self.normalise == "whitespace_case" else chosen) if chosen else None


def _flat(value: Any) -> Any:
    if isinstance(value, str):
        return flattened(value)
    if isinstance(value, dict):
        return {name: _flat(item) for name, item in value.items()}
    return [_flat(item) for item in value] if isinstance(value, list) else value


class _Seen:
    """Which row was the first with a key."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def twin(self, key: bytes, name: str) -> str | None:
        """The name of the first row with the key; None where it is this one, which then is the first from now on."""
        if self._db.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", (key, name)).rowcount:
            return None
        found: str = self._db.execute("SELECT name FROM seen WHERE key = ?", (key,)).fetchone()[0]
        return None if found == name else found
