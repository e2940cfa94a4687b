"""Editing rows by hand: uncommitted edits of a branch, which `History.commit` makes its next version."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rowsmith.app.lab import Lab
from rowsmith.core.errors import Invalid, NotFound
from rowsmith.core.expressions import parse
from rowsmith.core.ids import cleaned, made_by_hand
from rowsmith.core.row import Json, Row
from rowsmith.store import edits as store
from rowsmith.store.datasets import MAIN, Datasets
from rowsmith.store.refs import Refs

_ID = re.compile("[0-9a-fA-F]{32}")


@dataclass(frozen=True, slots=True)
class Edited:
    """A row of a branch as it stands, edits included. `data` None: it is removed. `token` is what the next editor has to have seen.
    `edited`: it has an uncommitted edit."""

    row: str
    data: dict[str, Json] | None
    token: str
    edited: bool


class Edits:
    """The uncommitted edits of the datasets of one project. A dataset is spoken of as `name` or `name@branch`."""

    def __init__(self, lab: Lab, project: str) -> None:
        self.lab = lab
        self.project = project
        self._store = Datasets(lab.db)

    def list(self, spoken: str) -> Sequence[store.Edit]:
        """The uncommitted edits of a branch, by row id."""
        return list(self._of(spoken))

    def get(self, spoken: str, row: str) -> Edited:
        """A row as it stands.

        Raises:
            NotFound: there is none.
        """
        return _edited(row_id(row), self._of(spoken).standing(row_id(row)))

    def set(
        self, spoken: str, row: str, values: Mapping[str, Json], *, without: Sequence[str] = (), seen: str | None = None
    ) -> Edited:
        """Give columns of a row new values, and take columns away (`without`). Other columns stay what they are, whoever edits them meanwhile.

        `seen`: the token of the row that the editor saw; the edit is refused when it is another one now.

        Raises:
            Stale: the row is not what was seen, or has been removed; says what it is now.
            Invalid: a column to take away is not there.
        """

        def make(there: Row) -> dict[str, Json]:
            if missing := [name for name in without if name not in there.data]:
                raise Invalid(f"Row {row} has no column {missing[0]!r}.", f"It has: {', '.join(sorted(there.data))}.")
            return {name: value for name, value in {**there.data, **values}.items() if name not in without}

        return _edited(row_id(row), self._of(spoken).change(row_id(row), make, self.lab.who, seen=seen))

    def set_where(
        self, spoken: str, where: str, values: Mapping[str, Json] | Callable[[Mapping[str, Json]], Mapping[str, Json]], *,
        without: Sequence[str] = (),
    ) -> int:  # fmt: skip
        """The same for every row of the branch that a condition lets through, edits and reviews included; how many were edited. `values` may be a
        function of what a row says.

        Raises:
            Invalid: the condition cannot be read.
        """
        from rowsmith.app.reviews import Reviews, let_through

        rows = Reviews(self.lab, self.project).beside(spoken, self.standing(spoken))
        found = [
            (row.id, values(row.data) if callable(values) else values, [column for column in without if column in row.data])
            for row, _ in let_through(rows, parse(where))
        ]  # fmt: skip
        for name, given, gone in found:
            self.set(spoken, name, given, without=gone)
        return len(found)

    def add(self, spoken: str, data: Mapping[str, Json]) -> Edited:
        """A new row, behind all others.

        Raises:
            Invalid: it says nothing.
        """
        if not data:
            raise Invalid("A row without columns says nothing.", 'Give it some: --add \'{"input": "...", "answer": "..."}\'.')
        name = made_by_hand()
        origin = {"source": {"name": "hand"}, "edits": [{"by": self.lab.who, "columns": sorted(data)}]}
        edits = self._of(spoken)
        edits.add(Row(name, bytes.fromhex(name), cleaned(dict(data)), {}, origin), self.lab.who)
        return _edited(name, edits.standing(name))

    def remove(self, spoken: str, row: str, *, seen: str | None = None) -> Edited:
        """Take a row away.

        Raises:
            Stale: it is not what was seen.
        """
        edits = self._of(spoken)
        edits.remove(row_id(row), self.lab.who, seen=seen)
        return Edited(row_id(row), None, store.REMOVED, True)

    def discard(self, spoken: str, row: str | None = None) -> int:
        """Give up the uncommitted edits of a row or, where none is named, of the branch; how many there were."""
        return self._of(spoken).discard(None if row is None else row_id(row))

    def standing(self, spoken: str) -> Iterator[Row]:
        """The rows of a branch as they stand, edits included; new ones last."""
        edited = {edit.id: edit for edit in self._of(spoken)}
        name, _, branch = spoken.partition("@")
        if self._store.versions(self.project, name):
            for row in self._store.rows(self._store.resolve(self.project, f"{name}@{branch or MAIN}")):
                if (edit := edited.pop(row.id, None)) is None:
                    yield row
                elif edit.data is not None:
                    yield Row(row.id, row.order, edit.data, edit.scores, edit.origin)
        yield from (Row(edit.id, edit.key, edit.data, edit.scores, edit.origin) for edit in edited.values() if edit.data is not None)

    def _of(self, spoken: str) -> store.Edits:
        name, _, branch = spoken.partition("@")
        dataset = self._store.get(self.project, name)
        if branch and branch != MAIN:
            Refs(self.lab.db, dataset).get(branch, "branch")
        return store.Edits(self.lab.db, dataset.n, branch or MAIN)


def row_id(row: str) -> str:
    """A row's id as it is kept.

    Raises:
        NotFound: it can be none.
    """
    if not _ID.fullmatch(row):
        raise NotFound(f"There is no row {row!r}.", "Give its whole id, 32 hexadecimal digits, as rowsmith rows --json shows it.")
    return row.lower()


def _edited(row: str, stands: store.Standing) -> Edited:
    return Edited(row, stands.row.data if stands.row else None, stands.token, stands.edit is not None)


