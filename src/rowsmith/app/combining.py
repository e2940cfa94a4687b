"""Several datasets put into one."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import Any, Literal

from rowsmith.app.lab import Lab
from rowsmith.app.reshaping import Lent, Shaped, Unmoved, commit, let_through, named, scratch, step, target
from rowsmith.core.errors import Invalid, choose
from rowsmith.core.ids import content_hash, source_id
from rowsmith.core.row import Dropped, Row
from rowsmith.steps.filter.duplicates import Duplicates
from rowsmith.steps.filter.near_duplicates import NearDuplicates
from rowsmith.steps.likeness import SHINGLE, layout
from rowsmith.steps.scratch import tables
from rowsmith.store.datasets import Datasets
from rowsmith.store.versions import Version

EXAMPLES = 10
_SEEN = "CREATE TABLE seen (id BLOB PRIMARY KEY, content BLOB) WITHOUT ROWID"


@dataclass(slots=True)
class _Combined:
    """The rows of several versions one after another, each id once (core.ports.Rows)."""

    lab: Lab
    sources: Mapping[str, Version]
    folder: Path
    twice: int = 0
    renamed: int = 0
    columns: set[str] = field(default_factory=set)
    count: int | None = None

    def __len__(self) -> int:
        if self.count is None:
            self.count = sum(1 for _ in self)
        return self.count

    def __iter__(self) -> Iterator[Row]:
        self.twice = self.renamed = 0
        with tables(self.folder, _SEEN) as seen:
            for spoken, version in self.sources.items():
                for row in Datasets(self.lab.db).rows(version):
                    self.columns |= row.data.keys()
                    yield from self._once(seen, spoken, row)

    def _once(self, seen: sqlite3.Connection, spoken: str, row: Row) -> Iterator[Row]:
        content = content_hash(row.data)
        if _new(seen, row.id, content):
            yield row
        elif seen.execute("SELECT content FROM seen WHERE id = ?", (bytes.fromhex(row.id),)).fetchone()[0] == content:
            self.twice += 1
        else:
            other = replace(row, id=source_id(f"combined with {spoken}", row.id, 0), origin={**row.origin, "parents": [row.id]})
            if _new(seen, other.id, content):
                self.renamed += 1
                yield other


def _new(seen: sqlite3.Connection, name: str, content: bytes) -> bool:
    return seen.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", (bytes.fromhex(name), content)).rowcount == 1


def combined(
    lab: Lab, project: str, datasets: Sequence[str], into: str, dedup: Literal["exact", "near"] | None, similarity: float,
    compare: Sequence[str] | None,
) -> Shaped:  # fmt: skip
    """See app.shaping.Shaping.combine."""
    if len(datasets) < 2 or len(set(datasets)) < len(datasets):
        raise Invalid("Combining takes two datasets or more, each named once.", "rowsmith combine ONE OTHER --into NAME")
    if dedup not in (None, "exact", "near"):
        raise Invalid(f"{dedup!r} is no way to find duplicates.", choose(str(dedup), ["exact", "near"]))
    at = [target(lab, project, spoken, into) for spoken in datasets]
    with scratch(lab) as folder:
        rows = _Combined(lab, {one.spoken: one.version for one in at}, folder)
        dropped: Counter[str] = Counter()
        examples: list[dict[str, str]] = []

        def note(verdict: Dropped) -> None:
            dropped[verdict.reason] += 1
            if len(examples) < EXAMPLES:
                examples.append({"row": verdict.id, "why": verdict.detail})

        through = _deduplicated(rows, dedup, similarity, compare, folder, note)
        how = f", without {dedup} duplicates" if dedup else ""
        message = f"combined {', '.join(map(named, at))}{how}"
        made = commit(lab, project, at[0], through, message, alone=True)
        report = {
            "sources": {one.spoken: len(one.rows) for one in at}, "same_row": rows.twice, "given_new_ids": rows.renamed,
            "dropped": dict(dropped), "examples": examples,
        }  # fmt: skip
    return Shaped(at[0].dataset, at[0].branch, made.id, sum(len(one.rows) for one in at), made.rows, report)


def _deduplicated(
    rows: _Combined, dedup: str | None, similarity: float, compare: Sequence[str] | None, folder: Path, note: Any
) -> Iterator[Row]:  # fmt: skip
    if dedup is None:
        return iter(rows)
    permutations, bands = layout(similarity)
    settings: dict[str, Any] = {"columns": None if compare is None else list(compare)}
    near = {"similarity": similarity, "shingle": SHINGLE, "permutations": permutations, "bands": bands}
    which: Any = step(Duplicates, settings) if dedup == "exact" else step(NearDuplicates, {**settings, **near})
    verdicts = let_through(which.all(rows, Unmoved(), Lent(which.title, folder)), note)
    return chain(verdicts, _columns_are_there(rows, compare))


def _columns_are_there(rows: _Combined, compare: Sequence[str] | None) -> Iterator[Row]:
    """No row; but nothing is committed when a column that is compared is nowhere."""
    for name in compare or ():
        if name not in rows.columns:
            raise Invalid(f"No row has a column {name!r}.", choose(name, sorted(rows.columns)))
    yield from ()
