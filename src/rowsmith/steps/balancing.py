"""Classes made balanced by leaving rows out: the same number of each, at most so many of each, or in given shares.

Which rows stay is chosen by a seeded hash of their ids. Rows are never repeated to fill a small class up: a copy has no id of its own, it
teaches nothing new, and a split would have to keep it beside its twin. Give small classes weight in training, or generate more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rowsmith.core.errors import Invalid, choose
from rowsmith.core.expressions import named
from rowsmith.core.ids import canonical, share
from rowsmith.core.ports import Rows
from rowsmith.core.row import Row
from rowsmith.steps.ranking import TABLE, Ranked, first, in_shares, rank
from rowsmith.steps.scratch import tables


@dataclass(frozen=True, slots=True)
class Balancing:
    """`by` names the column of classes. `cap`: at most so many of each; `shares`: in these shares, by class; neither: as many of each as of
    the smallest."""

    by: str
    cap: int | None = None
    shares: Mapping[str, float] | None = None
    seed: int = 42


@dataclass(slots=True)
class Balance:
    """`chosen[number]` is 1 for a row that stays; `before` and `after` are rows by class; `without_class` rows say none, and do not stay."""

    chosen: bytearray
    before: dict[str, int] = field(default_factory=dict)
    after: dict[str, int] = field(default_factory=dict)
    without_class: int = 0


def balance(waves: Sequence[Rows], terms: Balancing, folder: Path) -> Balance:
    """Balance the classes of the last wave's rows; all rows of the waves before it stay, and are counted.

    Raises:
        Invalid: no row has the column, shares name a class that no row has or do not sum to 1, or there are too many classes.
    """
    *settled, new = waves
    with tables(folder, TABLE) as db:
        reading = _Reading(terms)
        kept = reading.counts(settled)
        counts = rank(db, reading.ranked(new))
        reading.require_column()
        every = {name: counts.get(name, 0) + kept.get(name, 0) for name in sorted({*counts, *kept})}
        quotas = {name: max(0, quota - kept.get(name, 0)) for name, quota in _quotas(every, terms).items()}
        chosen = first(db, quotas, len(new))
        taken = {name: min(quotas.get(name, 0), counts.get(name, 0)) for name in every}
        return Balance(chosen, every, {name: kept.get(name, 0) + taken[name] for name in every}, reading.without_class)


def class_of(row: Row, column: str) -> str | None:
    """The class that a row says (in a column, or at a dotted path): a text as it stands, anything else as JSON; None when it says none."""
    value = named(row, column)
    return value if value is None or isinstance(value, str) else canonical(value).decode()


def _quotas(counts: Mapping[str, int], terms: Balancing) -> dict[str, int]:
    if terms.cap is not None:
        return dict.fromkeys(counts, terms.cap)
    if terms.shares is None:
        return dict.fromkeys(counts, min(counts.values(), default=0))
    for name in terms.shares:
        if counts and name not in counts:
            raise Invalid(f"No row has the class {name!r} in column {terms.by!r}.", choose(name, list(counts)[:20]))
    return in_shares(counts, terms.shares)


class _Reading:
    def __init__(self, terms: Balancing) -> None:
        self._by, self._salt = terms.by, f"balance {terms.seed}"
        self.without_class = 0
        self._there = False
        self._columns: set[str] = set()

    def counts(self, waves: Sequence[Rows]) -> dict[str, int]:
        found: dict[str, int] = {}
        for rows in waves:
            for row in rows:
                if (name := class_of(row, self._by)) is not None:
                    found[name] = found.get(name, 0) + 1
        return found

    def ranked(self, rows: Rows) -> Iterator[Ranked]:
        for number, row in enumerate(rows):
            name = class_of(row, self._by)
            if not self._there:
                self._there = name is not None or self._by in row.data
                self._columns |= row.data.keys()
            if name is None:
                self.without_class += 1
            else:
                yield name, share(row.id, self._salt), bytes.fromhex(row.id), number

    def require_column(self) -> None:
        if self._columns and not self._there:
            raise Invalid(f"No row has a column {self._by!r}.", choose(self._by, sorted(self._columns)))
