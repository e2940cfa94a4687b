"""Splits that do not leak: rows that are tied together (steps.ties) go into one part together.

The unit is the connected component of all ties. Each component chooses its part by a seeded hash of its least row id, as far as that
part has room; else it goes where most room is. So the same rows get the same parts again, whatever their order; where rows are added,
few of the others move; and the sizes are as near to what was asked for as the components allow. Keeping to a hash within bounds is
Mirrokni, Thorup and Zadimoghaddam, "Consistent hashing with bounded loads" (SODA 2018); placing the largest groups first, by what each
part still lacks of each stratum, is Sechidis, Tsoumakas and Vlahavas, "On the stratification of multi-label data" (ECML 2011).

Rows that were placed before (earlier waves) stay; new ones that are tied to them follow. A new row that ties rows of two parts would make
a leak, and gets no part.

Memory: some 40 bytes a row, besides what steps.likeness takes.
"""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rowsmith.core.ids import share
from rowsmith.core.ports import Rows
from rowsmith.steps.components import Components
from rowsmith.steps.likeness import Likeness
from rowsmith.steps.parts import Parts, quotas
from rowsmith.steps.ranking import label
from rowsmith.steps.scratch import BATCH, fill, tables
from rowsmith.steps.tied import TABLES, Tied
from rowsmith.steps.ties import Ties

HINT = ". Drop near-duplicates first, raise the similarity, or tie by less (by)"
"""What to do about a part that nothing is left for."""
NO_PART = -1
_TABLES = (
    *TABLES,
    "CREATE TABLE component (root INTEGER PRIMARY KEY, size INT, point REAL)",
    "CREATE TABLE member (root INT, stratum INT)",
)
_LARGEST_FIRST = """
    SELECT root, point, stratum, count(*) FROM member CROSS JOIN component USING (root)
    GROUP BY size, point, root, stratum ORDER BY size DESC, point, root, stratum
"""


@dataclass(frozen=True, slots=True)
class Splitting:
    """How to split. `columns` are those whose texts are compared (None: all but `column`, into which the part is written)."""

    parts: Parts
    ties: Ties
    stratify: str | None = None
    seed: int = 42
    column: str = "split"
    similarity: float = 0.7
    columns: tuple[str, ...] | None = None
    exactly: bool = True
    """Whether numbers of rows that are not those that are there are an error."""


@dataclass(slots=True)
class Split:
    """What came of it. `part_of[number]` is the part of each row by its place, NO_PART for none; `wanted` and `got` are rows by part and
    stratum; `largest` says which rows hang together in the largest component, and by which ties."""

    part_of: array[int]
    names: tuple[str, ...]
    strata: list[str]
    wanted: list[list[int]]
    got: list[list[int]]
    components: int = 0
    largest: dict[str, Any] = field(default_factory=dict)
    without_source: int = 0
    comparisons_left_out: int = 0

    def dump(self) -> dict[str, Any]:
        """As plain data: sizes wanted and got, by part and by stratum, and why they differ where they do."""
        sizes = {name: {"wanted": sum(self.wanted[p]), "got": sum(self.got[p])} for p, name in enumerate(self.names)}
        cells = {
            stratum: {name: {"wanted": self.wanted[p][s], "got": self.got[p][s]} for p, name in enumerate(self.names)}
            for s, stratum in enumerate(self.strata)
        }
        return {
            "parts": sizes, "strata": cells, "components": self.components, "largest": self.largest,
            "without_source": self.without_source, "without_part": self.part_of.count(NO_PART),
            "comparisons_left_out": self.comparisons_left_out, "misses": [*self._misses(sizes)],
        }  # fmt: skip

    def _misses(self, sizes: dict[str, dict[str, int]]) -> Iterator[str]:
        why = f"rows that are tied together stay together, and the largest {self.largest.get('rows', 0):,} hang together by {self._by()}"
        for name, size in sizes.items():
            if size["wanted"] != size["got"]:
                yield f"{name} has {size['got']:,} rows where {size['wanted']:,} were wanted: {why}{'' if size['got'] else HINT}"

    def _by(self) -> str:
        return ", ".join(f"{count:,} {kind}" for kind, count in self.largest.get("ties", {}).items()) or "nothing else"


