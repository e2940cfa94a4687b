"""What rows say, at rest: bodies of canonical JSON, each stored once under its hash, packed in compressed blocks in row order.

A block holds the data of about 256 rows, then their meta (scores and origin): rows that stand together are read together, and alike
texts compress together. zlib level 1: 4.5 us and 215 bytes a row of 720; level 6 takes three times as long for 11 % less.
"""

from __future__ import annotations

import struct
import zlib
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b

from sqlalchemy import Connection, bindparam, insert, text

from rowsmith.core.errors import Unavailable
from rowsmith.core.failpoints import failpoint
from rowsmith.store.database import Database
from rowsmith.store.holds import Hold
from rowsmith.store.schema import block

BLOCK_ROWS = 256
BLOCK_BYTES = 1 << 20  # a block is closed early when its rows are large
_WRITE_ROWS = 64 * BLOCK_ROWS  # rows a write transaction
_WRITE_BYTES = 8 << 20
_CACHED = 12

_FIND = "SELECT hash, block, pos FROM body WHERE hash IN ({0})"
_OPEN = text("SELECT n, body FROM block WHERE n IN :blocks").bindparams(bindparam("blocks", expanding=True))
_BLOCK = insert(block).returning(block.c.n)
_BODY = "INSERT INTO body (hash, block, pos) VALUES ({0}, {0}, {0}) ON CONFLICT DO NOTHING"

Place = tuple[int, int]
"""Block number and position in the block."""


def tagged(tag: bytes, content: bytes) -> bytes:
    """16 bytes that name the content as what `tag` says it is: the same bytes as data and as a bucket have two names."""
    return blake2b(content, digest_size=16, person=tag).digest()


def pack(parts: Sequence[bytes]) -> bytes:
    """Many bodies as one block."""
    head = struct.pack(f"<I{len(parts)}I", len(parts), *map(len, parts))
    return b"z" + zlib.compress(head + b"".join(parts), 1)


def unpack(packed: bytes) -> list[bytes]:
    """The bodies of a block.

    Raises:
        ValueError: these bytes are no block.
    """
    try:
        raw = zlib.decompress(packed[1:]) if packed[:1] == b"z" else b""
        (count,) = struct.unpack_from("<I", raw)
        ends = struct.unpack_from(f"<{count}I", raw, 4)
    except (zlib.error, struct.error) as error:
        raise ValueError(str(error)) from None
    at, parts = 4 + 4 * count, []
    for length in ends:
        parts.append(raw[at : at + length])
        at += length
    if at != len(raw):
        raise ValueError(f"{len(raw)} bytes where {at} were announced")
    return parts


