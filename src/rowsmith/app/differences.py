"""Differences of datasets: between two versions, or between a branch and its uncommitted edits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from heapq import nsmallest
from typing import Any, Literal

from rowsmith.app.lab import Lab
from rowsmith.core.merge import MISSING, same
from rowsmith.core.row import Json, Row
from rowsmith.core.statistics import Statistics
from rowsmith.store.datasets import MAIN, Datasets
from rowsmith.store.diffs import Difference, RowDifference, diff, row_differences, shown
from rowsmith.store.edits import Edits
from rowsmith.store.refs import Refs
from rowsmith.store.statistics import changed, cheaply
from rowsmith.store.trees import Trees
from rowsmith.store.versions import Version

FEW = 10_000
"""Rows that are read to tell what became of the figures."""
Change = Literal["added", "removed", "changed"]


@dataclass(frozen=True, slots=True)
class Cell:
    """A field of a row that differs: what it was and is; MISSING where it is not there."""

    old: Any
    new: Any


@dataclass(frozen=True, slots=True)
class Changed:
    """A row that differs: `fields` maps columns (and `scores.NAME`) to what differs; of one that was added or removed, all of them."""

    row: str
    change: Change
    fields: dict[str, Cell]

    def dump(self) -> dict[str, Any]:
        """As plain data: fields have `old` and `new` where they are there."""
        sides = {name: {"old": cell.old, "new": cell.new} for name, cell in self.fields.items()}
        there = {name: {side: value for side, value in pair.items() if value is not MISSING} for name, pair in sides.items()}
        return {"row": self.row, "change": self.change, "fields": there}


@dataclass(frozen=True, slots=True)
class Differing:
    """What differs between two states of a dataset. `old` and `new` name them (None: uncommitted edits). `fields` counts the rows in which
    a column differs, over all changed rows; `rows` lists the first that differ, in the order of the dataset. `statistics` are the figures of
    both sides (core.statistics.Statistics.brief); None where they are not counted yet and that would mean reading many rows."""

    old: str | None
    new: str | None
    added: int
    removed: int
    changed: int
    fields: dict[str, int]
    rows: tuple[Changed, ...]
    statistics: dict[str, dict[str, Any]] | None = None

    def dump(self) -> dict[str, Any]:
        """As plain data."""
        counts = {name: getattr(self, name) for name in ("old", "new", "added", "removed", "changed", "fields")}
        return {**counts, "rows": [row.dump() for row in self.rows], "shown": len(self.rows), "statistics": self.statistics}


class Differences:
    """The differences of the datasets of one project."""

    def __init__(self, lab: Lab, project: str) -> None:
        self.lab = lab
        self.project = project
        self._store = Datasets(lab.db)

    def between(self, name: str, old: str, new: str = "", *, start: int = 0, limit: int | None = 20) -> Differing:
        """From one version of a dataset to another (default: the head of `name`, which may be `name@branch`); lists at most `limit` rows, from
        number `start` on.

        Raises:
            NotFound: there is no such dataset or version.
        """
        dataset = name.partition("@")[0]
        one, other = (self._version(dataset, spoken) for spoken in (old, new or name))
        trees = Trees(self.lab.db)
        counts: Counter[Change] = Counter()
        fields: Counter[str] = Counter()
        for difference in self._changed(shown(self.lab.db, other.dataset, diff(trees, one.root, other.root)), counts):
            fields.update(_row(difference).fields.keys())
        stand_first = shown(self.lab.db, other.dataset, diff(trees, one.root, other.root))
        listed = nsmallest(start + limit, stand_first, key=_standing) if limit is not None else sorted(stand_first, key=_standing)
        rows = tuple(map(_row, row_differences(self.lab.db, listed[start:])))
        sides = self._figures(one, other)
        return Differing(one.id, other.id, counts["added"], counts["removed"], counts["changed"], _most(fields), rows, sides)

    def uncommitted(self, spoken: str, *, start: int = 0, limit: int | None = 20) -> Differing:
        """From a branch's head to its uncommitted edits.

        Raises:
            NotFound: there is no such dataset or branch.
        """
        name, _, branch = spoken.partition("@")
        dataset = self._store.get(self.project, name)
        if branch and branch != MAIN:
            Refs(self.lab.db, dataset).get(branch, "branch")
        edits = Edits(self.lab.db, dataset.n, branch or MAIN)
        head = self._store.resolve(self.project, f"{name}@{branch or MAIN}") if self._store.versions(self.project, name) else None
        differing = [found for edit in edits if _row(found := self._edited(edits, edit.id)).fields]
        rows = list(map(_row, differing))
        counts = Counter(row.change for row in rows)
        fields = Counter(field for row in rows if row.change == "changed" for field in row.fields)
        listed = tuple(rows[start:] if limit is None else rows[start : start + limit])
        old = head.id if head else None
        sides = self._edited_figures(head, differing)
        return Differing(old, None, counts["added"], counts["removed"], counts["changed"], _most(fields), listed, sides)

    def _changed(self, differences: Iterator[Difference], counts: Counter[Change]) -> Iterator[RowDifference]:
        """Those in which a row says something else; all are counted."""

        def seen() -> Iterator[Difference]:
            for difference in differences:
                change = _change(difference.old, difference.new)
                counts[change] += 1
                if change == "changed":
                    yield difference

        return row_differences(self.lab.db, seen())

    def _edited(self, edits: Edits, name: str) -> RowDifference:
        stands = edits.standing(name)
        old = self._store.at(stands.entry) if stands.entry else None
        return RowDifference(name, old, stands.row)

    def _figures(self, one: Version, other: Version) -> dict[str, dict[str, Any]] | None:
        """Those of both, counted where that means few rows."""
        old = cheaply(self.lab.db, one, FEW, near=other)
        new = cheaply(self.lab.db, other, FEW, near=one)
        return {"old": old.brief(), "new": new.brief()} if old and new else None

    def _edited_figures(self, head: Version | None, edits: Sequence[RowDifference]) -> dict[str, dict[str, Any]] | None:
        old = Statistics() if head is None else cheaply(self.lab.db, head, FEW)
        if old is None:
            return None
        new = deepcopy(old)
        for edit in edits:
            changed(new, edit.old.data if edit.old else None, edit.new.data if edit.new else None)
        new.duplicates = None
        return {"old": old.brief(), "new": new.brief()}

    def _version(self, dataset: str, spoken: str) -> Version:
        return self._store.resolve(self.project, spoken if spoken.partition("@")[0] == dataset else f"{dataset}@{spoken}")


def _change(old: object, new: object) -> Change:
    return "added" if old is None else "removed" if new is None else "changed"


def _row(difference: RowDifference) -> Changed:
    old, new = _said(difference.old), _said(difference.new)
    cells = {name: Cell(old.get(name, MISSING), new.get(name, MISSING)) for name in dict.fromkeys((*old, *new))}
    return Changed(difference.id, _change(difference.old, difference.new), {n: c for n, c in cells.items() if not same(c.old, c.new)})


def _said(row: Row | None) -> dict[str, Json]:
    return {} if row is None else {**row.data, **{f"scores.{name}": value for name, value in row.scores.items()}}


def _standing(difference: Difference) -> tuple[bytes, bytes]:
    entry = difference.new or difference.old
    assert entry is not None
    return entry.key, difference.place


def _most(fields: Counter[str]) -> dict[str, int]:
    return dict(sorted(fields.items(), key=lambda item: (-item[1], item[0])))


