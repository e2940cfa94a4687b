"""What is laid over a base to read a version that is near it, or a branch with its uncommitted edits: rows that are gone, and rows that
stand there instead or between."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Protocol

from rowsmith.core.ids import canonical
from rowsmith.core.row import Json
from rowsmith.store.bodies import tagged
from rowsmith.store.changes import DATA, META
from rowsmith.store.database import Database
from rowsmith.store.diffs import Difference, batches
from rowsmith.store.heap import Heap, Stored
from rowsmith.store.positions import Positions
from rowsmith.store.streams import BATCH, BodyStream
from rowsmith.store.tombstones import living
from rowsmith.store.trees import Entry, Trees, turned
from rowsmith.store.versions import PREFIX, Version

_LAST = b"\xff" * PREFIX  # what is not committed yet stands behind everything that is


class Edited(Protocol):
    """A row as it is to be. `data` None: it is removed. `new`: the version has no such row, and `key` sorts it among new ones."""

    @property
    def id(self) -> str: ...
    @property
    def data(self) -> dict[str, Json] | None: ...
    @property
    def scores(self) -> dict[str, Json]: ...
    @property
    def origin(self) -> dict[str, Json]: ...
    @property
    def key(self) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Laid:
    """A row that is laid over. `edited`: not committed, so that no index knows it."""

    stored: Stored
    edited: bool


@dataclass(slots=True)
class Overlay:
    """Rows of a base that are gone (positions, sorted), and rows laid over it, in row order."""

    gone: list[int]
    laid: list[Laid]
    positions: Positions
    scopes: list[Mapping[str, Any]] = field(default_factory=list)

    def rows(self) -> list[Mapping[str, Any]]:
        """What expressions can name of each row laid over."""
        if not self.scopes and self.laid:
            self.scopes = [laid.stored.row.scope for laid in self.laid]
        return self.scopes


def edited(db: Database, version: Version, edits: Iterable[Edited]) -> dict[bytes, tuple[Entry | None, Stored | None]]:
    """By place, what the version has of each edited row, and what is to stand there instead."""
    trees, by_place = Trees(db), {turned(bytes.fromhex(edit.id)): edit for edit in edits}
    if not by_place:
        return {}
    wanted = [Entry(place, b"", b"", b"") for place in sorted(by_place)]
    there = (old for _, old in trees.paired(trees.load(version.root), wanted) if old is not None)
    found = {old.place: old for old in living(db, version.dataset, there)}
    return {place: (found.get(place), _edited(by_place[place], place, found.get(place))) for place in sorted(by_place)}


def _edited(edit: Edited, place: bytes, old: Entry | None) -> Stored | None:
    if edit.data is None:
        return None
    data, meta = canonical(edit.data), canonical({"origin": edit.origin, "scores": edit.scores})
    return Stored(Entry(place, old.key if old else _LAST + edit.key, tagged(DATA, data), tagged(META, meta)), data, meta)


def with_edits(entries: Iterable[Entry], edits: Mapping[bytes, tuple[Entry | None, Stored | None]]) -> Iterator[Entry]:
    """The entries of a version, by place, as they are with the edits; new ones come last."""
    for entry in entries:
        if entry.place not in edits:
            yield entry
        elif (stored := edits[entry.place][1]) is not None:
            yield stored.entry
    yield from (stored.entry for old, stored in edits.values() if old is None and stored is not None)


def lay(db: Database, heap: Heap, version: Version, differences: Iterable[Difference], edits: Iterable[Edited]) -> Overlay:
    """What has to be laid over the base in `heap` to show the version, which differs from it so, with the edits.

    Raises:
        Damaged: the heap is. Unavailable: a body is missing or damaged.
    """
    gone: set[int] = set()
    laid: dict[bytes, Laid] = {}
    find = cache(heap.find)  # a row that is replaced stands where the old one stood
    bodies = BodyStream(db)
    for batch in batches(differences, BATCH):
        found = bodies.read([name for _, _, new in batch if new for name in (new.data, new.meta)])
        for place, old, new in batch:
            gone |= _position(find, old)
            if new is not None:
                laid[place] = Laid(Stored(new, found[new.data], found[new.meta]), False)
    for place, (was, stored) in edited(db, version, edits).items():
        if laid.pop(place, None) is None:
            gone |= _position(find, was)
        if stored is not None:
            laid[place] = Laid(stored, True)
    inside = sorted(laid.values(), key=lambda one: (one.stored.entry.key, one.stored.entry.place))
    order = sorted(gone)
    before = [find(one.stored.entry.key, one.stored.entry.place)[0] for one in inside]
    return Overlay(order, inside, Positions(heap.rows, order, before))


def _position(find: Callable[[bytes, bytes], tuple[int, bool]], entry: Entry | None) -> set[int]:
    """Where the base has it; what was erased stands nowhere."""
    if entry is None:
        return set()
    at, there = find(entry.key, entry.place)
    return {at} if there else set()
