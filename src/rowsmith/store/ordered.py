"""A version as a stream: its entries in row order, whatever their number, and the bodies behind them, block by block."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from heapq import merge
from itertools import islice
from tempfile import TemporaryFile
from typing import IO

from rowsmith.store.bodies import Bodies, damaged, tagged, unpack
from rowsmith.store.changes import DATA, META
from rowsmith.store.database import Database
from rowsmith.store.diffs import batches
from rowsmith.store.faults import told
from rowsmith.store.heap import Stored
from rowsmith.store.tombstones import living
from rowsmith.store.trees import Entry, Trees
from rowsmith.store.versions import Version

_RUN = 150_000  # entries that are sorted at a time
_READ = 1 << 18
_OPEN = 24  # blocks whose bodies are at hand
_META = b'{"origin":'
_WORTH = 8  # a block that gives fewer bodies than this is not worth opening unasked
BATCH = 1024


def standing(db: Database, version: Version) -> Iterator[Entry]:
    """The entries of the rows that a version shows, by place: all but erased ones."""
    trees = Trees(db)
    yield from living(db, version.dataset, trees.entries(trees.load(version.root)))


def in_order(entries: Iterable[Entry]) -> Iterator[Entry]:
    """The entries in row order: by key, then by place. Sorted in parts, which wait in a temporary file."""
    stream = map(_record, entries)
    with told("the temporary folder (TMPDIR)"), ExitStack() as stack:
        last = sorted(islice(stream, _RUN))
        parts: list[Iterable[bytes]] = []
        while len(last) == _RUN:
            file = stack.enter_context(TemporaryFile())
            file.writelines(len(record).to_bytes(2, "big") + record for record in last)
            parts.append(_records(file))
            last = sorted(islice(stream, _RUN))
        yield from map(_entry, merge(*parts, last) if parts else last)


def _record(entry: Entry) -> bytes:
    """Bytes that sort as entries do: a key ends before every longer key that begins with it."""
    place, key, data, meta = entry
    return b"%b\0\0%b%b%b" % (key.replace(b"\0", b"\0\1"), place, data, meta)


def _entry(record: bytes) -> Entry:
    return Entry(record[-48:-32], record[:-50].replace(b"\0\1", b"\0"), record[-32:-16], record[-16:])


def _records(file: IO[bytes]) -> Iterator[bytes]:
    file.seek(0)
    rest = b""
    while chunk := file.read(_READ):
        rest += chunk
        at, end = 0, len(rest)
        while at + 2 <= end and at + 2 + (size := int.from_bytes(rest[at : at + 2], "big")) <= end:
            yield rest[at + 2 : at + 2 + size]
            at += 2 + size
        rest = rest[at:]


class BodyStream:
    """Bodies in row order. Rows that stand together mostly lie in one block, so one that is opened for a body is taken for what else is in
    it: each body is known by its hash, which proves it besides, and few have to be looked up."""

    def __init__(self, db: Database) -> None:
        self._bodies = Bodies(db)
        self._held: dict[bytes, bytes] = {}
        self._blocks: deque[list[bytes]] = deque()

    def read(self, hashes: Sequence[bytes]) -> dict[bytes, bytes]:
        """These bodies (of rows that stand together).

        Raises:
            Unavailable: one is missing or its block is damaged.
        """
        found: dict[bytes, bytes] = {}
        missing = self._taken(hashes, found)
        while missing:
            before = len(missing)
            self._opened(missing[0])
            missing = self._taken(missing, found)
            if before - len(missing) < min(_WORTH, before):
                found.update(self._bodies.read(missing))
                break
        return found

    def _taken(self, hashes: Sequence[bytes], found: dict[bytes, bytes]) -> list[bytes]:
        """Put what is at hand into `found`; the rest is returned."""
        held, rest = self._held, []
        for name in hashes:
            if name in held:
                found[name] = held[name]
            else:
                rest.append(name)
        return rest

    def _opened(self, name: bytes) -> None:
        place = self._bodies.find([name]).get(name)
        if place is None:
            raise damaged(f"body {name.hex()} is missing")
        packed = self._bodies.packed([place[0]]).get(place[0])
        try:
            parts = unpack(packed or b"")
        except ValueError as error:
            raise damaged(f"block {place[0]} cannot be read ({error})") from None
        block = {tagged(META if part.startswith(_META) else DATA, part): part for part in parts}
        if name not in block:  # data that begins as meta does
            block = self._bodies.read([name])
        while len(self._blocks) >= _OPEN:
            for old in self._blocks.popleft():
                self._held.pop(old, None)
        self._held.update(block)
        self._blocks.append(list(block))


def stored_rows(db: Database, entries: Iterable[Entry], extra: Mapping[bytes, bytes] | None = None) -> Iterator[Stored]:
    """The rows of these entries, which come in row order; bodies in `extra` (by hash) go before the database's."""
    bodies, beside = BodyStream(db), extra or {}
    for batch in batches(entries, BATCH):
        names = [name for entry in batch for name in (entry.data, entry.meta) if name not in beside]
        found = {**bodies.read(names), **beside} if beside else bodies.read(names)
        for entry in batch:
            yield Stored(entry, found[entry.data], found[entry.meta])
