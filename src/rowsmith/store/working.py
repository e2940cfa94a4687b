"""A branch's uncommitted edits on their way into a version: their bodies are stored, and they wait by place beside what they stand over."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, text

from rowsmith.store.bodies import BLOCK_ROWS, BodyWriter, tagged
from rowsmith.store.changes import META, scratch
from rowsmith.store.database import Database, many
from rowsmith.store.diffs import Difference, batches
from rowsmith.store.holds import Hold
from rowsmith.store.merging import Side
from rowsmith.store.trees import Entry, Trees, turned
from rowsmith.store.versions import Version

_ALL = text("SELECT id, base_data, base_meta, data, meta, hash, key FROM edit WHERE dataset = :dataset AND branch = :branch ORDER BY id")
_SETTLED = "DELETE FROM edit WHERE dataset = ? AND branch = ? AND id = ? AND hash = ?"
_SETTLED_REMOVAL = "DELETE FROM edit WHERE dataset = ? AND branch = ? AND id = ? AND hash IS NULL"
_REBASED = "UPDATE edit SET base_data = ?, base_meta = ? WHERE dataset = ? AND branch = ? AND id = ?"
_Kept = tuple[bytes, bytes, bytes, bytes, bytes | None, bytes | None]


class WorkingSet:
    """Edits of one moment: place, key, hashes of data and meta (empty: the row is removed), and of what they were made over."""

    def __init__(self, db: Database, conn: sqlite3.Connection, head: Version | None, where: dict[str, object]) -> None:
        self._db, self._conn, self._head, self._where = db, conn, head, where

    def __len__(self) -> int:
        (count,) = self._conn.execute("SELECT count(*) FROM edited").fetchone()
        return int(count)

    def __iter__(self) -> Iterator[_Kept]:
        cursor = self._conn.execute("SELECT place, key, data, meta, base_data, base_meta FROM edited ORDER BY place")
        while batch := cursor.fetchmany(512):
            yield from batch

    def sides(self) -> Iterator[Side]:
        """What the head and the edits changed since the rows were first edited."""
        trees = Trees(self._db)
        tree = trees.load(self._head.root) if self._head else None
        entries = (Entry(place, key, data, meta) for place, key, data, meta, *_ in self)
        for (edit, now), kept in zip(trees.paired(tree, entries), iter(self), strict=True):
            base = Entry(edit.place, now.key if now else edit.key, kept[4], kept[5]) if kept[4] and kept[5] else None
            theirs = edit._replace(key=now.key if now else edit.key) if edit.data else None
            yield edit.place, Difference(edit.place, base, now) if base != now else None, Difference(edit.place, base, theirs)

    def settle(self, conn: Connection, made: Version) -> None:
        """Within the transaction that publishes them: they are edits no longer. Who has edited a row again has done so over what is
        committed now."""
        for batch in batches(self, 512):
            where = (self._where["dataset"], self._where["branch"])
            many(conn, _SETTLED, [(*where, turned(e[0]), e[2]) for e in batch if e[2]])
            many(conn, _SETTLED_REMOVAL, [(*where, turned(e[0])) for e in batch if not e[2]])
            many(conn, _REBASED, [(e[2] or None, e[3] or None, *where, turned(e[0])) for e in batch])


@contextmanager
def working_set(db: Database, dataset: int, branch: str, head: Version | None, prefix: bytes, hold: Hold) -> Iterator[WorkingSet]:
    """The edits as they stand now. `prefix`: how the keys of new rows begin."""
    where = {"dataset": dataset, "branch": branch}
    with scratch() as conn:
        conn.execute("CREATE TABLE edited (place BLOB PRIMARY KEY, key BLOB, data BLOB, meta BLOB, base_data BLOB, base_meta BLOB) WITHOUT ROWID")
        with BodyWriter(db, hold) as writer, db.read() as reading:
            stream = reading.execution_options(stream_results=True).execute(_ALL, where)
            for batch in batches(stream, BLOCK_ROWS):
                conn.executemany("INSERT INTO edited VALUES (?, ?, ?, ?, ?, ?)", [_kept(e, prefix) for e in batch])
                said = [(bytes(e.hash), bytes(e.data)) for e in batch if e.hash]
                writer.add(said, [(tagged(META, e.meta), bytes(e.meta)) for e in batch if e.hash])
        yield WorkingSet(db, conn, head, where)


def _kept(edit: Any, prefix: bytes) -> _Kept:
    data, meta = (bytes(edit.hash), tagged(META, bytes(edit.meta))) if edit.hash else (b"", b"")
    key = bytes(edit.key) if edit.base_data is not None else prefix + bytes(edit.key)
    return turned(bytes(edit.id)), key, data, meta, edit.base_data, edit.base_meta
