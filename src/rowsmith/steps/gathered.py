"""Rows that belong together by what columns say, found without holding them in memory."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import orjson

from rowsmith.core.expressions import named
from rowsmith.core.ids import as_written, content_hash
from rowsmith.core.ports import Rows
from rowsmith.core.row import Dropped, Row
from rowsmith.steps.scratch import fill, tables

TABLES = ("CREATE TABLE rows (key BLOB, number INT, id TEXT, body BLOB)", "CREATE TABLE settled (key BLOB PRIMARY KEY) WITHOUT ROWID")


@dataclass(frozen=True, slots=True)
class Groups:
    """The groups of new rows, by the keys of `key_of`."""

    db: sqlite3.Connection
    by: Sequence[str]

    def key_of(self, row: Row) -> bytes | None:
        """What a row belongs to; None where a column is missing or null."""
        values = [named(row, name) for name in self.by]
        return None if any(value is None for value in values) else content_hash(values)

    def settled(self, key: bytes) -> bool:
        """Whether a row of an earlier wave has the key."""
        return self.db.execute("SELECT 1 FROM settled WHERE key = ?", (key,)).fetchone() is not None

    def members(self, key: bytes) -> list[Row]:
        """The new rows of a key, in their order."""
        found = self.db.execute("SELECT id, body FROM rows WHERE key = ? ORDER BY number", (key,))
        return [Row(name, b"", *orjson.loads(body)) for name, body in found]


@contextmanager
def groups(new: Rows, kept: Rows, by: Sequence[str], folder: Path) -> Iterator[Groups]:
    """The groups of the new rows, and the keys of those of earlier waves, as long as the block lasts."""
    with tables(folder, *TABLES) as db:
        found = Groups(db, by)
        fill(db, "INSERT OR IGNORE INTO settled VALUES (?)", ((key,) for row in kept if (key := found.key_of(row)) is not None))
        each = ((found.key_of(row), number, row.id, as_written([row.data, row.scores, row.origin])) for number, row in enumerate(new))
        fill(db, "INSERT INTO rows VALUES (?, ?, ?, ?)", (one for one in each if one[0] is not None))
        db.execute("CREATE INDEX by_key ON rows (key, number)")
        yield found


def gathered(
    new: Rows, kept: Rows, by: Sequence[str], folder: Path, told: Callable[[Row, list[Row]], Row | Dropped], late: str
) -> Iterator[Row | Dropped]:
    """What `told` says of each new row and the rows of its group, in order. A row of no group is dropped (`no_key`), and one whose group has gone on
    in an earlier wave (`late`, in these words)."""
    with groups(new, kept, by, folder) as found:
        for row in new:
            if (key := found.key_of(row)) is None:
                yield Dropped(row.id, "no_key", f"nothing in {', '.join(by)}")
            elif found.settled(key):
                yield Dropped(row.id, "late", late)
            else:
                yield told(row, found.members(key))
