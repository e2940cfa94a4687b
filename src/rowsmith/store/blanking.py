"""Bodies that no version needs are taken out of their blocks. What stays in a block keeps its place, so that whoever reads it meanwhile
reads on undisturbed.

That is more than the bodies of rows that were erased: what a commit left that never came to its end, and what a deleted project left, may
hold the same text, and nothing says of it where it came from.
"""

from __future__ import annotations

import sqlite3
import struct
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence

from sqlalchemy import Connection, bindparam, text

from rowsmith.core.errors import StorageBusy
from rowsmith.core.failpoints import failpoint
from rowsmith.store.bodies import pack, tagged, unpack
from rowsmith.store.changes import DATA, META, scratch
from rowsmith.store.database import Database, many
from rowsmith.store.holds import any_held
from rowsmith.store.tombstones import living
from rowsmith.store.trees import Trees, cut, decode

_PAGE = 4096
_BLOCKS = 32
_BYTES = 16 << 20
_BODIES = text("SELECT hash, block, pos FROM body WHERE hash > :after ORDER BY hash LIMIT :k")
_NUMBERS = text("SELECT n FROM block WHERE n > :after ORDER BY n LIMIT :k")
_GET = text("SELECT n, body FROM block WHERE n IN :blocks").bindparams(bindparam("blocks", expanding=True))
_SET = text("UPDATE block SET body = :body WHERE n = :n")
_BASES = text("SELECT base_data, base_meta FROM edit WHERE base_data IS NOT NULL")
_VERSIONS = text("SELECT dataset, root, id FROM version")
_IDS = text("SELECT id FROM version")


class Held(StorageBusy):
    """Somebody is about to publish a version, which may need what is to go."""


class Moved(Exception):
    """Versions have come or gone since it was found out what they need."""


Bodies = Mapping[bytes, bytes]
"""Bodies by the hash that they have as data."""


def blank_unneeded(db: Database, unindex: Callable[[Bodies], object] = lambda bodies: None) -> int:
    """Take every body out of its block that no row needs which is shown in some version; how many there were. Can be done again and again.

    `unindex` is given what is to go, some of it at a time and before it goes, for an index that holds words of it.

    Raises:
        StorageBusy: somebody is about to publish a version just now.
    """
    done = 0
    while True:
        try:
            with scratch() as conn:
                seen = _needed(db, conn)
                going = list(overfull(db, conn))
                for bodies in _bodies(db, going):
                    unindex(bodies)
                for block, gone in going:
                    done += blank(db, block, gone, seen)
                    failpoint("forget.block")
                return done
        except Moved:
            continue


def _needed(db: Database, conn: sqlite3.Connection) -> set[str]:
    """Put the places of all bodies that are needed into the scratch database. The versions that were looked at."""
    conn.execute("CREATE TABLE needed (hash BLOB PRIMARY KEY) WITHOUT ROWID")
    conn.execute("CREATE TABLE place (block INT, pos INT)")
    with db.read() as read:  # what uncommitted edits were made over
        bases = [(bytes(name),) for pair in read.execute(_BASES) for name in pair if name is not None]
    conn.executemany("INSERT OR IGNORE INTO needed VALUES (?)", bases)
    with db.read() as read:
        versions = read.execute(_VERSIONS).all()
    trees, seen = Trees(db), set[tuple[int, bytes]]()
    for dataset, root, _ in versions:
        for page in trees.load(bytes(root)).pages:
            fresh = [name for name in dict.fromkeys(cut(trees.get([page])[page])) if (dataset, name) not in seen]
            seen.update((dataset, name) for name in fresh)
            entries = (entry for body in trees.get(fresh).values() for entry in decode(body))
            pairs = ((name,) for entry in living(db, dataset, entries) for name in (entry.data, entry.meta))
            conn.executemany("INSERT OR IGNORE INTO needed VALUES (?)", pairs)
    after = b""
    while True:
        with db.read() as read:
            found = [(bytes(r.hash), r.block, r.pos) for r in read.execute(_BODIES, {"after": after, "k": _PAGE})]
        conn.executemany("INSERT INTO place SELECT ?2, ?3 FROM needed WHERE hash = ?1", found)
        if len(found) < _PAGE:
            break
        after = found[-1][0]
    conn.execute("CREATE INDEX ix_place ON place (block)")
    return {name for _, _, name in versions}


def overfull(db: Database, conn: sqlite3.Connection) -> Iterator[tuple[int, frozenset[int]]]:
    """The blocks in which something lies that is not needed, and its positions. The scratch database has the `place` of all that is. Opens no
    block further than its head."""
    after = -1
    while True:
        with db.read() as read:
            numbers = [int(n) for (n,) in read.execute(_NUMBERS, {"after": after, "k": _BLOCKS})]
            blocks = {n: bytes(body) for n, body in read.execute(_GET, {"blocks": numbers})} if numbers else {}
        for n, packed in sorted(blocks.items()):
            live = {pos for (pos,) in conn.execute("SELECT pos FROM place WHERE block = ?", (n,))}
            if gone := frozenset(pos for pos, length in enumerate(_lengths(packed)) if length and pos not in live):
                yield n, gone
        if len(numbers) < _BLOCKS:
            return
        after = numbers[-1]


def _bodies(db: Database, going: Sequence[tuple[int, frozenset[int]]]) -> Iterator[dict[bytes, bytes]]:
    """What is to go, as data by its hash, 16 MB at a time; scores and origins among it are in no index."""
    found: dict[bytes, bytes] = {}
    size = 0
    for n, gone in going:
        with db.read() as conn:
            parts = _opened(conn, n)
        found.update((tagged(DATA, part), part) for pos, part in enumerate(parts) if pos in gone)
        size += sum(map(len, parts))
        if size > _BYTES:
            yield found
            found, size = {}, 0
    if found:
        yield found


def _opened(conn: Connection, n: int) -> list[bytes]:
    row = conn.execute(_GET, {"blocks": [n]}).first()
    try:
        return unpack(bytes(row.body)) if row else []
    except ValueError:  # damaged: verify names it
        return []


def _lengths(packed: bytes) -> tuple[int, ...]:
    """How long each body of a block is; nothing for a damaged one, which verify names."""
    try:
        opened = zlib.decompressobj()
        head = opened.decompress(packed[1:], 4)
        (count,) = struct.unpack("<I", head)
        rest = opened.decompress(opened.unconsumed_tail, 4 * count)
        return struct.unpack(f"<{count}I", rest)
    except (zlib.error, struct.error):
        return ()


def blank(db: Database, n: int, gone: frozenset[int], seen: set[str]) -> int:
    """Take the bodies at these positions out of a block, which no version needs; how many there were. `seen` are the versions there were.

    Raises:
        Held, Moved: they may be needed by now.
    """
    with db.write() as conn:
        if any_held(db, conn):
            raise Held("A version is being committed just now.", "Try again when the commit has ended.")
        if {str(name) for name in conn.execute(_IDS).scalars()} != seen:
            raise Moved
        parts = _opened(conn, n)
        going = [part for pos, part in enumerate(parts) if part and pos in gone]
        if going:
            names = [(tagged(kind, part),) for part in going for kind in (DATA, META)]
            many(conn, f"DELETE FROM body WHERE hash = ? AND block = {n:d}", names)
            conn.execute(_SET, {"n": n, "body": pack([b"" if pos in gone else part for pos, part in enumerate(parts)])})
    return len(going)
