"""Samples of rows: random, stratified, weighted, the top ones, diverse. All by row ids and a seed, whatever the order of the rows.

Weighted: Efraimidis and Spirakis, "Weighted random sampling with a reservoir" (2006), algorithm A-Res, without replacement: a row's key
is u^(1/w), the greatest keys are taken; u is a hash of the row's id. The keys are compared by -ln(u)/w, which orders them the same.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from heapq import nsmallest
from math import isfinite, log
from pathlib import Path
from typing import Any, Literal

from rowsmith.core.errors import Invalid, choose
from rowsmith.core.expressions import named, parse_value
from rowsmith.core.ids import canonical, share
from rowsmith.core.ports import Rows
from rowsmith.core.row import Row
from rowsmith.steps.diverse import MOST, farthest, pool_size, sketches
from rowsmith.steps.ranking import TABLE, Ranked, equal, first, label, proportional, rank
from rowsmith.steps.scratch import tables
from rowsmith.steps.shingles import text_of

How = Literal["random", "stratified", "weighted", "top", "diverse"]
BESIDE = frozenset({"scores", "origin", "id"})
"""What an expression can name beside the columns."""
EXAMPLES = 5
UNUSABLE = 2
NEVER = "never"
"""The class of rows whose weight is 0: no sample takes them. (No stratum is called so: theirs are written as JSON.)"""


@dataclass(frozen=True, slots=True)
class Sampling:
    """What to take. `by`: the column of strata (stratified), an expression for the weight (weighted) or the value (top), or the column
    whose text is compared (diverse; empty: all with text). `equal_strata`: as many of each stratum; else as many as its share."""

    how: How
    by: str = ""
    seed: int = 42
    equal_strata: bool = False


@dataclass(slots=True)
class Sample:
    """`chosen[number]` is 1 for a row that is taken, UNUSABLE for one without a usable weight or value, else 0; `strata` say how many there
    were and are taken, by stratum; `unusable` rows are so many, `examples` some of them with what they have; `pool` is how many rows were
    looked at, where not all were."""

    chosen: bytearray
    strata: dict[str, dict[str, int]] = field(default_factory=dict)
    unusable: int = 0
    examples: list[str] = field(default_factory=list)
    pool: int | None = None


def sample(rows: Rows, n: int, terms: Sampling, folder: Path) -> Sample:
    """Choose `n` rows, fewer where there are not so many that can be chosen.

    Raises:
        Invalid: no row has the column, or too many are wanted for a diverse sample.
    """
    with tables(folder, TABLE) as db:
        if terms.how == "diverse":
            return _diverse(db, rows, n, terms)
        out = Sample(bytearray())
        columns = _Columns(terms)
        unusable = bytearray()
        counts = rank(db, _ranked(rows, terms, out, columns, unusable))
        columns.require(len(rows))
        counts.pop(NEVER, None)
        quotas = equal(counts, n) if terms.equal_strata else proportional(counts, n)
        out.chosen = first(db, quotas, len(rows))
        for number in range(len(rows)):
            out.chosen[number] |= unusable[number]
        if terms.how == "stratified":
            out.strata = {label(name): {"rows": counts[name], "taken": quotas[name]} for name in counts}
        return out


class _Columns:
    """The columns that are used, and whether any row has them."""

    def __init__(self, terms: Sampling) -> None:
        names = parse_value(terms.by).columns - BESIDE if terms.how in ("weighted", "top") else {terms.by} - {""}
        self._missing, self._seen = set(names), set[str]()

    def look(self, row: Row) -> None:
        if self._missing:
            self._missing = {name for name in self._missing if name not in row.data and named(row, name) is None}
            self._seen |= row.data.keys()

    def require(self, rows: int) -> None:
        if self._missing and rows:
            name = min(self._missing)
            raise Invalid(f"No row has a column {name!r}.", choose(name, sorted(self._seen)))


def _ranked(rows: Rows, terms: Sampling, out: Sample, columns: _Columns, unusable: bytearray) -> Iterator[Ranked]:
    ranking = _rankings(terms)
    for number, row in enumerate(rows):
        columns.look(row)
        found = ranking(row, number)
        unusable.append(UNUSABLE if found is None else 0)
        if found is None:
            out.unusable += 1
            if len(out.examples) < EXAMPLES:
                out.examples.append(f"row {row.id}: {_shown(parse_value(terms.by).value(row.scope))}")
        else:
            yield (*found, number)


def _rankings(terms: Sampling) -> Callable[[Row, int], tuple[str, float, bytes] | None]:
    """How a row is ranked: class, rank, and what decides a tie. None: it cannot be."""
    salt = f"sample {terms.seed}"
    if terms.how == "stratified":
        return lambda row, _: (canonical(named(row, terms.by)).decode(), share(row.id, salt), bytes.fromhex(row.id))
    if terms.how == "random":
        return lambda row, _: ("", share(row.id, salt), bytes.fromhex(row.id))
    value = parse_value(terms.by)

    def weighted(row: Row, _: int) -> tuple[str, float, bytes] | None:
        weight = number_of(value.value(row.scope))
        if weight is None or weight < 0:
            return None
        if not weight:
            return NEVER, 0.0, b""
        return "", -log(share(row.id, salt) or 2.0**-65) / weight, bytes.fromhex(row.id)  # the hash may be 0, which has no logarithm

    def top(row: Row, number: int) -> tuple[str, float, bytes] | None:
        found = number_of(value.value(row.scope))
        return None if found is None else ("", -found, number.to_bytes(8, "big"))

    return weighted if terms.how == "weighted" else top


def number_of(value: Any) -> float | None:
    """The finite number that a value is; None when it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    number = float(value)
    return number if isfinite(number) else None


def _shown(value: Any) -> str:
    return "nothing" if value is None else " ".join(str(value).split())[:40]


def _diverse(db: sqlite3.Connection, rows: Rows, n: int, terms: Sampling) -> Sample:
    if n > MOST:
        raise Invalid(f"A diverse sample can have {MOST:,} rows, not {n:,}.", "Take fewer, or drop near-duplicates: rowsmith combine --dedup near.")
    size, salt, columns = pool_size(n), f"sample {terms.seed}", _Columns(terms)
    out = Sample(bytearray(len(rows)), pool=size if len(rows) > size else None)
    numbers: Sequence[tuple[float, int]] = nsmallest(size, _points(rows, salt, columns))
    columns.require(len(rows))
    place = {number: at for at, (_, number) in enumerate(numbers)}
    points = [0] * len(numbers)
    wanted = (row for number, row in enumerate(rows) if number in place)
    texts = (text_of(row.data, [terms.by] if terms.by else None) for row in wanted)
    for number, sketch in zip(sorted(place), sketches(texts), strict=True):
        points[place[number]] = sketch
    for at in farthest(points, n):
        out.chosen[numbers[at][1]] = 1
    return out


def _points(rows: Rows, salt: str, columns: _Columns) -> Iterator[tuple[float, int]]:
    for number, row in enumerate(rows):
        columns.look(row)
        yield share(row.id, salt), number
