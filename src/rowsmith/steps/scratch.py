"""Tables for steps that have to see all rows: a private SQLite file in the step's scratch folder, sorted by the disk and not by memory."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import uuid4

CACHE_KB = 32_768
BATCH = 2048


@contextmanager
def tables(folder: Path, *statements: str) -> Iterator[sqlite3.Connection]:
    """A new database in the folder, gone when the block ends. Nothing in it outlives the step, so nothing is synced or journalled.
    `statements` make its tables. May move between threads."""
    path = folder / f"{uuid4().hex}.db"
    try:
        with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as db:
            for setting in ("journal_mode=OFF", "synchronous=OFF", "locking_mode=EXCLUSIVE", f"cache_size=-{CACHE_KB}"):
                db.execute(f"PRAGMA {setting}").fetchall()
            db.execute("BEGIN")
            for statement in statements:
                db.execute(statement)
            yield db
    finally:
        path.unlink(missing_ok=True)


def fill(db: sqlite3.Connection, statement: str, values: Iterable[tuple[Any, ...]]) -> None:
    """Carry the statement out for each of the values, which come as a stream; a batch is in memory at a time."""
    stream = iter(values)
    while batch := list(islice(stream, BATCH)):
        db.executemany(statement, batch)
