"""Three-way merge of two states of a dataset over their common ancestor: by row id, and where both changed a row, cell by cell.

Only what differs is read. A row that one side removed and the other changed, and a cell that both changed differently, is a clash; `Terms`
say what becomes of it. Of two rows that are new on both sides under one id, the ancestor is a row that says nothing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from heapq import merge
from itertools import groupby
from operator import itemgetter
from typing import Any, Literal

import orjson

from rowsmith.core.ids import canonical, child_id
from rowsmith.core.merge import MISSING, ROW, Clash, cells, united
from rowsmith.store.bodies import Bodies, BodyWriter, Named, tagged
from rowsmith.store.changes import DATA, META, scratch
from rowsmith.store.database import Database
from rowsmith.store.diffs import Difference, batches, diff
from rowsmith.store.holds import Hold
from rowsmith.store.tombstones import Exact, erased, exact
from rowsmith.store.trees import Entry, Trees, removal, turned

Rows = Literal["three-way", "union", "intersection", "theirs"]
Prefer = Literal["", "ours", "theirs", "both"]

LISTED = 10_000
"""Most clashes that a merge lists."""
_BATCH = 256
_Found = dict[bytes, bytes]


@dataclass(frozen=True, slots=True)
class Terms:
    """How clashes end. `rows`: which rows there are when one side lacks them: as three-way merge has it, all that either side has (union),
    those alone that both have (intersection), or those that theirs has. `prefer`: whose cells stand in a clash; `both`: ours, and theirs as
    a row of its own. `chosen`: values by (row id, field), before `prefer`; a function of the clash."""

    rows: Rows = "three-way"
    prefer: Prefer = ""
    chosen: dict[tuple[str, str], Callable[[Clash], Any]] = field(default_factory=dict)

    def choose(self, clash: Clash) -> Any:
        """The value that settles it.

        Raises:
            LookupError: nothing does.
        """
        if (clash.row, clash.field) in self.chosen:
            return self.chosen[clash.row, clash.field](clash)
        if not self.prefer:
            raise LookupError(clash.field)
        return clash.theirs if self.prefer == "theirs" else clash.ours


@dataclass(slots=True)
class Merged:
    """What a merge comes to. `changes()`: what has to change in ours, by place. `open`: clashes that nothing settled (the first of them),
    `settled`: those that the terms did (likewise); `count_open` and `count_settled` say how many there are."""

    changes: Callable[[], Iterator[Entry]]
    open: list[Clash] = field(default_factory=list)
    settled: list[Clash] = field(default_factory=list)
    count_open: int = 0
    count_settled: int = 0

    def note(self, clash: Clash, *, settled: bool) -> None:
        """Count a clash, and list it while there is room."""
        if settled:
            self.count_settled += 1
        else:
            self.count_open += 1
        listed = self.settled if settled else self.open
        if len(listed) < LISTED:
            listed.append(clash)


Side = tuple[bytes, Difference | None, Difference | None]
"""A place, and what ours and theirs changed there since their common ancestor."""


@contextmanager
def merging(db: Database, sides: Iterable[Side], terms: Terms, hold: Hold) -> Iterator[Merged]:
    """Merge two states. Bodies of rows that neither side had as they become are stored."""
    with scratch() as conn:
        conn.execute("CREATE TABLE change (place BLOB PRIMARY KEY, key BLOB, data BLOB, meta BLOB) WITHOUT ROWID")
        merged = Merged(lambda: _changes(conn))
        with BodyWriter(db, hold) as writer:
            work = _Merging(db, conn, terms, merged, writer)
            for batch in batches(sides, _BATCH):
                work.carry_out(batch)
        yield merged


def _changes(conn: sqlite3.Connection) -> Iterator[Entry]:
    cursor = conn.execute("SELECT place, key, data, meta FROM change ORDER BY place")
    while batch := cursor.fetchmany(1024):
        yield from map(Entry._make, batch)


def sides_of(db: Database, base: bytes | None, ours: bytes | None, theirs: bytes | None) -> Iterator[Side]:
    """What the states below two roots changed since that below `base` (None: no rows), by place."""
    trees = Trees(db)
    return _sides(diff(trees, base, ours), diff(trees, base, theirs))


def _sides(ours: Iterable[Difference], theirs: Iterable[Difference]) -> Iterator[Side]:
    sides = merge(((d.place, 0, d) for d in ours), ((d.place, 1, d) for d in theirs), key=itemgetter(0))
    for place, group in groupby(sides, key=itemgetter(0)):
        found: list[Difference | None] = [None, None]
        for _, side, difference in group:
            found[side] = difference
        yield place, found[0], found[1]


class _Merging:
    def __init__(self, db: Database, conn: sqlite3.Connection, terms: Terms, merged: Merged, writer: BodyWriter) -> None:
        self._db, self._bodies, self._writer = db, Bodies(db), writer
        self._conn, self._terms, self._merged = conn, terms, merged

    def carry_out(self, batch: list[Side]) -> None:
        """Settle a batch of places."""
        batch = self._without_erased(batch)
        both = [(ours, theirs) for _, ours, theirs in batch if ours and theirs and ours.new != theirs.new]
        entries = [entry for pair in both for side in pair for entry in (side.old, side.new) if entry]
        found = self._bodies.read({name for entry in entries for name in (entry.data, entry.meta)})
        said: list[Named] = []
        beside: list[Named] = []
        settled = (entry for side in batch for entry in self._settled(*side, found, said, beside))
        self._conn.executemany("INSERT OR REPLACE INTO change VALUES (?, ?, ?, ?)", settled)
        if said:
            self._writer.add(said, beside)

    def _without_erased(self, batch: list[Side]) -> list[Side]:
        """Where both sides changed a row: an erased state of it is as if it were not there, and who only took it away changed nothing."""
        both = [pair for _, *pair in batch if pair[0] and pair[1]]
        gone = erased(self._db, (entry for pair in both for side in pair if side for entry in (side.old, side.new) if entry)) if both else set()
        return [self._left(side, gone) for side in batch] if gone else batch

    def _left(self, side: Side, gone: set[Exact]) -> Side:
        place, *changes = side
        if not (changes[0] and changes[1]):
            return side
        alive = [Difference(place, *(entry if entry and exact(entry) not in gone else None for entry in (c.old, c.new))) for c in changes if c]
        ours, theirs = (change if change.old != change.new else None for change in alive)
        return (place, ours, theirs) if ours or theirs else (place, changes[0], None)

    def _settled(
        self, place: bytes, ours: Difference | None, theirs: Difference | None, found: _Found, said: list[Named], beside: list[Named]
    ) -> Iterator[Entry]:  # fmt: skip
        """What has to change in ours at this place."""
        base = (ours or theirs).old  # type: ignore[union-attr]
        our, their = ours.new if ours else base, theirs.new if theirs else base
        if self._terms.rows == "union" and (our is None) != (their is None):
            yield from [their] if their else ()
        elif self._terms.rows == "theirs" and (our is None) != (their is None):
            yield their or removal(place)
        elif self._terms.rows == "intersection" and (our is None) != (their is None):
            yield from [removal(place)] if our else ()
        elif ours is None:
            yield their or removal(place)
        elif theirs is None or our == their:
            return
        elif our is None or their is None:
            yield from self._removed_or_changed(place, base, our, their, found)
        else:
            yield from self._cells(base, our, their, found, said, beside)

    def _removed_or_changed(self, place: bytes, base: Entry | None, our: Entry | None, their: Entry | None, found: _Found) -> Iterator[Entry]:
        sides = [orjson.loads(found[entry.data]) if entry else MISSING for entry in (base, our, their)]
        clash = Clash(turned(place).hex(), ROW, *sides)
        try:
            chosen = self._terms.choose(clash) if self._terms.prefer != "both" else (clash.ours if our else clash.theirs)
        except LookupError:
            return self._merged.note(clash, settled=False)
        self._merged.note(clash, settled=True)
        if (chosen is MISSING) != (our is None):
            yield their or removal(place)

    def _cells(self, base: Entry | None, our: Entry, their: Entry, found: _Found, said: list[Named], beside: list[Named]) -> Iterator[Entry]:
        """Both have the row, each its own."""
        name = turned(our.place).hex()
        nothing: dict[str, Any] = {"origin": {}, "scores": {}}
        was, ours, theirs = (
            {**(orjson.loads(found[e.meta]) if e else nothing), "data": orjson.loads(found[e.data]) if e else {}} for e in (base, our, their)
        )
        clashes: list[Clash] = []

        def choose(clash: Clash) -> Any:
            value = self._terms.choose(clash)
            clashes.append(clash)
            return value

        data, open_data = cells(name, was["data"], ours["data"], theirs["data"], choose)
        scores, open_scores = cells(name, was["scores"], ours["scores"], theirs["scores"], choose, "scores.")
        for clash in clashes:
            self._merged.note(clash, settled=True)
        for clash in (*open_data, *open_scores):
            self._merged.note(clash, settled=False)
        origin = self._origin(was["origin"], ours["origin"], theirs["origin"])
        key = our.key if base else min(our.key, their.key)
        merged = self._stored(our.place, key, data, {"origin": origin, "scores": scores}, said, beside)
        if merged != our:
            yield merged
        if self._terms.prefer == "both" and clashes:
            other = bytes.fromhex(child_id(name, "merge", 0))
            yield Entry(turned(other), key + b"\xff", their.data, their.meta)

    def _origin(self, base: dict[str, Any], ours: dict[str, Any], theirs: dict[str, Any]) -> dict[str, Any]:
        """Where the row came from: everybody's edits, and for the rest the side that changed it; of two, the preferred or else the lesser."""

        def choose(clash: Clash) -> Any:
            if clash.field == "edits":
                return united(*(side for side in (clash.ours, clash.theirs) if side is not MISSING))
            if self._terms.prefer == "theirs":
                return clash.theirs
            return clash.ours if self._terms.prefer or _rank(clash.ours) <= _rank(clash.theirs) else clash.theirs

        return cells("", base, ours, theirs, choose)[0]

    def _stored(
        self, place: bytes, key: bytes, data: dict[str, Any], meta: dict[str, Any], said: list[Named], beside: list[Named]
    ) -> Entry:  # fmt: skip
        named = [(tagged(DATA, body := canonical(data)), body), (tagged(META, body := canonical(meta)), body)]
        said.append(named[0])
        beside.append(named[1])
        return Entry(place, key, named[0][0], named[1][0])


def _rank(value: Any) -> bytes:
    return b"" if value is MISSING else canonical(value)
