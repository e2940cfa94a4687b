"""Sweeping: what nothing leads to any more is removed, and nothing else.

Live is what a branch, tag or release names, what a run made or reads, and all that these descend from; further, versions younger than the grace
period, and the bodies that uncommitted edits were made over. Everything is marked first, then one transaction removes what was not marked,
after it has made sure that nobody is about to publish a version (store.holds) and that no version has come meanwhile. Of the blocks that hold
live bodies beside others, the others are taken out then (store.blanking), block by block.

The newest block stays, empty if need be: SQLite would give its number again, and whoever has a block open knows it by its number.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import orjson
from sqlalchemy import Connection, text

from rowsmith.core.errors import Conflict
from rowsmith.core.failpoints import failpoint
from rowsmith.store.blanking import Held, Moved, blank, overfull
from rowsmith.store.changes import scratch
from rowsmith.store.database import Database, many
from rowsmith.store.diffs import batches
from rowsmith.store.holds import any_held
from rowsmith.store.trees import Trees, cut, decode
from rowsmith.store.versions import Version, Versions, descent

TRIES, WAIT_S = 20, 0.5
_NAMED = text("SELECT version FROM ref UNION SELECT version FROM run WHERE version IS NOT NULL")
_READ = text("SELECT lock FROM run")
_EVERY = text("SELECT id FROM version")
_BASES = text("SELECT base_data, base_meta FROM edit WHERE base_data IS NOT NULL")
_NO_FIGURES = [text(f"DELETE FROM {table} WHERE root NOT IN (SELECT root FROM version)") for table in ("statistics", "column_facts")]
_PAGE = 4096


@dataclass(frozen=True, slots=True)
class Swept:
    """What was removed, or would be: versions, nodes of their trees, bodies of rows, blocks that held nothing else, and the bytes of nodes and
    blocks; `blanked`: bodies that were taken out of blocks that stay."""

    versions: int
    nodes: int
    bodies: int
    blocks: int
    bytes: int
    blanked: int


def sweep(db: Database, *, grace_s: float, only_count: bool = False) -> Swept:
    """Remove what nothing leads to and is older than `grace_s` seconds.

    Raises:
        Conflict: others commit all the time; nothing was removed.
    """
    for _ in range(TRIES):
        with scratch() as conn:
            seen, dead = _versions(db, grace_s)
            _mark(db, conn, seen, dead)
            swept, going = _found(db, conn, len(dead))
            if only_count:
                return swept
            if _removed(db, conn, seen, dead):
                return replace(swept, blanked=_blanked(db, going, seen.keys() - set(dead)))
        time.sleep(WAIT_S)
    raise Conflict("Others are committing all the time.", "Try again when they have ended. A process that died counts for ten minutes.")


def _versions(db: Database, grace_s: float) -> tuple[dict[str, Version], list[str]]:
    """All versions, and those that are to go."""
    with db.read() as conn:
        named = [str(name) for name in conn.execute(_NAMED).scalars()]
        locks = [orjson.loads(lock).get("datasets", {}) for lock in conn.execute(_READ).scalars()]
        named += [name for lock in locks for of_step in lock.values() for name in of_step.values()]
        now = db.now(conn)
    known = {version.id: version for version in Versions(db).every()}
    live: set[str] = set()
    young = [version.id for version in known.values() if version.created_at > now - grace_s]
    for name in (*named, *young):
        if name in known and name not in live:
            live.update(version.id for version in descent(known[name], known))
    return known, [name for name in known if name not in live]


def _mark(db: Database, conn: sqlite3.Connection, seen: dict[str, Version], dead: list[str]) -> None:
    """Put the hashes of live nodes and bodies into the scratch database. Each node is opened once, however many versions share it."""
    conn.execute("CREATE TABLE node (hash BLOB PRIMARY KEY) WITHOUT ROWID")
    conn.execute("CREATE TABLE body (hash BLOB PRIMARY KEY) WITHOUT ROWID")
    trees, gone = Trees(db), set(dead)
    roots = {version.root for version in seen.values() if version.id not in gone}
    for names in batches(_new(conn, roots), 64):
        for body in trees.get(names).values():
            _mark_pages(trees, conn, cut(body[1:]))
    with db.read() as reading:
        bases = [bytes(name) for pair in reading.execute(_BASES) for name in pair if name is not None]
    _add(conn, "body", bases)


def _mark_pages(trees: Trees, conn: sqlite3.Connection, pages: Iterable[bytes]) -> None:
    for page_names in batches(_new(conn, pages), 16):
        buckets = (name for page in trees.get(page_names).values() for name in cut(page))
        for names in batches(_new(conn, buckets), 1024):
            entries = (entry for bucket in trees.get(names).values() for entry in decode(bucket))
            _add(conn, "body", (name for entry in entries for name in (entry.data, entry.meta)))


def _new(conn: sqlite3.Connection, names: Iterable[bytes]) -> Iterator[bytes]:
    """Those that were not marked yet; they are now."""
    for name in names:
        if conn.execute("INSERT OR IGNORE INTO node VALUES (?)", (name,)).rowcount:
            yield name


def _add(conn: sqlite3.Connection, table: str, names: Iterable[bytes]) -> None:
    conn.executemany(f"INSERT OR IGNORE INTO {table} VALUES (?)", ((name,) for name in names))


def _found(db: Database, conn: sqlite3.Connection, versions: int) -> tuple[Swept, list[tuple[int, frozenset[int]]]]:
    """Put what is stored and not marked into the scratch database, and count it; beside it the positions to blank, by block."""
    conn.execute("CREATE TABLE dead_node (hash BLOB, size INTEGER)")
    conn.execute("CREATE TABLE dead_body (hash BLOB)")
    conn.execute("CREATE TABLE place (block INTEGER, pos INTEGER, PRIMARY KEY (block, pos)) WITHOUT ROWID")
    for page in _pages(db, "SELECT hash, length(body) AS size FROM node WHERE hash > :last ORDER BY hash LIMIT :k", b""):
        dead = [(bytes(name), size) for name, size in page if not conn.execute("SELECT 1 FROM node WHERE hash = ?", (bytes(name),)).fetchone()]
        conn.executemany("INSERT INTO dead_node VALUES (?, ?)", dead)
    for page in _pages(db, "SELECT hash, block, pos FROM body WHERE hash > :last ORDER BY hash LIMIT :k", b""):
        for name, block, pos in page:
            if conn.execute("SELECT 1 FROM body WHERE hash = ?", (bytes(name),)).fetchone():
                conn.execute("INSERT OR IGNORE INTO place VALUES (?, ?)", (block, pos))
            else:
                conn.execute("INSERT INTO dead_body VALUES (?)", (bytes(name),))
    conn.execute("CREATE TABLE dead_block (n INTEGER PRIMARY KEY, size INTEGER)")
    newest = 0
    for page in _pages(db, "SELECT n, length(body) AS size FROM block WHERE n > :last ORDER BY n LIMIT :k", 0):
        dead = [(n, size) for n, size in page if not conn.execute("SELECT 1 FROM place WHERE block = ? LIMIT 1", (n,)).fetchone()]
        conn.executemany("INSERT INTO dead_block VALUES (?, ?)", dead)
        newest = page[-1][0]
    conn.execute("DELETE FROM dead_block WHERE n = ?", (newest,))
    going = [(n, gone) for n, gone in overfull(db, conn) if not conn.execute("SELECT 1 FROM dead_block WHERE n = ?", (n,)).fetchone()]
    nodes, node_bytes = conn.execute("SELECT count(*), total(size) FROM dead_node").fetchone()
    blocks, block_bytes = conn.execute("SELECT count(*), total(size) FROM dead_block").fetchone()
    (bodies,) = conn.execute("SELECT count(*) FROM dead_body").fetchone()
    return Swept(versions, nodes, bodies, blocks, int(node_bytes + block_bytes), sum(len(gone) for _, gone in going)), going


def _pages(db: Database, sql: str, last: bytes | int) -> Iterator[list[tuple[Any, ...]]]:
    while True:
        with db.read() as conn:
            page = [tuple(row) for row in conn.execute(text(sql), {"last": last, "k": _PAGE})]
        if page:
            yield page
        if len(page) < _PAGE:
            return
        last = bytes(page[-1][0]) if isinstance(last, bytes) else page[-1][0]


def _removed(db: Database, conn: sqlite3.Connection, seen: dict[str, Version], dead: list[str]) -> bool:
    """Remove what was found; False, and nothing is removed, when somebody is about to publish or has published a version."""
    with db.write() as writing:
        if any_held(db, writing) or {str(name) for name in writing.execute(_EVERY).scalars()} != seen.keys():
            return False
        if _now_named(writing) & set(dead):
            return False
        failpoint("sweep.before")
        for table in ("signature", "version"):
            column = "version" if table == "signature" else "id"
            many(writing, f"DELETE FROM {table} WHERE {column} = ?", [(name,) for name in dead])
        for statement in _NO_FIGURES:
            writing.execute(statement)
        for table, column in (("node", "hash"), ("body", "hash"), ("block", "n")):
            cursor = conn.execute(f"SELECT {column} FROM dead_{table}")
            while batch := cursor.fetchmany(_PAGE):
                many(writing, f"DELETE FROM {table} WHERE {column} = ?", batch)
        failpoint("sweep.removed")
    failpoint("sweep.after")
    return True


def _blanked(db: Database, going: Iterable[tuple[int, frozenset[int]]], left: set[str]) -> int:
    """How many bodies were taken out of blocks that stay. Once somebody commits, the rest is for the next sweep."""
    done = 0
    for n, gone in going:
        try:
            done += blank(db, n, gone, left)
        except (Held, Moved):
            break
        failpoint("sweep.blanked")
    return done


def _now_named(conn: Connection) -> set[str]:
    return {str(name) for name in conn.execute(_NAMED).scalars()}
