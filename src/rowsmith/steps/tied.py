"""Rows and what ties them, in scratch tables, and the components that they make."""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Iterator, Sequence
from typing import Any

from rowsmith.core.errors import Invalid, choose
from rowsmith.core.expressions import named
from rowsmith.core.ids import canonical, content_hash
from rowsmith.core.ports import Rows
from rowsmith.core.row import Row
from rowsmith.steps.components import Components
from rowsmith.steps.likeness import Likeness
from rowsmith.steps.scratch import BATCH, fill
from rowsmith.steps.ties import EXACT, NEAR, Ties, has_source, own_key

MOST_STRATA = 1000
TABLES = ("CREATE TABLE tie (kind INT, key BLOB, row INT)", "CREATE TABLE near (earlier INT, later INT)")


class Tied:
    """What is known of the rows once they are read: ids, strata, keys (in the table `tie`) and pairs that are alike (in `near`).

    `strata` numbers the values of the column `stratify` as they come; `columns` must be there, too. Rows without words, whose texts cannot be
    compared, are near-duplicates when they are equal, save in the column `without`.
    """

    def __init__(
        self, db: sqlite3.Connection, ties: Ties, likeness: Likeness | None, stratify: str | None, columns: Sequence[str], without: str
    ) -> None:  # fmt: skip
        self._without = without
        self.db, self.ties, self._likeness, self._stratify = db, ties, likeness, stratify
        self.ids = bytearray()
        self.strata: dict[bytes, int] = {}
        self.stratum_of = array("H")
        self.without_source = 0
        self._kinds = {kind: place for place, kind in enumerate([*ties.kinds, EXACT])}
        self._missing = {*ties.groups, *([stratify] if stratify else []), *columns}
        self._columns: set[str] = set()

    def read(self, rows: Rows) -> int:
        """Read a wave; the number of rows so far."""
        fill(self.db, "INSERT INTO tie VALUES (?, ?, ?)", self._ties(rows))
        return len(self.stratum_of)

    def _ties(self, rows: Rows) -> Iterator[tuple[int, bytes, int]]:
        ties = self.ties
        for number, row in enumerate(rows, len(self.stratum_of)):
            self.ids += bytes.fromhex(row.id)
            self.stratum_of.append(self._stratum(row))
            if self._likeness is not None and not self._likeness.add(row):
                yield self._kinds[EXACT], content_hash({name: value for name, value in row.data.items() if name != self._without}), number
            if self._missing:
                self._missing = {name for name in self._missing if name not in row.data and named(row, name) is None}
                self._columns |= row.data.keys()
            if ties.source:
                kind, key = own_key(row)
                yield self._kinds[kind], key, number
                self.without_source += not has_source(row)
            for kind, key in ties.keys(row):
                yield self._kinds[kind], key, number

    def _stratum(self, row: Row) -> int:
        value = canonical(named(row, self._stratify)) if self._stratify else b""
        if (number := self.strata.setdefault(value, len(self.strata))) >= MOST_STRATA:
            raise Invalid(f"Column {self._stratify!r} has more than {MOST_STRATA:,} values.", "Stratify by a column of a few classes.")
        return number

    def require_columns(self) -> None:
        """Every column that is named is there in some row."""
        if self._missing and len(self.stratum_of):
            name = min(self._missing)
            raise Invalid(f"No row has a column {name!r}.", choose(name, sorted(self._columns)))

    def match(self, likeness: Likeness) -> None:
        """Find the pairs that are alike; where two rows hang together by others, their own pair is not looked at."""
        likeness.match()
        together = Components(len(self.stratum_of))
        pairs = likeness.pairs(lambda one, other: together.root(one) == together.root(other))
        fill(self.db, "INSERT INTO near VALUES (?, ?)", self._joined(pairs, together))

    def _joined(self, pairs: Iterator[tuple[int, int, float]], together: Components) -> Iterator[tuple[int, int]]:
        for one, other, _ in pairs:
            together.join(one, other)
            yield one, other

    def components(self, end: int) -> Components:
        """Of the first `end` rows."""
        components = Components(end)
        last: tuple[int, bytes] | None = None
        first = 0
        for kind, key, number in self._sorted(end):
            if (kind, key) == last:
                components.join(first, number)
            else:
                last, first = (kind, key), number
        for one, other in self._stream("SELECT earlier, later FROM near WHERE later < ?", end):
            components.join(one, other)
        return components

    def by_kind(self, components: Components, root: int) -> dict[str, int]:
        """How many ties of each kind hold the component together."""
        counts = dict.fromkeys(self._kinds, 0) | ({NEAR: 0} if self.ties.near else {})
        names, last = list(self._kinds), None
        for kind, key, number in self._sorted(len(components)):
            counts[names[kind]] += (kind, key) == last and components.root(number) == root
            last = (kind, key)
        for one, _ in self._stream("SELECT earlier, later FROM near WHERE later < ?", len(components)):
            counts[NEAR] += components.root(one) == root
        return {kind: count for kind, count in counts.items() if count}

    def _sorted(self, end: int) -> Iterator[tuple[Any, ...]]:
        return self._stream("SELECT kind, key, row FROM tie WHERE row < ? ORDER BY kind, key, row", end)

    def _stream(self, query: str, *values: Any) -> Iterator[tuple[Any, ...]]:
        cursor = self.db.execute(query, values)
        while batch := cursor.fetchmany(BATCH):
            yield from batch

    def name(self, number: int) -> bytes:
        """The id of a row."""
        return bytes(self.ids[16 * number : 16 * number + 16])
