"""What parts of a dataset share: sources, values of columns, equal rows, near-duplicates. Found in the rows themselves, whoever split them.

Nothing of the split is used: keys are counted by part, and near-duplicates are looked for with other hash functions than the split's.
"""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from heapq import heappush, heapreplace
from itertools import combinations
from pathlib import Path
from typing import Any

from rowsmith.core.errors import Invalid, choose
from rowsmith.core.ids import canonical, content_hash
from rowsmith.core.ports import Rows
from rowsmith.core.row import Row
from rowsmith.steps.likeness import Likeness
from rowsmith.steps.scratch import fill, tables
from rowsmith.steps.ties import COLUMN, EXACT, GROUP, Ties, has_source

MOST_PARTS = 100
WORST = 10
"""Pairs of near-duplicates that are named, and examples of everything else that is shared."""
SEED = 8191
"""Of the report's own hash functions; a split uses others."""
_SEEN = "CREATE TABLE seen (kind INT, key BLOB, part INT, row INT, PRIMARY KEY (kind, key, part)) WITHOUT ROWID"
_COUNT = """
    SELECT a.kind, a.part, b.part, count(*), min(a.row), min(b.row) FROM seen a
    JOIN seen b ON b.kind = a.kind AND b.key = a.key AND b.part > a.part GROUP BY a.kind, a.part, b.part
"""


@dataclass(slots=True)
class Shared:
    """What two parts share: how many sources, files, parents, values by column, contents of rows (`exact`), and pairs of near-duplicates
    (`near`), the most alike of them by their ids (`worst`). `examples` names two rows for each kind."""

    parts: tuple[str, str]
    sources: int = 0
    files: int = 0
    parents: int = 0
    groups: dict[str, int] = field(default_factory=dict)
    exact: int = 0
    near: int = 0
    worst: list[dict[str, Any]] = field(default_factory=list)
    examples: dict[str, list[str]] = field(default_factory=dict)

    @property
    def anything(self) -> bool:
        """Whether they share anything."""
        return any((self.sources, self.files, self.parents, *self.groups.values(), self.exact, self.near))


@dataclass(slots=True)
class Overlap:
    """The report: rows by part, what each pair of parts shares, rows that have no part, and those whose origin names no source."""

    column: str
    rows: dict[str, int]
    pairs: list[Shared]
    without_part: int
    without_source: int
    comparisons_left_out: int

    @property
    def clean(self) -> bool:
        """Whether no two parts share anything."""
        return not any(pair.anything for pair in self.pairs)


def overlap(rows: Rows, column: str, ties: Ties, folder: Path, *, similarity: float, columns: Sequence[str] | None = None) -> Overlap:
    """What the parts that `column` names share. Near-duplicates are looked for where `ties.near` says so, equal rows always.

    Raises:
        Invalid: no row has the column, or it names more than MOST_PARTS parts.
    """
    with ExitStack() as stack:
        db = stack.enter_context(tables(folder, _SEEN))
        likeness = None
        if ties.near:
            likeness = stack.enter_context(Likeness(folder, similarity, columns, without=column, seed=SEED))
        reading = _Reading(column, ties, likeness)
        fill(db, "INSERT OR IGNORE INTO seen VALUES (?, ?, ?, ?)", reading.keys(rows))
        reading.require_column()
        pairs = {(a, b): Shared((reading.parts[a], reading.parts[b])) for a, b in combinations(range(len(reading.parts)), 2)}
        _count(db, reading, pairs)
        if likeness is not None:
            _compare(likeness, reading, pairs)
        sizes = {name: reading.part_of.count(part) for part, name in enumerate(reading.parts)}
        left_out = likeness.left_out if likeness else 0
        return Overlap(column, sizes, list(pairs.values()), reading.part_of.count(-1), reading.without_source, left_out)


class _Reading:
    def __init__(self, column: str, ties: Ties, likeness: Likeness | None) -> None:
        self.column, self.ties, self._likeness = column, ties, likeness
        self.parts: list[str] = []
        self.part_of = array("b")
        self.ids = bytearray()
        self.without_source = 0
        self.kinds = [*ties.kinds, EXACT]
        self._places = {kind: place for place, kind in enumerate(self.kinds)}
        self._numbers: dict[str, int] = {}
        self._columns: set[str] = set()

    def keys(self, rows: Rows) -> Iterator[tuple[int, bytes, int, int]]:
        """(kind, key, part, row) of every row that has a part."""
        for number, row in enumerate(rows):
            part = self._part(row)
            self.part_of.append(part)
            self.ids += bytes.fromhex(row.id)
            self.without_source += self.ties.source and not has_source(row)
            self._columns |= row.data.keys()
            if self._likeness is not None:
                self._likeness.add(row)
            if part >= 0:
                content = {name: value for name, value in row.data.items() if name != self.column}
                yield self._places[EXACT], content_hash(content), part, number
                yield from ((self._places[kind], key, part, number) for kind, key in self.ties.keys(row))

    def _part(self, row: Row) -> int:
        value = row.data.get(self.column)
        if value is None:
            return -1
        name = value if isinstance(value, str) else canonical(value).decode()
        if (number := self._numbers.setdefault(name, len(self.parts))) == len(self.parts):
            if number == MOST_PARTS:
                raise Invalid(f"Column {self.column!r} names more than {MOST_PARTS} parts.", "Name the column that says the split.")
            self.parts.append(name)
        return number

    def require_column(self) -> None:
        if self._columns and not self.parts:
            raise Invalid(f"No row says its part in a column {self.column!r}.", choose(self.column, sorted(self._columns)))

    def id(self, number: int) -> str:
        return self.ids[16 * number : 16 * number + 16].hex()


def _count(db: sqlite3.Connection, reading: _Reading, pairs: dict[tuple[int, int], Shared]) -> None:
    for kind, one, other, count, *rows in db.execute(_COUNT):
        name, shared = reading.kinds[kind], pairs[one, other]
        if name.startswith(GROUP):
            shared.groups[name.removeprefix(GROUP)] = count
        else:
            setattr(shared, name, count)
        shared.examples[name if not name.startswith(GROUP) else f"{COLUMN}.{name.removeprefix(GROUP)}"] = [reading.id(row) for row in rows]


def _compare(likeness: Likeness, reading: _Reading, pairs: dict[tuple[int, int], Shared]) -> None:
    likeness.match()
    worst: dict[tuple[int, int], list[tuple[float, int, int]]] = {}
    for one, other, share in likeness.across(reading.part_of):
        between = sorted((reading.part_of[one], reading.part_of[other]))
        which = between[0], between[1]
        pairs[which].near += 1
        heap, found = worst.setdefault(which, []), (share, -one, -other)
        if len(heap) < WORST:
            heappush(heap, found)
        elif found > heap[0]:
            heapreplace(heap, found)
    for which, heap in worst.items():
        pairs[which].worst = [
            {"similarity": round(share, 4), "rows": [reading.id(-one), reading.id(-other)]} for share, one, other in sorted(heap, reverse=True)
        ]
