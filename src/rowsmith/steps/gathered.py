"""Rows that belong together by what columns say, found without holding them in memory."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import orjson

from rowsmith.core.expressions import named
from rowsmith.core.ids import as_written, content_hash
from rowsmith.core.ports import Rows
from rowsmith.core.row import Dropped, Row
from rowsmith.steps.scratch import fill, tables

TABLES = (
    "CREATE TABLE rows (key BLOB, number INT, id TEXT, body BLOB)",
    "CREATE TABLE settled (key BLOB PRIMARY KEY) WITHOUT ROWID",
    "CREATE TABLE told (number INTEGER PRIMARY KEY, dropped INT, body BLOB)",
)
_MEMBERS = "SELECT number, id, body FROM rows WHERE key = ? ORDER BY number"


def gathered(
    new: Rows, kept: Rows, by: Sequence[str], folder: Path, told: Callable[[list[Row]], Iterable[Row | Dropped]], late: str
) -> Iterator[Row | Dropped]:
    """What `told` says of each row of a group, for each new row in order. A row of no group is dropped (`no_key`), and one whose group has gone on in
    an earlier wave (`late`, in these words). One group at a time is in memory, and each is told of once."""
    with tables(folder, *TABLES) as db:
        fill(db, "INSERT OR IGNORE INTO settled VALUES (?)", ((key,) for row in kept if (key := _key(row, by)) is not None))
        each = ((_key(row, by), number, row.id, as_written([row.data, row.scores, row.origin])) for number, row in enumerate(new))
        fill(db, "INSERT INTO rows VALUES (?, ?, ?, ?)", (one for one in each if one[0] is not None))
        db.execute("CREATE INDEX by_key ON rows (key, number)")
        for number, row in enumerate(new):
            if (key := _key(row, by)) is None:
                yield Dropped(row.id, "no_key", f"nothing in {', '.join(by)}")
            elif db.execute("SELECT 1 FROM settled WHERE key = ?", (key,)).fetchone() is not None:
                yield Dropped(row.id, "late", late)
            else:
                yield _told(db, number, key, row, told)


def _key(row: Row, by: Sequence[str]) -> bytes | None:
    """What a row belongs to; None where a column is missing or null."""
    values = [named(row, name) for name in by]
    return None if any(value is None for value in values) else content_hash(values)


def _told(db: sqlite3.Connection, number: int, key: bytes, row: Row, told: Callable[[list[Row]], Iterable[Row | Dropped]]) -> Row | Dropped:
    """What is said of the row with this number; of the rows of its group, where nothing is said of them yet."""
    while (said := db.execute("SELECT dropped, body FROM told WHERE number = ?", (number,)).fetchone()) is None:
        members = [(at, Row(name, b"", *orjson.loads(body))) for at, name, body in db.execute(_MEMBERS, (key,))]
        verdicts = zip((at for at, _ in members), told([one for _, one in members]), strict=True)
        fill(db, "INSERT INTO told VALUES (?, ?, ?)", ((at, isinstance(one, Dropped), as_written(_body(one))) for at, one in verdicts))
    body = orjson.loads(said[1])
    return Dropped(row.id, *body) if said[0] else replace(row, data=body[0], scores=body[1], origin=body[2])


def _body(verdict: Row | Dropped) -> list[object]:
    return [verdict.reason, verdict.detail] if isinstance(verdict, Dropped) else [verdict.data, verdict.scores, verdict.origin]
