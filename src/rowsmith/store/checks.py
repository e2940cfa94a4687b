"""Proof that a version is whole: every hash below it is computed again, and compared with what was recorded apart from it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from itertools import chain, pairwise
from typing import TypedDict

import orjson

from rowsmith.store.bodies import Bodies, tagged, unpack
from rowsmith.store.changes import DATA, META, scratch
from rowsmith.store.database import Database
from rowsmith.store.tombstones import exact, of_dataset
from rowsmith.store.trees import PAGE, Entry, Trees, bits_for, bucket_of, cut, decode, rolling, turned
from rowsmith.store.versions import Version, Versions


class Problem(TypedDict):
    """`kind`: version, node, body, count, rolling, provenance. `what` is wrong, `where` (version and row, node or block)."""

    kind: str
    what: str
    where: str


def check(db: Database, version: Version) -> Iterator[Problem]:
    """Everything that is wrong with a version; nothing when it is whole. Reads all of it, in constant memory."""
    for kind, what, where in _check(db, version):
        yield Problem(kind=kind, what=what, where=f"version {version.id[:12]}" + (f", {where}" if where else ""))


_Found = Iterator[tuple[str, str, str]]


def _check(db: Database, version: Version) -> _Found:
    if version.identity() != version.id:
        yield "version", "its id is not the hash of its fields", ""
    versions = Versions(db)
    for parent in version.parents:
        if versions.get(parent) is None:
            yield "version", f"its parent {parent[:12]} is missing", ""
    with scratch() as conn:
        conn.execute("CREATE TABLE entry (place BLOB, key BLOB, data BLOB, meta BLOB)")
        yield from _nodes(Trees(db), version, conn)
        yield from _sums(version, conn)
        _leave_out(db, version, conn)
        yield from _bodies(Bodies(db), conn)


def _nodes(trees: Trees, version: Version, conn: sqlite3.Connection) -> _Found:
    """Compute the hash of root, pages and buckets; put the entries of whole buckets into the scratch database."""
    found, whole = _whole(trees, b"root", [version.root])
    yield from found
    if not whole:
        return
    root = whole[version.root]
    bits, pages = root[0], cut(root[1:])
    if bits != bits_for(version.rows) or len(pages) != max(1, (1 << bits) // PAGE):
        yield "node", f"the root has 2**{bits} buckets on {len(pages)} pages, which is wrong for {version.rows} rows", "root"
    for number, page in enumerate(pages):
        found, whole = _whole(trees, b"page", [page])
        yield from found
        names = cut(whole.get(page, b""))
        found, buckets = _whole(trees, b"bucket", names)
        yield from found
        for at, name in enumerate(names):
            if name in buckets:
                yield from _bucket(buckets[name], number * PAGE + at, bits, conn)


def _whole(trees: Trees, kind: bytes, names: Iterable[bytes]) -> tuple[list[tuple[str, str, str]], dict[bytes, bytes]]:
    wanted = list(dict.fromkeys(names))
    bodies = trees.get(wanted)
    good = {name: body for name, body in bodies.items() if tagged(b"rowsmith." + kind, body) == name}
    word = kind.decode()
    bad = [("node", f"a {word} is {'altered' if n in bodies else 'missing'}", f"{word} {n.hex()}") for n in wanted if n not in good]
    return bad, good


def _bucket(body: bytes, number: int, bits: int, conn: sqlite3.Connection) -> _Found:
    try:
        entries = decode(body)
    except (ValueError, IndexError) as error:
        yield "node", f"a bucket cannot be read: {error}", f"bucket {number}"
        return
    if any(bucket_of(entry.place, bits) != number for entry in entries) or any(a.place >= b.place for a, b in pairwise(entries)):
        yield "node", "its entries are not sorted, or belong elsewhere", f"bucket {number}"
    conn.executemany("INSERT INTO entry VALUES (?, ?, ?, ?)", entries)


def _sums(version: Version, conn: sqlite3.Connection) -> _Found:
    """Compare row count and rolling sum with the version's record."""
    rows = total = 0
    for entry in conn.execute("SELECT * FROM entry"):
        rows += 1
        total += rolling(Entry._make(entry))
    if rows != version.rows:
        yield "count", f"{rows} rows where {version.rows} were committed", ""
    if (total % 2**128).to_bytes(16, "big") != version.rolling:
        yield "rolling", "the sum over its rows differs from the one recorded at the commit", ""


def _leave_out(db: Database, version: Version, conn: sqlite3.Connection) -> None:
    """Erased rows have no bodies, and that is as it should be."""
    gone = of_dataset(db, version.dataset)
    if (first := next(gone, None)) is not None:
        conn.execute("CREATE INDEX place ON entry (place)")
        conn.executemany("DELETE FROM entry WHERE place = ? AND data = ? AND meta = ?", map(exact, chain([first], gone)))


def _bodies(bodies: Bodies, conn: sqlite3.Connection) -> _Found:
    """Open every block once and compute the hash of every body that a row refers to."""
    conn.execute("CREATE TABLE body (block INTEGER, pos INTEGER, hash BLOB, meta INTEGER, place BLOB)")
    cursor = conn.execute("SELECT place, data, meta FROM entry")
    while batch := cursor.fetchmany(1024):
        places = bodies.find({name for _, data, meta in batch for name in (data, meta)})
        for is_meta, column in ((0, 1), (1, 2)):
            for item in batch:
                if item[column] not in places:
                    yield "body", f"its {'meta' if is_meta else 'data'} is missing", f"row {turned(item[0]).hex()}"
            conn.executemany(
                "INSERT INTO body VALUES (?, ?, ?, ?, ?)", ((*places[r[column]], r[column], is_meta, r[0]) for r in batch if r[column] in places)
            )
    last, broken = -1, ""
    parts: list[bytes] = []
    for block, pos, name, is_meta, place in conn.execute("SELECT * FROM body ORDER BY block, pos, meta"):
        if block != last:
            last, (parts, broken) = block, _opened(bodies, block)
            if broken:
                yield "body", broken, f"block {block}"
        if not broken:
            yield from _body(parts, pos, name, is_meta, place)


def _opened(bodies: Bodies, block: int) -> tuple[list[bytes], str]:
    packed = bodies.packed([block]).get(block)
    if packed is None:
        return [], "a block is missing"
    try:
        return unpack(packed), ""
    except ValueError as error:
        return [], f"a block cannot be read ({error})"


def _body(parts: list[bytes], pos: int, name: bytes, is_meta: int, place: bytes) -> _Found:
    where = f"row {turned(place).hex()}"
    body = parts[pos] if 0 <= pos < len(parts) else b""
    if tagged(META if is_meta else DATA, body) != name:
        yield "body", f"its {'meta' if is_meta else 'data'} is altered", where
    elif is_meta and not orjson.loads(body)["origin"]:
        yield "provenance", "it does not say where it came from", where
