"""Looking at rows: of a version, of a branch with its uncommitted edits, or of a run; filtered, searched, sorted, sampled."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from rowsmith.core.errors import Invalid, NotFound, Problem, choose
from rowsmith.core.expressions import parse
from rowsmith.core.review import require_known
from rowsmith.core.row import REVIEWS, Row
from rowsmith.core.slots import KEPT_STAGE
from rowsmith.store.datasets import MAIN, Datasets
from rowsmith.store.edits import Edits
from rowsmith.store.plain import PlainRows
from rowsmith.store.refs import Refs
from rowsmith.store.reviews import UNREVIEWED, Reviews
from rowsmith.store.runs import Runs
from rowsmith.store.sorting import read_sort
from rowsmith.store.stages import StageRows
from rowsmith.store.standing import Edit
from rowsmith.store.versions import Version
from rowsmith.store.view import Look, View

if TYPE_CHECKING:
    from rowsmith.app.lab import Lab

OF_RUN = "run:"


class Rows(Iterator[Row]):
    """Rows as a stream; `total` says how many there are to be seen in all, `shown` how many have come so far. `unknown`: names in the
    condition that no row has, and which may have been meant; rows may differ in their columns, so that this is no error."""

    def __init__(self, rows: Iterable[Row], total: int, unknown: Sequence[Problem] = ()) -> None:
        self._rows = iter(rows)
        self.total = total
        self.shown = 0
        self.unknown = tuple(unknown)

    def __next__(self) -> Row:
        row = next(self._rows)
        self.shown += 1
        return row


def look(lab: Lab, project: str, spoken: str, wanted: Look, start: int, limit: int | None, *, edits: bool = True) -> Rows:
    """The rows that are wanted, from number `start` on, at most `limit`. `edits`: lay uncommitted edits over when a branch is spoken of.

    Raises:
        NotFound: there is no such dataset, version or run, or no row has a column that is sorted by.
        Invalid: an expression or a search cannot be read, reviews have no such name, or a number is negative.
    """
    if start < 0 or (limit is not None and limit < 0):
        raise Invalid("Rows are counted from 0.", "Give a start and a limit of 0 or more.")
    named = {name for sort in wanted.sort for name in read_sort(sort).expression.columns} | (parse(wanted.where).columns if wanted.where else set())
    reviewed = REVIEWS in named
    if spoken.startswith(OF_RUN):
        return _of_run(lab, spoken.removeprefix(OF_RUN), replace(wanted, reviews=UNREVIEWED if reviewed else None), start, limit)
    version, changed = seen(lab, project, spoken, edits=edits)
    wanted = replace(wanted, reviews=Reviews(lab.db, version.dataset).known() if reviewed else None)
    if wanted.plain and not lab.views.ready(version):
        rows = PlainRows(lab.db, version, changed, start, limit)
        return Rows(rows, rows.total)
    return _through(lab.views.open(version, changed), wanted, start, limit)


def seen(lab: Lab, project: str, spoken: str, *, edits: bool = True) -> tuple[Version, Sequence[Edit]]:
    """The version that is spoken of, and the uncommitted edits that belong to it when it is spoken of as a branch.

    Edits are read first: should they be committed before the version is read, laying them over it once more changes nothing.
    """
    store = Datasets(lab.db)
    name, _, which = spoken.partition("@")
    dataset = store.get(project, name)
    branches = {ref.name for ref in Refs(lab.db, dataset).list("branch")} if edits else set()
    changed = list(Edits(lab.db, dataset.n, which or MAIN)) if (which or MAIN) in branches else []
    return store.resolve(project, spoken), changed


def row_seen(lab: Lab, project: str, spoken: str, id_: str) -> Row:
    """One row of what is spoken of, as `look` would show it.

    Raises:
        NotFound: there is none.
    """
    missing = NotFound(f"{spoken} has no row {id_!r}.", "List its rows with rowsmith rows.")
    if spoken.startswith(OF_RUN):
        rows = StageRows(lab.db, Runs(lab.db).get(spoken.removeprefix(OF_RUN)).n, KEPT_STAGE)
        found = next((row for row in rows if row.id == id_), None)
    else:
        version, changed = seen(lab, project, spoken)
        edit = next((edit for edit in changed if edit.id == id_), None)
        if edit is None:
            return Datasets(lab.db).row(version, id_)
        found = None if edit.data is None else Row(edit.id, edit.key, edit.data, edit.scores, edit.origin)
    if found is None:
        raise missing
    return found


def _through(view: View, wanted: Look, start: int, limit: int | None) -> Rows:
    missing, columns = view.unknown(replace(wanted, reviews=None))
    if wanted.reviews is not None and REVIEWS in missing:  # no row has a column of that name, which would go before
        missing.remove(REVIEWS)
        require_known(parse(wanted.where or ""))
    unknown = [Problem(f"No row has a column {name!r}; it is NULL.", choose(name, columns)) for name in missing]
    return Rows(view.rows(start, limit, wanted), view.count(wanted), unknown)


def _of_run(lab: Lab, run: str, wanted: Look, start: int, limit: int | None) -> Rows:
    rows = StageRows(lab.db, Runs(lab.db).get(run).n, KEPT_STAGE)
    if wanted.plain:
        return Rows(islice(iter(rows), start, None if limit is None else start + limit), len(rows))
    return _through(lab.views.of_rows(rows), wanted, start, limit)
