"""What views are made of: the rows that a version shows, in row order, as they are stored."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from rowsmith.store.database import Database
from rowsmith.store.diffs import batches
from rowsmith.store.heap import Stored
from rowsmith.store.streams import BATCH, BodyStream
from rowsmith.store.tombstones import living
from rowsmith.store.trees import Entry, Trees
from rowsmith.store.versions import Version


def standing(db: Database, version: Version) -> Iterator[Entry]:
    """The entries of the rows that a version shows, by place: all but erased ones."""
    trees = Trees(db)
    yield from living(db, version.dataset, trees.entries(trees.load(version.root)))


def stored_rows(db: Database, entries: Iterable[Entry], extra: Mapping[bytes, bytes] | None = None) -> Iterator[Stored]:
    """The rows of these entries, which come in row order; bodies in `extra` (by hash) go before the database's."""
    bodies, beside = BodyStream(db), extra or {}
    for batch in batches(entries, BATCH):
        names = [name for entry in batch for name in (entry.data, entry.meta) if name not in beside]
        found = {**bodies.read(names), **beside} if beside else bodies.read(names)
        for entry in batch:
            yield Stored(entry, found[entry.data], found[entry.meta])
