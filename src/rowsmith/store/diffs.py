"""What differs between two maps of rows. Parts with equal hashes are never read, so a difference costs what changed, not what exists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from heapq import merge
from itertools import groupby, islice
from operator import itemgetter
from typing import NamedTuple, TypeVar

from rowsmith.core.row import Row
from rowsmith.store.bodies import Bodies
from rowsmith.store.database import Database
from rowsmith.store.reading import row_of
from rowsmith.store.tombstones import exact, living
from rowsmith.store.trees import Entry, Tree, Trees, apart, cut

_BUCKETS = 512  # read at a time, on each side
_ROWS = 512
_T = TypeVar("_T")


class Difference(NamedTuple):
    """A place in which two maps differ: what stands there in each. One of them may be None, never both."""

    place: bytes
    old: Entry | None
    new: Entry | None


@dataclass(frozen=True, slots=True)
class RowDifference:
    """A row that differs between two versions: as it was and as it is. None: it is not there."""

    id: str
    old: Row | None
    new: Row | None


def diff(trees: Trees, old: bytes | None, new: bytes | None) -> Iterator[Difference]:
    """The differences of the maps below two roots, by place; None is the empty map. Entries that say the same (data, meta and key) are equal."""
    if old == new:
        return
    before = trees.load(old) if old else None
    after = trees.load(new) if new else None
    if before is not None and after is not None and before.bits == after.bits:
        yield from _apart(trees, before, after)
    else:
        yield from _paired(trees.entries(before) if before else (), trees.entries(after) if after else ())


def shown(db: Database, dataset: int, differences: Iterable[Difference]) -> Iterator[Difference]:
    """The differences of two versions of a dataset as people see them: an erased row is not there."""
    for batch in batches(differences, _ROWS):
        entries = [entry for item in batch for entry in (item.old, item.new) if entry is not None]
        alive = set(map(exact, living(db, dataset, entries)))
        for place, *sides in batch:
            old, new = (entry if entry is not None and exact(entry) in alive else None for entry in sides)
            if old != new:
                yield Difference(place, old, new)


def row_differences(db: Database, differences: Iterable[Difference]) -> Iterator[RowDifference]:
    """The rows of these differences."""
    bodies = Bodies(db)
    for batch in batches(differences, _ROWS):
        sides = [entry for item in batch for entry in (item.old, item.new) if entry is not None]
        found = bodies.read({name for entry in sides for name in (entry.data, entry.meta)})
        for _, old, new in batch:
            rows = [row_of(entry, found[entry.data], found[entry.meta]) if entry else None for entry in (old, new)]
            there = rows[0] or rows[1]
            assert there is not None
            yield RowDifference(there.id, rows[0], rows[1])


def _apart(trees: Trees, old: Tree, new: Tree) -> Iterator[Difference]:
    """Page by page, bucket by bucket, where hashes differ."""
    for pairs in batches(_buckets(trees, old, new), _BUCKETS):
        bodies = trees.whole(name for pair in pairs for name in pair)
        for was, is_ in pairs:
            yield from _paired(*apart(bodies[was], bodies[is_]))


def _buckets(trees: Trees, old: Tree, new: Tree) -> Iterator[tuple[bytes, bytes]]:
    differing = [(was, is_) for was, is_ in zip(old.pages, new.pages, strict=True) if was != is_]
    for pairs in batches(differing, 64):
        pages = trees.whole(name for pair in pairs for name in pair)
        for was, is_ in pairs:
            for pair in zip(cut(pages[was]), cut(pages[is_]), strict=True):
                if pair[0] != pair[1]:
                    yield pair


def _paired(old: Iterable[Entry], new: Iterable[Entry]) -> Iterator[Difference]:
    """Two streams by place, where they differ."""
    sides = merge(((entry.place, 0, entry) for entry in old), ((entry.place, 1, entry) for entry in new), key=itemgetter(0))
    for place, group in groupby(sides, key=itemgetter(0)):
        was = is_ = None
        for _, side, entry in group:
            was, is_ = (entry, is_) if side == 0 else (was, entry)
        if was != is_:
            yield Difference(place, was, is_)


def batches(items: Iterable[_T], size: int) -> Iterator[list[_T]]:
    """The items, so many at a time."""
    stream = iter(items)
    while batch := list(islice(stream, size)):
        yield batch
