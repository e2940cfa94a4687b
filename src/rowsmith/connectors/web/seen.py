"""What a crawl has seen: texts, paths with many queries, and links that it does not follow. A part of its state, written within its transactions."""

from __future__ import annotations

import sqlite3

from rowsmith.connectors.web.entry import Skipped

NEAR_BITS, BLOCKS = 3, 4
"""Prints that differ in so many bits are near. Cut into one block more than that, they agree in a block (Manku et al. 2007)."""
SCHEMA = """
CREATE TABLE IF NOT EXISTS said (hash TEXT PRIMARY KEY, name TEXT);
CREATE TABLE IF NOT EXISTS near (block INTEGER, part INTEGER, print INTEGER, name TEXT);
CREATE INDEX IF NOT EXISTS near_part ON near (block, part);
CREATE TABLE IF NOT EXISTS path (path TEXT PRIMARY KEY, queries INTEGER);
CREATE TABLE IF NOT EXISTS skipped (reason TEXT PRIMARY KEY, count INTEGER);
"""


class Seen:
    """What is in these tables of a state."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def add(self, name: str, said: str, print_: int | None) -> None:
        """A page of this name says that: the hash of its text, empty where it has none, and its print."""
        if said:
            self._db.execute("INSERT OR IGNORE INTO said VALUES (?, ?)", (said, name))
        if print_ is not None:
            self._db.executemany("INSERT INTO near VALUES (?, ?, ?, ?)", [(*part, _signed(print_), name) for part in _parts(print_)])

    def twin(self, said: str, print_: int | None) -> str | None:
        """The name of a page that says the same, or with a print nearly the same."""
        row = self._db.execute("SELECT name FROM said WHERE hash = ?", (said,)).fetchone()
        if row or print_ is None:
            return row[0] if row else None
        for part in _parts(print_):
            for other, name in self._db.execute("SELECT print, name FROM near WHERE block = ? AND part = ?", part):
                if ((other ^ _signed(print_)) & (1 << 64) - 1).bit_count() <= NEAR_BITS:
                    return str(name)
        return None

    def another_query(self, path: str, most: int) -> bool:
        """Count one more query to a path; False: there are too many already."""
        row = self._db.execute("SELECT queries FROM path WHERE path = ?", (path,)).fetchone()
        if row and row[0] >= most:
            return False
        self._db.execute("INSERT INTO path VALUES (?, 1) ON CONFLICT (path) DO UPDATE SET queries = queries + 1", (path,))
        return True

    def skip(self, reason: Skipped) -> None:
        """A link is not followed."""
        self._db.execute("INSERT INTO skipped VALUES (?, 1) ON CONFLICT (reason) DO UPDATE SET count = count + 1", (reason,))

    def skipped(self) -> dict[Skipped, int]:
        """Links that were not followed, by reason."""
        return dict(self._db.execute("SELECT reason, count FROM skipped ORDER BY reason"))


def _signed(print_: int) -> int:
    """As SQLite holds it."""
    return print_ - (1 << 64) if print_ >> 63 else print_


def _parts(print_: int) -> list[tuple[int, int]]:
    size = 64 // BLOCKS
    return [(block, print_ >> block * size & (1 << size) - 1) for block in range(BLOCKS)]
