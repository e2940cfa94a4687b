"""The rows of a version, read in order as a stream."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, islice

import orjson

from rowsmith.core.row import Row
from rowsmith.store.bodies import Bodies, missing
from rowsmith.store.database import Database
from rowsmith.store.streams import BodyStream, in_order
from rowsmith.store.tombstones import erased, erased_in, exact, living
from rowsmith.store.trees import Entry, Trees, turned
from rowsmith.store.versions import PREFIX, Version

_BATCH = 1024
_GATHERED = 64 << 20
_AROUND = 300
"""Bytes of memory that a row takes besides its bodies, about."""
_FEW = 16
"""Rows that a block should give, for reading a batch block by block."""


class VersionRows:
    """Rows of one version, in order; `len()` says how many. Can be read again and again and never lies in memory whole.

    Entries are sorted in a temporary file; bodies are read 1,024 rows at a time. Where the rows of a batch lie in many blocks (a shuffled
    version), 64 MB of bodies are read at once, each block once. Erased rows are passed over, and not counted.

    Raises (while reading):
        Unavailable: a part is missing or damaged.
    """

    def __init__(self, db: Database, version: Version, start: int = 0, limit: int | None = None) -> None:
        self._db = db
        self.version = version
        self._start = max(start, 0)
        self._limit = None if limit is None else max(limit, 0)

    def __len__(self) -> int:
        rest = max(self.version.rows - erased_in(self._db, self.version) - self._start, 0)
        return rest if self._limit is None else min(self._limit, rest)

    def __iter__(self) -> Iterator[Row]:
        if self._limit == 0:
            return
        bodies, stream = Bodies(self._db), BodyStream(self._db)
        entries = self._entries()
        first = list(islice(entries, _BATCH))
        scattered = len(first) == _BATCH and _scattered(bodies, first)
        there, size = (bodies.there, _window(bodies, first)) if scattered else (stream.there, _BATCH)
        entries = chain(first, entries)
        while batch := list(islice(entries, size)):
            found = there([name for entry in batch for name in (entry.data, entry.meta)])
            for entry in self._whole(batch, found):
                yield row_of(entry, found[entry.data], found[entry.meta])

    def _whole(self, batch: list[Entry], found: Mapping[bytes, bytes]) -> list[Entry]:
        """Those whose bodies are there. The others may have been erased since the batch was put together."""
        lacking = [entry for entry in batch if entry.data not in found or entry.meta not in found]
        if not lacking:
            return batch
        gone = erased(self._db, lacking)
        for entry in lacking:
            if exact(entry) not in gone:
                raise missing(entry.data if entry.data not in found else entry.meta)
        return [entry for entry in batch if entry.data in found and entry.meta in found]

    def _entries(self) -> Iterator[Entry]:
        trees = Trees(self._db)
        entries = living(self._db, self.version.dataset, trees.entries(trees.load(self.version.root)))
        stop = None if self._limit is None else self._start + self._limit
        return islice(in_order(entries), self._start, stop)


def _scattered(bodies: Bodies, entries: Sequence[Entry]) -> bool:
    """Whether the rows lie in so many blocks that it is better to gather more of them at once."""
    blocks = {block for block, _ in bodies.find(entry.data for entry in entries).values()}
    return len(blocks) > len(entries) // _FEW


def _window(bodies: Bodies, entries: Sequence[Entry]) -> int:
    """How many rows like these fill GATHERED bytes."""
    found = bodies.there(name for entry in entries for name in (entry.data, entry.meta))
    size = (sum(map(len, found.values())) + _AROUND * len(entries)) / len(entries)
    return max(_BATCH, int(_GATHERED / size))


def row_of(entry: Entry, data: bytes, meta: bytes) -> Row:
    """The row that an entry and its two bodies make."""
    more = orjson.loads(meta)
    return Row(turned(entry.place).hex(), entry.key[PREFIX:], orjson.loads(data), more["scores"], more["origin"])
