"""Rows as a stream: entries in row order, whatever their number, and the bodies behind them, block by block."""

from __future__ import annotations

from collections import deque
from collections.abc import Container, Iterable, Iterator, Sequence
from itertools import chain, islice

from rowsmith.store.bodies import Bodies, damaged, missing, tagged, unpack
from rowsmith.store.changes import DATA, META
from rowsmith.store.database import Database
from rowsmith.store.external_sort import sorter
from rowsmith.store.trees import Entry

BATCH = 1024
_OPEN = 24  # blocks whose bodies are at hand
_LOOKED_UP = 12  # bodies whose blocks are looked up at a time
_META = b'{"origin":'
_WORTH = 8  # a block that gives fewer bodies than this is not worth opening unasked
_GATHERED = 64 << 20
_AROUND = 300
"""Bytes of memory that a row takes besides its bodies, about."""
_FEW = 16
"""Rows that a block should give, for reading a batch block by block."""


def in_order(entries: Iterable[Entry]) -> Iterator[Entry]:
    """The entries in row order: by key, then by place."""
    with sorter() as records:
        stream = map(_record, entries)
        while batch := list(islice(stream, BATCH)):
            records.add(batch)
        yield from map(_entry, records)


def _record(entry: Entry) -> bytes:
    """Bytes that sort as entries do: a key ends before every longer key that begins with it."""
    place, key, data, meta = entry
    return b"%b\0\0%b%b%b" % (key.replace(b"\0", b"\0\1"), place, data, meta)


def _entry(record: bytes) -> Entry:
    return Entry(record[-48:-32], record[:-50].replace(b"\0\1", b"\0"), record[-32:-16], record[-16:])


def with_bodies(db: Database, entries: Iterable[Entry], but: Container[bytes] = ()) -> Iterator[tuple[list[Entry], dict[bytes, bytes]]]:
    """Entries in row order, some at a time, with their bodies by hash; those named in `but` are not read, and erased ones are not there.

    1,024 rows are read at a time. Where the rows of a batch lie in many blocks (a shuffled version), 64 MB of bodies are read at once, each
    block once.

    Raises:
        Unavailable: a block is damaged.
    """
    bodies, stream, rest = Bodies(db), BodyStream(db), iter(entries)
    first = list(islice(rest, BATCH))
    scattered = len(first) == BATCH and _scattered(bodies, first)
    there, size = (bodies.there, _window(bodies, first)) if scattered else (stream.there, BATCH)
    rest = chain(first, rest)
    while batch := list(islice(rest, size)):
        yield batch, there([name for entry in batch for name in (entry.data, entry.meta) if name not in but])


def _scattered(bodies: Bodies, entries: Sequence[Entry]) -> bool:
    """Whether the rows lie in so many blocks that it is better to gather more of them at once."""
    blocks = {block for block, _ in bodies.find(entry.data for entry in entries).values()}
    return len(blocks) > len(entries) // _FEW


def _window(bodies: Bodies, entries: Sequence[Entry]) -> int:
    """How many rows like these fill _GATHERED bytes."""
    found = bodies.there(name for entry in entries for name in (entry.data, entry.meta))
    size = (sum(map(len, found.values())) + _AROUND * len(entries)) / len(entries)
    return max(BATCH, int(_GATHERED / size))


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
        found = self.there(hashes)
        for name in hashes:
            if name not in found:
                raise missing(name)
        return found

    def there(self, hashes: Sequence[bytes]) -> dict[bytes, bytes]:
        """Those of these bodies that are there: an erased one is not.

        Raises:
            Unavailable: a block is damaged.
        """
        found: dict[bytes, bytes] = {}
        rest = self._taken(hashes, found)
        while rest:
            before = len(rest)
            opened = self._open(rest[:: before // _LOOKED_UP + 1])
            rest = self._taken(rest, found)
            if before - len(rest) < min(_WORTH * opened, before) or not opened:
                found.update(self._bodies.there(rest))
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

    def _open(self, names: Sequence[bytes]) -> int:
        """Have the bodies of the blocks at hand in which these lie; how many blocks."""
        numbers = sorted({n for n, _ in self._bodies.find(names).values()})
        packed = self._bodies.packed(numbers)
        for n in numbers:
            try:
                parts = unpack(packed.get(n, b""))
            except ValueError as error:
                raise damaged(f"block {n} cannot be read ({error})") from None
            block = {tagged(META if part.startswith(_META) else DATA, part): part for part in parts if part}
            while len(self._blocks) >= _OPEN:
                for old in self._blocks.popleft():
                    self._held.pop(old, None)
            self._held.update(block)
            self._blocks.append(list(block))
        return len(numbers)