def split(waves: Sequence[Rows], terms: Splitting, folder: Path) -> Split:
    """Split the rows; those of earlier waves are placed as if no later ones had come.

    Raises:
        Invalid: a column that no row has, or too many strata.
    """
    with ExitStack() as stack:
        db = stack.enter_context(tables(folder, *_TABLES))
        likeness = _likeness(terms, folder, stack)
        found = Tied(db, terms.ties, likeness, terms.stratify, terms.columns or (), terms.column)
        ends = [found.read(rows) for rows in waves]
        found.require_columns()
        if likeness is not None:
            found.match(likeness)
        placing = _Placing(db, terms, found)
        for start, end in zip([0, *ends], ends, strict=False):
            placing.place(start, end)
        return placing.outcome(likeness.left_out if likeness else 0)


def _likeness(terms: Splitting, folder: Path, stack: ExitStack) -> Likeness | None:
    if not terms.ties.near:
        return None
    return stack.enter_context(Likeness(folder, terms.similarity, terms.columns, without=terms.column))


class _Placing:
    """Puts components into parts, wave by wave."""

    def __init__(self, db: sqlite3.Connection, terms: Splitting, found: Tied) -> None:
        self.db, self.terms, self.found = db, terms, found
        self.part_of = array("b", [NO_PART]) * len(found.stratum_of)
        self.names = terms.parts.names
        self.wanted: list[list[int]] = [[0] * max(len(found.strata), 1) for _ in self.names]
        self.components = Components(0)

    def place(self, start: int, end: int) -> None:
        """Give the rows from `start` to `end` their parts; those before have theirs."""
        self.components = components = self.found.components(end)
        pins, torn = self._pins(components, start)
        part_of_root = array("b", [NO_PART]) * end
        for root, part in pins.items():
            part_of_root[root] = part
        for root in torn:
            part_of_root[root] = NO_PART
        need = self._need(components, pins, torn, start, end)
        self._sort(components, {*pins, *torn}, start, end)
        for root, part in self._chosen(need, end):
            part_of_root[root] = part
        for number in range(start, end):
            self.part_of[number] = part_of_root[components.root(number)]

    def _pins(self, components: Components, start: int) -> tuple[dict[int, int], set[int]]:
        """The parts of the components that have placed rows, and the components that have rows of two parts."""
        pins: dict[int, int] = {}
        torn: set[int] = set()
        for number in range(start):
            root, part = components.root(number), self.part_of[number]
            if part != NO_PART and pins.setdefault(root, part) != part:
                torn.add(root)
        return pins, torn

    def _need(self, components: Components, pins: dict[int, int], torn: set[int], start: int, end: int) -> list[list[int]]:
        """How many rows of each stratum each part lacks, once the new rows that follow placed ones are there."""
        counts, taken = [0] * max(len(self.found.strata), 1), [[0] * max(len(self.found.strata), 1) for _ in self.names]
        for number in range(end):
            root, stratum = components.root(number) if pins else number, self.found.stratum_of[number]
            part = self.part_of[number] if number < start else pins.get(root, NO_PART)
            if number >= start and root in torn:
                continue
            counts[stratum] += 1
            if part != NO_PART:
                taken[part][stratum] += 1
        self.wanted = self._quotas(counts)
        return [[w - t for w, t in zip(*both, strict=True)] for both in zip(self.wanted, taken, strict=True)]

    def _quotas(self, counts: Sequence[int]) -> list[list[int]]:
        """By part and stratum; rounded in the order of the strata's values, not of their arrival."""
        by_value = [number for _, number in sorted(self.found.strata.items())] or [0]
        found = quotas([counts[stratum] for stratum in by_value], self._shares(sum(counts)))
        place = {stratum: at for at, stratum in enumerate(by_value)}
        return [[part[place[stratum]] for stratum in range(len(counts))] for part in found]

    def _sort(self, components: Components, placed: set[int], start: int, end: int) -> None:
        """Fill the tables with the components that are still to be placed."""
        found, size = self.found, array("I", bytes(4 * end))
        least = array("I", range(end))
        for number in range(start, end):
            root = components.root(number)
            size[root] += 1
            if found.name(number) < found.name(least[root]):
                least[root] = number
        roots = (root for root in range(start, end) if size[root] and root not in placed)
        salt = f"split {self.terms.seed}"
        self.db.execute("DELETE FROM component")
        self.db.execute("DELETE FROM member")
        fill(self.db, "INSERT INTO component VALUES (?, ?, ?)", ((root, size[root], share(found.name(least[root]).hex(), salt)) for root in roots))
        numbers = range(start, end)
        fill(self.db, "INSERT INTO member VALUES (?, ?)", ((components.root(number), found.stratum_of[number]) for number in numbers))

    def _chosen(self, need: list[list[int]], end: int) -> Iterator[tuple[int, int]]:
        """Each component with its part, the largest first."""
        shares = _shares_of(self.wanted) if self.terms.parts.counted else self._shares(end)
        cursor = self.db.execute(_LARGEST_FIRST)
        last: tuple[int, float] | None = None
        strata: list[tuple[int, int]] = []
        while batch := cursor.fetchmany(BATCH):
            for root, point, stratum, count in batch:
                if last is not None and root != last[0]:
                    yield last[0], _take(need, strata, _preferred(shares, last[1]))
                    strata = []
                last = (root, point)
                strata.append((stratum, count))
        if last is not None:
            yield last[0], _take(need, strata, _preferred(shares, last[1]))

    def _shares(self, rows: int) -> tuple[float, ...]:
        return self.terms.parts.shares(rows, exactly=self.terms.exactly)

    def outcome(self, left_out: int) -> Split:
        """What has come of it."""
        got = [[0] * max(len(self.found.strata), 1) for _ in self.names]
        sizes = array("I", bytes(4 * len(self.components)))
        for number, part in enumerate(self.part_of):
            sizes[self.components.root(number)] += 1
            if part != NO_PART:
                got[part][self.found.stratum_of[number]] += 1
        strata = [label(value.decode()) for value in self.found.strata] if self.terms.stratify else []
        return Split(
            self.part_of, self.names, strata, self.wanted, got, len(sizes) - sizes.count(0), self._largest(sizes),
            self.found.without_source if self.terms.ties.source else 0, left_out,
        )  # fmt: skip

    def _largest(self, sizes: array[int]) -> dict[str, Any]:
        if not sizes:
            return {}
        root = sizes.index(max(sizes))
        return {"rows": sizes[root], "row": self.found.name(root).hex(), "ties": self.found.by_kind(self.components, root)}


def _shares_of(wanted: Sequence[Sequence[int]]) -> tuple[float, ...]:
    total = max(1, sum(map(sum, wanted)))
    return tuple(sum(rows) / total for rows in wanted)


def _preferred(shares: Sequence[float], point: float) -> int:
    """The part in whose stretch of [0, 1) the point lies."""
    for part, size in enumerate(shares):
        point -= size
        if point < 0:
            return part
    return max(range(len(shares)), key=lambda part: shares[part])


def _take(need: list[list[int]], strata: Sequence[tuple[int, int]], preferred: int) -> int:
    """The part that the rows of a component go into: the preferred one if it lacks them all, else where they bring the numbers of rows
    nearest to those that are wanted (least squares). Its need is less by them, and may come to be negative."""

    def worse(part: int) -> int:
        return sum(count * (count - 2 * need[part][stratum]) for stratum, count in strata)

    part = preferred
    if any(count > need[part][stratum] for stratum, count in strata):
        part = min(range(len(need)), key=lambda one: (worse(one), one != preferred, one))
    for stratum, count in strata:
        need[part][stratum] -= count
    return part
