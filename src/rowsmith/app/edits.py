"""Editing rows by hand: uncommitted edits of a branch, which `History.commit` makes its next version."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from rowsmith.app.lab import Lab
from rowsmith.app.looking import look
from rowsmith.core.errors import Conflict, Invalid, NotFound
from rowsmith.core.expressions import parse
from rowsmith.core.ids import cleaned, made_by_hand
from rowsmith.core.row import Json, Row
from rowsmith.store.acts import Act, Acts, Done, turn
from rowsmith.store.datasets import MAIN, Datasets
from rowsmith.store.edits import Edits as Store
from rowsmith.store.refs import Refs
from rowsmith.store.standing import REMOVED, Edit, Standing
from rowsmith.store.view import Look

T = TypeVar("T")
_ID = re.compile("[0-9a-fA-F]{32}")
Values = Mapping[str, Json] | Callable[[Mapping[str, Json]], Mapping[str, Json]]
"""New values by column, or what makes them of what a row says."""


@dataclass(frozen=True, slots=True)
class Edited:
    """A row of a branch as it stands, edits included. `data` None: it is removed. `token` is what the next editor has to have seen.
    `edited`: it has an uncommitted edit."""

    row: str
    data: dict[str, Json] | None
    token: str
    edited: bool


@dataclass(frozen=True, slots=True)
class Turned:
    """What was undone, or done again: `kind` set, add, remove or discard, when it was done first, how many `rows` it is about, and how many
    were `left` as they are, since they say something else by now."""

    kind: str
    done_at: float
    rows: int
    left: int


class Edits:
    """The uncommitted edits of the datasets of one project. A dataset is spoken of as `name` or `name@branch`."""

    def __init__(self, lab: Lab, project: str) -> None:
        self.lab = lab
        self.project = project
        self._store = Datasets(lab.db)

    def list(self, spoken: str) -> Sequence[Edit]:
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

        return _edited(row_id(row), self._of(spoken, "set").change(row_id(row), make, self.lab.who, seen=seen))

    def set_where(
        self, spoken: str, where: str | None, values: Values, *, without: Sequence[str] = (), search: str | None = None,
        besides: Sequence[str] = (), expected: int | None = None, marked: str | None = None,
    ) -> int:  # fmt: skip
        """The same for every row of the branch that a condition lets through, edits and reviews included; how many were edited. `values` may be a
        function of what a row says. It is one act, which can be undone.

        Args:
            where, search, besides, marked: as in `matching`.
            expected: how many rows it has to be about.

        Raises:
            Invalid: the condition cannot be read.
            Conflict: it is about another number of rows than was expected.
        """
        edits, found = self._of(spoken, "set"), self._expected(spoken, where, search, besides, expected, marked)
        return edits.change_all(found, partial(_made, values, without), self.lab.who)

    def remove_where(
        self, spoken: str, where: str | None, *, search: str | None = None, besides: Sequence[str] = (), expected: int | None = None,
        marked: str | None = None,
    ) -> int:  # fmt: skip
        """Take away every row that a condition lets through, in one act; how many. Arguments and errors as of `set_where`."""
        edits, found = self._of(spoken, "remove"), self._expected(spoken, where, search, besides, expected, marked)
        return edits.remove_all(found, self.lab.who)

    def matching(
        self, spoken: str, where: str | None, *, search: str | None = None, besides: Sequence[str] = (), marked: str | None = None
    ) -> Iterator[Row]:
        """The rows of a branch, as they stand, that an act on many would be about.

        Args:
            where: those for which this is true; None: all.
            search: those with these words.
            besides: ids of rows that are left out.
            marked: those of which a run of checks has found this: `r12:flag:pii` (app.quality_marks).
        """
        from rowsmith.app.quality_marks import marked_rows
        from rowsmith.app.reviews import Reviews, let_through

        out = set(map(row_id, besides))
        among = None if marked is None else marked_rows(self.lab, self.project, marked)
        condition = parse(where) if where is not None else None
        rows = self.standing(spoken) if search is None else iter(look(self.lab, self.project, spoken, Look(search=search), 0, None))
        let = let_through(Reviews(self.lab, self.project).beside(spoken, rows), condition)
        return (row for row, _ in let if row.id not in out and (among is None or row.id in among))

    def _expected(
        self, spoken: str, where: str | None, search: str | None, besides: Sequence[str], expected: int | None, marked: str | None
    ) -> Sequence[str]:
        return as_expected([row.id for row in self.matching(spoken, where, search=search, besides=besides, marked=marked)], expected)

    def add(self, spoken: str, data: Mapping[str, Json]) -> Edited:
        """A new row, behind all others.

        Raises:
            Invalid: it says nothing.
        """
        if not data:
            raise Invalid("A row without columns says nothing.", 'Give it some: --add \'{"input": "...", "answer": "..."}\'.')
        name = made_by_hand()
        origin = {"source": {"name": "hand"}, "edits": [{"by": self.lab.who, "columns": sorted(data)}]}
        edits = self._of(spoken, "add")
        edits.add(Row(name, bytes.fromhex(name), cleaned(dict(data)), {}, origin), self.lab.who)
        return _edited(name, edits.standing(name))

    def remove(self, spoken: str, row: str, *, seen: str | None = None) -> Edited:
        """Take a row away.

        Raises:
            Stale: it is not what was seen.
        """
        edits = self._of(spoken, "remove")
        edits.remove(row_id(row), self.lab.who, seen=seen)
        return Edited(row_id(row), None, REMOVED, True)

    def discard(self, spoken: str, row: str | None = None) -> int:
        """Give up the uncommitted edits of a row or, where none is named, of the branch; how many there were."""
        return self._of(spoken, "discard").discard(None if row is None else row_id(row))

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

    def undo(self, spoken: str, *, skip_changed: bool = False) -> Turned:
        """Undo the newest act of who acts, which he has not undone yet, on a branch: its rows say again what they said before, all or none of
        them. An act is one edit, or one of many rows; a commit in between does not matter.

        `skip_changed`: rows that say something else by now stay as they are.

        Raises:
            NotFound: there is nothing to undo.
            NotAsMade: a row says something else than the act made of it; tells both.
        """
        return self._turn(spoken, undone=False, skip_changed=skip_changed)

    def redo(self, spoken: str, *, skip_changed: bool = False) -> Turned:
        """Do again what was undone last; arguments and errors as of `undo`. What is edited after an undo takes its place: then there is nothing
        to be done again."""
        return self._turn(spoken, undone=True, skip_changed=skip_changed)

    def acts(self, spoken: str) -> Sequence[Done]:
        """The acts of who acts on a branch that can be undone or done again, newest first."""
        return self._acts(spoken).list()

    def _turn(self, spoken: str, *, undone: bool, skip_changed: bool) -> Turned:
        acts, edits = self._acts(spoken), self._of(spoken)
        if (act := acts.next(undone=undone)) is None:
            what = "done again" if undone else "undone"
            raise NotFound(f"Nothing that {self.lab.who} did to {spoken} can be {what}.", "See what can: rowsmith edit DATASET --acts.")
        count, left = edits.put_back(partial(acts.backs, act), self.lab.who, lambda conn: turn(conn, act), skip_changed=skip_changed)
        return Turned(act.kind, act.at, count - left, left)

    def _acts(self, spoken: str) -> Acts:
        dataset, branch = self._branch(spoken)
        return Acts(self.lab.db, dataset, branch, self.lab.who)

    def _of(self, spoken: str, kind: str | None = None) -> Store:
        """The edits of a branch; `kind` names what is about to be done to them."""
        dataset, branch = self._branch(spoken)
        return Store(self.lab.db, dataset, branch, Act(self.lab.db, self.lab.who, kind) if kind else None)

    def _branch(self, spoken: str) -> tuple[int, str]:
        name, _, branch = spoken.partition("@")
        dataset = self._store.get(self.project, name)
        if branch and branch != MAIN:
            Refs(self.lab.db, dataset).get(branch, "branch")
        return dataset.n, branch or MAIN


def as_expected(found: Sequence[T], expected: int | None) -> Sequence[T]:
    """The rows that an act on many is about.

    Raises:
        Conflict: they are another number than was expected.
    """
    if expected is not None and len(found) != expected:
        raise Conflict(f"This is about {len(found):,} rows now, not {expected:,}.", "Look at them again, and say how many you saw.")
    return found


def row_id(row: str) -> str:
    """A row's id as it is kept.

    Raises:
        NotFound: it can be none.
    """
    if not _ID.fullmatch(row):
        raise NotFound(f"There is no row {row!r}.", "Give its whole id, 32 hexadecimal digits, as rowsmith rows --json shows it.")
    return row.lower()


def _edited(row: str, stands: Standing) -> Edited:
    return Edited(row, stands.row.data if stands.row else None, stands.token, stands.edit is not None)




def _made(values: Values, without: Sequence[str], row: Row) -> dict[str, Json]:
    given = values(row.data) if callable(values) else values
    return {name: value for name, value in {**row.data, **given}.items() if name not in without}