class Bodies:
    """The bodies of a database: find and read them."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._open: OrderedDict[int, list[bytes]] = OrderedDict()

    def find(self, hashes: Iterable[bytes]) -> dict[bytes, Place]:
        """Where these bodies lie; those that are not stored are left out."""
        wanted = sorted(hashes)
        found: dict[bytes, Place] = {}
        with self._db.read() as conn:
            for at in range(0, len(wanted), 4096):
                part = tuple(wanted[at : at + 4096])
                sql = _FIND.format(",".join([_mark(self._db)] * len(part)))
                found.update({name: (n, pos) for name, n, pos in conn.exec_driver_sql(sql, part)})
        return found

    def read(self, hashes: Iterable[bytes]) -> dict[bytes, bytes]:
        """These bodies. Each block is opened once a call; the last ones stay open for the next call.

        Raises:
            Unavailable: one is missing or its block is damaged.
        """
        return dict(self.each(hashes))

    def there(self, hashes: Iterable[bytes]) -> dict[bytes, bytes]:
        """Those of these bodies that are there: an erased one is not.

        Raises:
            Unavailable: a block is damaged.
        """
        return {name: body for name, body in self._those(self.find(set(hashes))) if body}

    def each(self, hashes: Iterable[bytes]) -> Iterator[tuple[bytes, bytes]]:
        """As `read`, one by one in the order of the blocks, of which few are in memory."""
        wanted = set(hashes)
        places = self.find(wanted)
        if len(places) < len(wanted):
            raise missing(min(wanted - places.keys()))
        for name, body in self._those(places):
            if not body:
                raise missing(name)
            yield name, body

    def _those(self, places: Mapping[bytes, Place]) -> Iterator[tuple[bytes, bytes]]:
        """The bodies at these places. One that is erased while we read is empty there."""
        by_block: dict[int, list[tuple[int, bytes]]] = {}
        for name, (n, pos) in places.items():
            by_block.setdefault(n, []).append((pos, name))
        for n, parts in self._blocks(sorted(by_block)):
            yield from ((name, parts[pos]) for pos, name in by_block[n])

    def _blocks(self, numbers: Sequence[int]) -> Iterator[tuple[int, list[bytes]]]:
        for n in numbers:
            if n in self._open:
                self._open.move_to_end(n)
                yield n, self._open[n]
        closed = [n for n in numbers if n not in self._open]
        for at in range(0, len(closed), 8):
            for n, packed in self.packed(closed[at : at + 8]).items():
                try:
                    parts = unpack(packed)
                except ValueError as error:
                    raise damaged(f"block {n} cannot be read ({error})") from None
                self._keep(n, parts)
                yield n, parts

    def _keep(self, n: int, parts: list[bytes]) -> None:
        self._open[n] = parts
        if len(self._open) > _CACHED:
            self._open.popitem(last=False)

    def packed(self, numbers: Sequence[int]) -> dict[int, bytes]:
        """These blocks as they are stored; missing ones are left out."""
        with self._db.read() as conn:
            return {n: bytes(body) for n, body in conn.execute(_OPEN, {"blocks": list(numbers)})}


def _mark(db: Database) -> str:
    """The driver's placeholder: these two statements run for every row of a commit, and SQLAlchemy's own binding costs as much as they do."""
    return "?" if db.dialect == "sqlite" else "%s"


def missing(name: bytes) -> Unavailable:
    """A body is not there, and should be."""
    return damaged(f"body {name.hex()} is missing")


def damaged(what: str) -> Unavailable:
    """The store lacks something it should have."""
    return Unavailable(f"The store is damaged: {what}.", "Run rowsmith verify for the whole list, and restore a backup with rowsmith restore.")


class BodyWriter:
    """Stores bodies that are not there yet, in write transactions of bounded size, while `hold` keeps them. Call `close` after the last.

    A writer that dies leaves whole blocks behind, which the next attempt finds and uses again.
    """

    def __init__(self, db: Database, hold: Hold) -> None:
        self._db = db
        self._hold = hold
        self._bodies = Bodies(db)
        self._packed: list[tuple[bytes, list[bytes]]] = []  # block, hashes by position
        self._pending: set[bytes] = set()
        self._rows = self._bytes = 0

    def add(self, data: Sequence[tuple[bytes, bytes]], meta: Sequence[tuple[bytes, bytes]]) -> None:
        """Store the (hash, body) of the data and meta of rows that stand together, at most `BLOCK_ROWS` of them."""
        fresh = {name: body for name, body in (*data, *meta) if name not in self._pending}
        for name in self._bodies.find(fresh):
            del fresh[name]
        self._rows += len(data)
        if fresh:
            self._pending.update(fresh)
            packed = pack(list(fresh.values()))
            self._bytes += len(packed)
            self._packed.append((packed, list(fresh)))
        if self._rows >= _WRITE_ROWS or self._bytes >= _WRITE_BYTES:
            self.close()

    def close(self) -> None:
        """Make everything added so far durable."""
        if self._packed:
            with self._db.write() as conn:
                self._hold.renew(conn)
                self._write(conn)
            failpoint("versions.blocks.after")
        self._packed, self._pending, self._rows, self._bytes = [], set(), 0, 0

    def _write(self, conn: Connection) -> None:
        """Hashes go in sorted: neighbours share a page, and two writers on PostgreSQL never wait for each other in a circle."""
        places: list[tuple[bytes, int, int]] = []
        for packed, names in self._packed:
            n = conn.execute(_BLOCK, {"body": packed}).scalar_one()
            places += [(name, n, pos) for pos, name in enumerate(names)]
        places.sort()
        conn.exec_driver_sql(_BODY.format(_mark(self._db)), places)
