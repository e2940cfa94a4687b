"""Reviews: what people think of rows. Score, label, note, edit, accept or reject, by whom and when."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import filterfalse
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast, get_args

from rowsmith.app.edits import Edits, as_expected, row_id
from rowsmith.app.lab import Lab
from rowsmith.core.errors import Invalid, choose
from rowsmith.core.expressions import Expression
from rowsmith.core.ids import cleaned
from rowsmith.core.review import Review, Verdict, require_known
from rowsmith.core.row import REVIEWS, Json, Row
from rowsmith.store import edits as store_edits
from rowsmith.store import reviews as store
from rowsmith.store.datasets import MAIN, Datasets
from rowsmith.store.refs import Refs
from rowsmith.store.review_queues import ReviewQueues
from rowsmith.store.reviews import Opinion
from rowsmith.store.versions import Version

if TYPE_CHECKING:
    from rowsmith.app.agreeing import PeopleAgree
    from rowsmith.app.calibrating import Calibrated
    from rowsmith.app.review_data import Brought, ReviewDifferences

Also = Callable[[Any, int], None]


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A review, and whether it is of what the row says now (`current`); False, too, where the row is gone."""

    review: Review
    current: bool

    def dump(self) -> dict[str, Any]:
        """As plain data."""
        return {**self.review.dump(), "current": self.current}


