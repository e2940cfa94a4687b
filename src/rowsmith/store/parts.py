"""Proof of the stored parts, each looked at once, whatever refers to it: nodes, blocks, and the bodies in them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from sqlalchemy import text

from rowsmith.store.audit import Found
from rowsmith.store.bodies import Bodies, tagged, unpack
from rowsmith.store.changes import DATA, META, scratch
from rowsmith.store.database import Database

_PAGE = 2000
_BLOCKS = 32
_NODES = text("SELECT hash, body FROM node WHERE hash > :last ORDER BY hash LIMIT :k")
_NUMBERS = text("SELECT n FROM block WHERE n > :last ORDER BY n LIMIT :k")
_BODIES = text("SELECT hash, block, pos FROM body WHERE hash > :last ORDER BY hash LIMIT :k")
_TAGS = (b"rowsmith.bucket", b"rowsmith.page", b"rowsmith.root")


def parts(db: Database) -> Iterator[tuple[str, list[Found]]]:
    """(what was checked, problems) for each node and block, those included that no version needs any more."""
    yield from _nodes(db)
    with scratch() as conn:
        _placed(db, conn)
        yield from _blocks(db, conn)
        gone = conn.execute("SELECT count(*), min(block) FROM body WHERE block NOT IN (SELECT n FROM block)").fetchone()
        what = f"it is missing, and {gone[0]} bodies are said to lie in it or in others that are"
        yield from [("blocks", [{"kind": "body", "what": what, "where": f"block {gone[1]}"}])] if gone[0] else []


def _nodes(db: Database) -> Iterator[tuple[str, list[Found]]]:
    last = b""
    while True:
        with db.read() as conn:
            page = [(bytes(row.hash), bytes(row.body)) for row in conn.execute(_NODES, {"last": last, "k": _PAGE})]
        for name, body in page:
            altered = all(tagged(tag, body) != name for tag in _TAGS)
            yield "nodes", [{"kind": "node", "what": "it is altered", "where": f"node {name.hex()}"}] if altered else []
        if len(page) < _PAGE:
            return
        last = page[-1][0]


def _placed(db: Database, conn: sqlite3.Connection) -> None:
    """Where every body is said to lie, by block."""
    conn.execute("CREATE TABLE came (block INTEGER, pos INTEGER, hash BLOB)")
    conn.execute("CREATE TABLE block (n INTEGER PRIMARY KEY)")
    last = b""
    while True:
        with db.read() as read:
            page = [(row.block, row.pos, bytes(row.hash)) for row in read.execute(_BODIES, {"last": last, "k": _PAGE})]
        conn.executemany("INSERT INTO came VALUES (?, ?, ?)", page)
        if len(page) < _PAGE:
            break
        last = page[-1][2]
    conn.execute("CREATE TABLE body AS SELECT block, pos, hash FROM came ORDER BY block, pos")
    conn.execute("CREATE INDEX ix_body ON body (block)")


def _blocks(db: Database, conn: sqlite3.Connection) -> Iterator[tuple[str, list[Found]]]:
    bodies, last = Bodies(db), -1
    while True:
        with db.read() as read:
            numbers = [row.n for row in read.execute(_NUMBERS, {"last": last, "k": _BLOCKS})]
        conn.executemany("INSERT INTO block VALUES (?)", ((n,) for n in numbers))
        packed = bodies.packed(numbers)
        for n in numbers:
            said = conn.execute("SELECT pos, hash FROM body WHERE block = ?", (n,)).fetchall()
            yield "blocks", [{"kind": "body", "what": what, "where": f"block {n}"} for what in _wrong(packed.get(n, b""), said)]
        if len(numbers) < _BLOCKS:
            return
        last = numbers[-1]


def _wrong(packed: bytes, said: list[tuple[int, bytes]]) -> list[str]:
    """What is wrong with a block, of which it is said which body lies in which place."""
    try:
        found = unpack(packed)
    except ValueError as error:
        return [f"it cannot be read ({error})"]
    altered = [name for pos, name in said if not 0 <= pos < len(found) or name not in (tagged(DATA, found[pos]), tagged(META, found[pos]))]
    return [f"{len(altered)} of its bodies are altered ({altered[0].hex()} and others)"] if altered else []
