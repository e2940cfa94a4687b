"""What rows say, at rest: bodies of canonical JSON, each stored once under its hash, packed in compressed blocks in row order.

A block holds the data of about 256 rows, then their meta (scores and origin): rows that stand together are read together, and alike
texts compress together. zlib level 1: 4.5 us and 215 bytes a row of 720; level 6 takes three times as long for 11 % less.
"""

from __future__ import annotations

import struct
import zlib
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from functools import cache
from hashlib import blake2b
from itertools import islice
from typing import Self

from sqlalchemy import Connection, insert, text

from rowsmith.core.errors import Unavailable
from rowsmith.core.failpoints import failpoint
from rowsmith.store.database import Database, fetch_those
from rowsmith.store.external_sort import sorter
from rowsmith.store.holds import Hold
from rowsmith.store.schema import block
from rowsmith.store.sqlite import driver

BLOCK_ROWS = 256
BLOCK_BYTES = 1 << 20  # a block is closed early when its rows are large
_WRITE_ROWS = 64 * BLOCK_ROWS  # rows a write transaction
_WRITE_BYTES = 32 << 20
_WRITE_PLACES = 100_000
_REMEMBERED = 1 << 18  # bodies that a writer knows to have stored just now
_CACHED = 12

_FIND = "SELECT hash, block, pos FROM body WHERE hash IN ()"
_OPEN = "SELECT n, body FROM block WHERE n IN ()"
_BLOCK = insert(block).returning(block.c.n)
_ANY = text("SELECT 1 FROM body LIMIT 1")
_PLACE = struct.Struct(">16sqi")
_PLACES = "INSERT INTO body (hash, block, pos) {} ON CONFLICT DO NOTHING"
_UNNEST = "SELECT * FROM unnest(%b::bytea[], %b::bigint[], %b::int[])"
_TOGETHER = 512

Place = tuple[int, int]
"""Block number and position in the block."""
Named = tuple[bytes, bytes]
"""A body with its hash before it."""


def tagged(tag: bytes, content: bytes) -> bytes:
    """16 bytes that name the content as what `tag` says it is: the same bytes as data and as a bucket have two names."""
    name = _begun(tag).copy()
    name.update(content)
    return name.digest()


@cache
def _begun(tag: bytes) -> blake2b:
    return blake2b(digest_size=16, person=tag)


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
                part = wanted[at : at + 4096]
                found.update({name: (n, pos) for name, n, pos in fetch_those(conn, _FIND, part)})
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
            return {n: bytes(body) for n, body in fetch_those(conn, _OPEN, numbers)}


def missing(name: bytes) -> Unavailable:
    """A body is not there, and should be."""
    return damaged(f"body {name.hex()} is missing")


def damaged(what: str) -> Unavailable:
    """The store lacks something it should have."""
    return Unavailable(f"The store is damaged: {what}.", "Run rowsmith verify for the whole list, and restore a backup with rowsmith restore.")


class BodyWriter:
    """Stores bodies that are not there yet, in write transactions of bounded size, while `hold` keeps them; all are durable when the block ends.

        with BodyWriter(db, hold) as bodies:
            bodies.add(data, meta)

    Blocks are compressed beside it and written as they fill. Where bodies lie is written last, sorted by hash: neighbours share a page of the
    index, and two writers on PostgreSQL never wait for each other in a circle. A writer that dies leaves blocks that nothing names.
    """

    def __init__(self, db: Database, hold: Hold) -> None:
        self._db, self._hold, self._bodies = db, hold, Bodies(db)
        self._packing: list[tuple[Future[bytes], list[bytes]]] = []  # block, hashes by position
        self._known: set[bytes] = set()
        self._rows = self._bytes = 0

    def __enter__(self) -> Self:
        with self._db.read() as conn:
            self._first = conn.execute(_ANY).first() is None
        self._open = ExitStack()
        self._places = self._open.enter_context(sorter())
        self._pool = self._open.enter_context(ThreadPoolExecutor(1, "blocks"))
        return self

    def add(self, data: Sequence[Named], meta: Sequence[Named]) -> None:
        """Store the bodies of the data and meta of rows that stand together, at most `BLOCK_ROWS` of them."""
        known = self._known
        fresh = {name: body for name, body in (*data, *meta) if name not in known}
        if not self._first:
            for name in self._bodies.find(fresh):
                del fresh[name]
        self._rows += len(data)
        if fresh:
            bodies = list(fresh.values())
            known.update(fresh)
            self._bytes += sum(map(len, bodies))
            self._packing.append((self._pool.submit(pack, bodies), list(fresh)))
        if self._rows >= _WRITE_ROWS or self._bytes >= _WRITE_BYTES:
            with self._db.write() as conn:
                self._write(conn)
            failpoint("versions.blocks.after")

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        with self._open:
            if kind is None and (self._packing or len(self._places)):
                self._close()

    def _close(self) -> None:
        with self._db.write() as conn:
            self._write(conn)
            places = iter(self._places)
            self._place(conn, list(islice(places, _WRITE_PLACES)))
        failpoint("versions.blocks.after")
        while part := list(islice(places, _WRITE_PLACES)):
            with self._db.write() as conn:
                self._hold.renew(conn)
                self._place(conn, part)
            failpoint("versions.blocks.after")

    def _write(self, conn: Connection) -> None:
        self._hold.renew(conn)
        for packed, names in self._packing:
            n = int(conn.execute(_BLOCK, {"body": packed.result()}).scalar_one())
            self._places.add([_PLACE.pack(name, n, pos) for pos, name in enumerate(names)])
        self._packing, self._rows, self._bytes = [], 0, 0
        if len(self._known) > _REMEMBERED:
            self._known = set()

    def _place(self, conn: Connection, places: Sequence[bytes]) -> None:
        """Hundreds with a statement: binding values one row at a time costs more than storing them."""
        for at in range(0, len(places), _TOGETHER):
            part = places[at : at + _TOGETHER]
            values = struct.unpack(">" + "16sqi" * len(part), b"".join(part))
            if self._db.dialect == "sqlite":
                driver(conn).execute(_PLACES.format("VALUES " + ",".join(["(?,?,?)"] * len(part))), values)
            else:
                conn.exec_driver_sql(_PLACES.format(_UNNEST), tuple(list(values[column::3]) for column in range(3)))