class Reviews:
    """The reviews of the datasets of one project. A dataset is spoken of as `name` or `name@branch`."""

    def __init__(self, lab: Lab, project: str) -> None:
        self.lab = lab
        self.project = project
        self._store = Datasets(lab.db)

    def add(
        self, spoken: str, row: str, *, verdict: str = "", score: float | None = None, label: str | None = None, note: str | None = None,
        values: Mapping[str, Json] | None = None, author: str | None = None, seen: str | None = None,
        decides: bool = False, also: Also | None = None,
    ) -> Reviewed:  # fmt: skip
        """Review a row as it stands on a branch, uncommitted edits included.

        Args:
            verdict: accept, reject or nothing.
            values: columns that are to say something else: an edit, uncommitted until `History.commit`. The review is of the row with it.
            author: who reviews; default: who acts.
            decides: where people differ, this review counts alone.
            also: what is carried out in the same transaction, with the review's number.
            seen: the token of the row that the reviewer saw; the review is refused when it is another one now.

        Raises:
            NotFound: there is no such row. Invalid: the review says nothing. Stale: the row is not what was seen, or has been removed.
        """
        said = replace(opinion(verdict, score, label, note, values), decides=decides)
        by = cleaned(author or self.lab.who)
        name, (n, branch) = row_id(row), self.branch(spoken)
        reviews, kept = store.Reviews(self.lab.db, n), []

        def add(conn: Any, token: str) -> None:
            kept.append(reviews.add(conn, branch, name, token, said, by))
            if also is not None:
                also(conn, kept[-1])

        edits = store_edits.Edits(self.lab.db, n, branch)
        stands = edits.change(name, lambda there: {**there.data, **(values or {})}, by, seen=seen, also=add)
        made = next(review for review in reviews.list(row=name) if review.n == kept[-1])
        return Reviewed(made, made.hash == stands.token)

    def add_where(
        self, spoken: str, where: str | None, *, search: str | None = None, besides: Sequence[str] = (), expected: int | None = None,
        verdict: str = "", score: float | None = None, label: str | None = None, note: str | None = None, author: str | None = None,
        marked: str | None = None,
    ) -> int:  # fmt: skip
        """The same review of every row of a branch that a condition lets through; how many. Which rows those are is as of Edits.set_where.

        Raises:
            Invalid: the condition cannot be read, or the review says nothing. Conflict: it is about another number of rows than was expected.
        """
        opinion(verdict, score, label, note, None)
        found = as_expected([*Edits(self.lab, self.project).matching(spoken, where, search=search, besides=besides, marked=marked)], expected)
        for row in found:
            self.add(spoken, row.id, verdict=verdict, score=score, label=label, note=note, author=author)
        return len(found)

    def list(
        self, spoken: str, *, row: str | None = None, by: str | None = None, verdict: str | None = None, reviewer: str | None = None
    ) -> Sequence[Reviewed]:
        """The reviews of a dataset, newest first; those of a row, of a person, or with a verdict alone. Each says whether it is of what the
        row says now on the branch.

        Args:
            reviewer: who looks: what others say of rows that he has yet to review in a queue is left out.

        Raises:
            NotFound: there is no such dataset or branch.
        """
        if verdict is not None:
            _verdict(verdict)
        reviews, version, edited = self._standing(spoken)
        found = reviews.list(row=None if row is None else row_id(row), author=by, verdict=verdict)
        if reviewer is not None:
            found = [*filterfalse(self.holds_back(spoken, reviewer), found)]
        says = reviews.hashes(version, edited, sorted({review.row for review in found}))
        return [Reviewed(review, review.hash == says.get(review.row)) for review in found]

    def held_back(self, spoken: str, reviewer: str, *, row: str | None = None, by: str | None = None) -> int:
        """How many reviews `list` leaves out for a reviewer, whatever their verdicts."""
        found = self._standing(spoken)[0].list(row=None if row is None else row_id(row), author=by)
        return sum(map(self.holds_back(spoken, reviewer), found))

    def holds_back(self, spoken: str, reviewer: str) -> Callable[[Review], bool]:
        """Whether `list` leaves a review out for this reviewer, as a function of the review."""
        if spoken.startswith("run:"):
            return lambda review: False
        who, dataset = cleaned(reviewer), self._store.get(self.project, spoken.partition("@")[0]).n
        blind = ReviewQueues(self.lab.db, dataset).open_to(who)
        return lambda review: review.author != who and review.row in blind

    def beside(self, spoken: str, rows: Iterable[Row]) -> Iterator[tuple[Row, Sequence[Review]]]:
        """Rows of a dataset with their reviews, oldest first, as a stream. Rows of a run (`run:r12`) have none."""
        if spoken.startswith("run:"):
            return ((row, ()) for row in rows)
        return store.Reviews(self.lab.db, self._store.get(self.project, spoken.partition("@")[0]).n).laid_beside(rows)

    def summaries(self, spoken: str) -> dict[str, dict[str, Json]]:
        """What the reviews of each reviewed row of a version come to, by row id (core.review.summary); of a branch, as its rows stand with
        their uncommitted edits. Rows that are not in it come to core.review.NOTHING.

        Raises:
            NotFound: there is no such dataset or version.
        """
        reviews, version, edited = self._standing(spoken)
        return dict(reviews.summaries(version, edited))

    def calibrate(self, spoken: str, score: str, *, precision: float = 0.9, confidence: float = 0.95) -> Calibrated:
        """From which score on people accept rows, and how far the score and people agree (app.calibrating).

        Args:
            score: an expression that gives a row its number, such as `scores.judge.overall`; higher is better.
            precision: the share of the rows from the threshold on that people have to accept, shown with this confidence.

        Raises:
            NotFound: there is no such dataset. Invalid: a share is none, no row has the score, or nobody has accepted or rejected one that has.
        """
        from rowsmith.app.calibrating import calibrate

        return calibrate(self.lab, self.project, spoken, score, precision, confidence)

    def agreement(self, spoken: str) -> PeopleAgree:
        """How far people agree who have reviewed the same rows, by what they say now (app.agreeing).

        Raises:
            NotFound: there is no such dataset.
        """
        from rowsmith.app.agreeing import agreed

        return agreed(self, spoken)

    def export(self, spoken: str, path: str | Path) -> int:
        """Write all reviews of a dataset, oldest first, to a file (.jsonl or .csv): review_data.COLUMNS; how many.

        Raises:
            Invalid: the file's name is of neither kind.
        """
        from rowsmith.app.review_data import exported

        return exported(self, spoken, Path(path))

    def import_(self, spoken: str, path: str | Path) -> Brought:
        """Take reviews from such a file, or from a bundle (.zip), which is proven first; those that are here are not taken again.
        An edit is told with its review and changes no row.

        Raises:
            NotFound: there is no such dataset. Invalid: the file cannot be read; lines that are no review are listed instead.
        """
        from rowsmith.app.review_data import imported

        return imported(self, spoken, Path(path))

    def diff(
        self, spoken: str, *, versions: Sequence[str] | None = None, times: Sequence[float] | None = None, people: Sequence[str] | None = None
    ) -> ReviewDifferences:
        """What is new, changed and taken back in reviews: between two versions (those of what a row says there), two times (seconds since 1970)
        or two people.

        Raises:
            NotFound: there is no such version. Invalid: not two of one kind are given.
        """
        from rowsmith.app.review_data import compared

        return compared(self, spoken, versions, times, people)

    def any(self, spoken: str) -> bool:
        """Whether the dataset has a review."""
        return not spoken.startswith("run:") and store.Reviews(self.lab.db, self._store.get(self.project, spoken.partition("@")[0]).n).any()

    def _standing(self, spoken: str) -> tuple[store.Reviews, Version | None, dict[str, str]]:
        """The reviews of a dataset, the version that is spoken of (None: there is none yet), and what edits lie over it."""
        name, _, branch = spoken.partition("@")
        n = self._store.get(self.project, name).n
        version = self._store.resolve(self.project, spoken) if branch or self._store.versions(self.project, name) else None
        edited = {edit.id: edit.token for edit in store_edits.Edits(self.lab.db, n, branch or MAIN)}
        return store.Reviews(self.lab.db, n), version, edited

    def branch(self, spoken: str) -> tuple[int, str]:
        """Number and branch of a dataset that is spoken of.

        Raises:
            NotFound: there is none.
        """
        name, _, branch = spoken.partition("@")
        dataset = self._store.get(self.project, name)
        if branch and branch != MAIN:
            Refs(self.lab.db, dataset).get(branch, "branch")
        return dataset.n, branch or MAIN


