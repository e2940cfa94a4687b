"""What views are made of: the rows that a version shows, in row order, as they are stored."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from rowsmith.store.bodies import missing
from rowsmith.store.database import Database
from rowsmith.store.heap import Stored
from rowsmith.store.streams import with_bodies
from rowsmith.store.tombstones import living
from rowsmith.store.trees import Entry, Trees
from rowsmith.store.versions import Version


def standing(db: Database, version: Version) -> Iterator[Entry]:
    """The entries of the rows that a version shows, by place: all but erased ones."""
    trees = Trees(db)
    yield from living(db, version.dataset, trees.entries(trees.load(version.root)))


def stored_rows(db: Database, entries: Iterable[Entry], extra: Mapping[bytes, bytes] | None = None) -> Iterator[Stored]:
    """The rows of these entries, which come in row order; bodies in `extra` (by hash) go before the database's.

    Raises:
        Unavailable: one is missing or its block is damaged.
    """
    beside = extra or {}
    for batch, found in with_bodies(db, entries, beside):
        found.update(beside)
        for entry in batch:
            data, meta = found.get(entry.data), found.get(entry.meta)
            if data is None or meta is None:
                raise missing(entry.data if data is None else entry.meta)
            yield Stored(entry, data, meta)
