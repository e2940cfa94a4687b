"""Drops rows that say exactly what an earlier row says."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any, Literal

from pydantic import Field

from rowsmith.core.ids import content_hash
from rowsmith.core.ports import Context, Rows
from rowsmith.core.row import Dropped, Row
from rowsmith.core.step import Column, Step
from rowsmith.steps.scratch import tables
from rowsmith.steps.shingles import flattened


class Duplicates(Step):
    """Drops a row whose columns equal those of an earlier row that is let through; rows of earlier waves come before all new ones.

    Rows are told apart by a hash of 128 bits, kept in a scratch file, so memory does not grow with the rows. A row that has none of
    the chosen columns is let through.
    """

    columns_: list[Column] | None = Field(None, alias="columns", min_length=1, description="Columns that are compared. Default: all.")
    normalise: Literal["none", "whitespace_case"] = Field(
        "none", description="whitespace_case: texts are equal when they differ only in case, white space and punctuation (save before a digit)."
    )

    def all(self, new: Rows, kept: Rows, ctx: Context) -> Iterator[Row | Dropped]:
        """Every new row once, in order: itself, or dropped as `duplicate` with the id of its twin."""
        with tables(ctx.scratch, "CREATE TABLE seen (key BLOB PRIMARY KEY, id BLOB) WITHOUT ROWID") as db:
            seen = _Seen(db)
            for row in kept:
                if key := self._key(row):
                    seen.twin(key, row.id)
            for row in new:
                twin = seen.twin(key, row.id) if (key := self._key(row)) else None
                yield row if twin is None else Dropped(row.id, "duplicate", f"the same {self._what()} as row {twin}")

    def _what(self) -> str:
        return "data" if self.columns_ is None else ", ".join(self.columns_)

    def _key(self, row: Row) -> bytes | None:
        names = row.data if self.columns_ is None else [name for name in self.columns_ if name in row.data]
        data = {name: row.data[name] for name in names}
        return content_hash(_flat(data) if self.normalise == "whitespace_case" else data) if data else None


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

    def twin(self, key: bytes, row: str) -> str | None:
        """The id of the first row with the key; None, and the key is this row's from now on, when there is none."""
        if self._db.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", (key, bytes.fromhex(row))).rowcount:
            return None
        found: bytes = self._db.execute("SELECT id FROM seen WHERE key = ?", (key,)).fetchone()[0]
        return found.hex()
