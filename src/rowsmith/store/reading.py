"""The rows of a version, read in order as a stream."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice

import orjson

from rowsmith.core.row import Row
from rowsmith.store.bodies import missing
from rowsmith.store.database import Database
from rowsmith.store.streams import in_order, with_bodies
from rowsmith.store.tombstones import erased, erased_in, exact, living
from rowsmith.store.trees import Entry, Trees, turned
from rowsmith.store.versions import PREFIX, Version


class VersionRows:
    """Rows of one version, in order; `len()` says how many. Can be read again and again and never lies in memory whole.

    Entries are sorted in a temporary file, bodies read some at a time (streams.with_bodies). Erased rows are passed over, and not counted.

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
        for batch, found in with_bodies(self._db, self._entries()):
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


def row_of(entry: Entry, data: bytes, meta: bytes) -> Row:
    """The row that an entry and its two bodies make."""
    more = orjson.loads(meta)
    return Row(turned(entry.place).hex(), entry.key[PREFIX:], orjson.loads(data), more["scores"], more["origin"])