def scope(row: Row, reviews: Sequence[Review]) -> dict[str, Json]:
    """What an expression can name in a row that has these reviews: as Row.scope, and `reviews` (core.review.summary) beside the columns."""
    return {**row.scope, **({} if REVIEWS in row.data else {REVIEWS: store.standing(row, reviews)})}


def let_through(rows: Iterable[tuple[Row, Sequence[Review]]], where: Expression | None) -> Iterator[tuple[Row, Sequence[Review]]]:
    """The rows, with their reviews, of which a condition is true.

    Raises (while reading):
        Invalid: it names something of reviews that these do not have, and rows have no column of their own that is called so.
    """
    named = where is not None and REVIEWS in where.columns
    for row, reviews in rows:
        if named and where is not None and REVIEWS not in row.data:
            require_known(where)
            named = False
        if where is None or where.test(scope(row, reviews)):
            yield row, reviews


def told_beside(row: Row, reviews: Sequence[Review]) -> Sequence[dict[str, Any]]:
    """The reviews of a row as plain data, each with whether it is of what the row says (`current`)."""
    current = store.said_now(row) if reviews else ""
    return [{name: value for name, value in review.dump(current).items() if name != "row"} for review in reviews]


def opinion(verdict: str, score: float | None, label: str | None, note: str | None, values: Mapping[str, Json] | None) -> Opinion:
    """What a review says.

    Raises:
        Invalid: it says nothing, or its score or verdict is none.
    """
    if score is not None and not math.isfinite(score):
        raise Invalid(f"The score {score} is no number.", "Give a finite one.")
    text = {name: cleaned(value) if value else None for name, value in (("label", label), ("note", note))}
    said = Opinion(_verdict(verdict), score, text["label"], text["note"], cleaned(dict(values)) if values else None)
    if said == Opinion():
        raise Invalid("The review says nothing.", "Give a verdict (--accept, --reject), a score, a label, a note or a value.")
    return said


def _verdict(spoken: str) -> Verdict:
    if spoken not in get_args(Verdict):
        raise Invalid(f"{spoken!r} is no verdict.", choose(spoken, ["accept", "reject"]))
    return cast(Verdict, spoken)
