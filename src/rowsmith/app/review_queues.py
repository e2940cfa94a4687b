"""Queues: which rows people look at, in which order, by whom; one row after the other, without what others think of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from math import ceil
from typing import Any, get_args

from rowsmith.app.edits import Edits
from rowsmith.app.judged_rows import makers
from rowsmith.app.lab import Lab
from rowsmith.app.reviews import Reviewed, Reviews, scope
from rowsmith.core import queues
from rowsmith.core.distributions import share_interval
from rowsmith.core.errors import Conflict, Invalid, NotFound, choose
from rowsmith.core.expressions import parse_value
from rowsmith.core.ids import cleaned
from rowsmith.core.queues import Opinions
from rowsmith.core.review import Kind, Review, counting, of_people
from rowsmith.core.row import Json
from rowsmith.steps import active
from rowsmith.store import review_queues as store
from rowsmith.store.edits import Edits as Standings
from rowsmith.store.reviews import said_now

AT_ONCE = 20
"""Rows of an active queue where no limit is given: what is learnt from them changes which ones come next."""


@dataclass(frozen=True, slots=True)
class Queued:
    """A queue: its `kind`, its rows in order, and of each reviewer how many rows are `left` and `done`. Of an audit, when all rows have a verdict
    that counts: the share that is accepted, between `low` and `high` with 95 %."""

    n: int
    kind: str
    rows: Sequence[str]
    why: Sequence[str]
    left: Mapping[str, int]
    done: Mapping[str, int]
    audit: Mapping[str, Any] | None

    def dump(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Shown:
    """A row as a reviewer is shown it: what it says, and nothing of where it comes from or what others think. `token` is what he saw, `back` says
    that he has reviewed it before."""

    queue: int
    reviewer: str
    row: str
    data: dict[str, Json]
    token: str
    place: int
    left: int
    back: bool

    def dump(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Behind:
    """The scores of a row, and the models that wrote it."""

    scores: Mapping[str, Json]
    models: Sequence[str]


class ReviewQueues:
    """The queues of the datasets of one project. A dataset is spoken of as `name` or `name@branch`."""

    def __init__(self, lab: Lab, project: str) -> None:
        self.lab = lab
        self.project = project
        self._reviews = Reviews(lab, project)
        self._edits = Edits(lab, project)

    def make(
        self, spoken: str, by: str, *, reviewers: Sequence[str] = (), each: int | None = None, limit: int | None = None, scores: Sequence[str] = (),
        threshold: float | None = None, noise: str | None = None, n: float | None = None, seed: int = 0,
    ) -> Queued:  # fmt: skip
        """Put rows of a branch, as they stand, in a queue.

        Args:
            by: disagreement, uncertain, audit, adjudicate: rows where people differ, whose review by another one decides; or active: those from
                whose verdicts most can be learnt of the others (steps.active).
            reviewers: who is to look at them; default: who acts. each: people a row; default: all of them.
            limit: most rows; of an active queue 20, unless said otherwise.
            scores, noise: expressions that give a row a number; `noise` is high where its label is doubtful.
            threshold: from where on scores speak for a row; default: their median.
            n: of an audit, how many rows, or below 1 which share of them. seed: which ones.

        Raises:
            NotFound: there is no such dataset. Invalid: a setting is none, or there is nothing to look at.
        """
        people = [cleaned(one) for one in reviewers] or [self.lab.who]
        each = len(people) if each is None else each
        _check(by, people, each, n)
        rows, differing = self._known(spoken, scores, noise)
        limits = queues.thresholds(rows, [name for name in scores if name != noise], threshold)
        if by == "disagreement":
            found = queues.disagreement(rows, limits)
        elif by == "uncertain":
            found = queues.uncertain(rows, limits, noise)
        elif by == "active":
            found = active.choose(self._features(spoken), _judged(rows), limit or AT_ONCE)
        elif by == "adjudicate":
            found = [(row, "people differ") for row, seen_by in differing.items() if not {*people} & {*seen_by}]
        else:
            count = ceil(n * len(rows)) if n is not None and n < 1 else int(n or 0)
            found = [(row, "drawn") for row in queues.drawn([row.row for row in rows], count, seed)]
        found = found[:limit]
        if not found:
            raise Invalid(f"No row of {spoken} is to be looked at {by} first.", _FIX[by])
        settings = {
            "scores": list(scores), "limits": limits, "noise": noise, "n": n, "seed": seed, "of": len(rows), "why": [why for _, why in found],
        }  # fmt: skip
        dataset, branch = self._reviews.branch(spoken)
        tasks = list(zip((row for row, _ in found), queues.assigned(len(found), people, each), strict=True))
        made = store.ReviewQueues(self.lab.db, dataset).add(branch, by, settings, self.lab.who, tasks)
        return self._told(spoken, made)

    def every(self, spoken: str) -> Sequence[Queued]:
        """The queues of a dataset, oldest first."""
        return [self._told(spoken, queue) for queue in self._store(spoken).list()]

    def next(self, spoken: str, *, queue: int | None = None, reviewer: str | None = None, back: int = 0) -> Shown | None:
        """The row that a reviewer is to look at; None where none is left. `back`: the one that he reviewed last, or so many before it.

        Raises:
            NotFound: there is no such queue, it has nothing for him, or he has reviewed fewer.
        """
        found, task, left = self._task(spoken, queue, reviewer, back)
        if task is None:
            return None
        stands = self._edits.get(_at(spoken, found), task.row)
        return Shown(found.n, task.reviewer, task.row, dict(stands.data or {}), stands.token, task.place, left, bool(back))

    def give(
        self, spoken: str, shown: Shown, *, verdict: str = "", score: float | None = None, label: str | None = None, note: str | None = None,
        values: Mapping[str, Json] | None = None,
    ) -> Sequence[Reviewed]:  # fmt: skip
        """Review the row that was shown; what others think of what it says, which the reviewer may see from now on.

        Raises:
            Stale: the row is not what was shown. Conflict: it has been reviewed meanwhile. Invalid: the review says nothing.
        """
        found = self._store(spoken).get(shown.queue)
        task = next((one for one in self._store(spoken).tasks(found.n) if (one.reviewer, one.place) == (shown.reviewer, shown.place)), None)
        if task is None or (task.review is not None) != shown.back:
            raise Conflict("This row has been reviewed meanwhile.", "Go on with the next one: rowsmith review next.")
        self._reviews.add(
            _at(spoken, found), shown.row, verdict=verdict, score=score, label=label, note=note, values=values, author=shown.reviewer,
            seen=shown.token, decides=found.kind == "adjudicate", also=lambda conn, review: self._store(spoken).done(conn, found.n, task, review),
        )  # fmt: skip
        others = self._reviews.list(_at(spoken, found), row=shown.row)
        return [one for one in others if one.review.author != shown.reviewer and one.current]

    def behind(self, spoken: str, shown: Shown) -> Behind:
        """What a reviewer may know of a row that he has reviewed.

        Raises:
            Conflict: he has not.
        """
        found = self._store(spoken).get(shown.queue)
        tasks = self._store(spoken).tasks(found.n)
        if not any((one.reviewer, one.place) == (shown.reviewer, shown.place) and one.review is not None for one in tasks):
            raise Conflict("The row has not been reviewed yet.", "Give a verdict first: rowsmith review next.")
        dataset, branch = self._reviews.branch(_at(spoken, found))
        row = Standings(self.lab.db, dataset, branch).standing(shown.row).row
        return Behind(row.scores, tuple(dict.fromkeys(makers(row)))) if row else Behind({}, ())

    def skip(self, spoken: str, shown: Shown) -> None:
        """Put the row off, behind all others."""
        task = store.Task(shown.reviewer, shown.place, shown.row, None, 0)
        self._store(spoken).skip(shown.queue, task)

    def _store(self, spoken: str) -> store.ReviewQueues:
        return store.ReviewQueues(self.lab.db, self._reviews.branch(spoken)[0])

    def _task(self, spoken: str, n: int | None, reviewer: str | None, back: int) -> tuple[store.Queue, store.Task | None, int]:
        by, there = cleaned(reviewer or self.lab.who), self._store(spoken)
        found = there.get(n)
        mine = [task for task in there.tasks(found.n) if task.reviewer == by]
        if not mine:
            raise NotFound(f"Queue {found.n} has no row for {by}.", "Name one of its reviewers: --reviewer NAME.")
        open_ = [task for task in mine if task.review is None]
        if not back:
            gone = [task for task in open_ if not self._is_there(_at(spoken, found), task.row)]
            open_ = [task for task in open_ if task not in gone]
            return found, open_[0] if open_ else None, len(open_)
        given = sorted((task for task in mine if task.review is not None), key=lambda task: -(task.review or 0))
        if back > len(given):
            raise NotFound(f"{by} has reviewed {len(given)} rows of queue {found.n}.", "Go back fewer.")
        return found, given[back - 1], len(open_)

    def _is_there(self, spoken: str, row: str) -> bool:
        try:
            return self._edits.get(spoken, row).data is not None
        except NotFound:
            return False

    def _known(self, spoken: str, scores: Sequence[str], noise: str | None) -> tuple[list[Opinions], dict[str, Sequence[str]]]:
        """What is known of every row; and of those where people differ and no review decides, who they are."""
        names = dict.fromkeys([*scores, *([noise] if noise else [])])
        parsed = {name: parse_value(name) for name in names}
        rows: list[Opinions] = []
        differing: dict[str, Sequence[str]] = {}
        for row, said in self._reviews.beside(spoken, self._edits.standing(spoken)):
            current = said_now(row) if said else ""
            of_it = [one for one in said if one.hash == current]
            numbers = {name: expression.value(scope(row, said)) for name, expression in parsed.items()}
            numbers = {name: float(value) for name, value in numbers.items() if isinstance(value, int | float) and not isinstance(value, bool)}
            verdicts = {by: verdict == "accept" for by, verdict in counting(of_it, "verdict").items()}
            rows.append(Opinions(row.id, verdicts, numbers))
            if len({*verdicts.values()}) > 1:
                differing[row.id] = list(of_people(of_it, "verdict"))
        for name in names:
            if not any(name in row.scores for row in rows):
                raise Invalid(f"{name!r} gives no number for any row of {spoken}.", f"Look at one: rowsmith rows {spoken} --limit 1 --json.")
        return rows, differing

    def _features(self, spoken: str) -> dict[str, frozenset[str]]:
        return {row.id: active.features(row) for row in self._edits.standing(spoken)}

    def _told(self, spoken: str, queue: store.Queue) -> Queued:
        tasks = store.ReviewQueues(self.lab.db, queue.dataset).tasks(queue.n)
        rows = {task.place: task.row for task in sorted(tasks, key=lambda one: one.place)}
        people = sorted({task.reviewer for task in tasks})
        left = {by: sum(task.reviewer == by and task.review is None for task in tasks) for by in people}
        done = {by: sum(task.reviewer == by and task.review is not None for task in tasks) for by in people}
        audit = self._audit(_at(spoken, queue), list(rows.values())) if queue.kind == "audit" else None
        why = queue.settings["why"]
        return Queued(queue.n, queue.kind, list(rows.values()), [why[place] for place in rows], left, done, audit)

    def _audit(self, spoken: str, rows: Sequence[str]) -> dict[str, Any]:
        by_row: dict[str, list[Review]] = {}
        for one in reversed(self._reviews.list(spoken)):
            if one.current:
                by_row.setdefault(one.review.row, []).append(one.review)
        counted = [[*counting(by_row.get(row, []), "verdict").values()] for row in rows]
        sums = [sum(1 if verdict == "accept" else -1 for verdict in said) for said in counted]
        judged, accepted = sum(map(bool, sums)), sum(one > 0 for one in sums)
        whole = 0 < judged == len(rows)
        low, high = share_interval(accepted, judged) if whole else (None, None)
        return {"rows": len(rows), "judged": judged, "accepted": accepted, "share": accepted / judged if whole else None, "low": low, "high": high}


_FIX = {
    "disagreement": "Two opinions of a row are needed: reviews, or scores that are named with --score.",
    "uncertain": "Name a score (--score) or a doubt about labels (--noise) that rows without a verdict have.",
    "audit": "The dataset has no rows.",
    "active": "Every row that says something in words has a verdict.",
    "adjudicate": "Nobody differs, or those who differ were to decide: name a third with --reviewers.",
}


def _judged(rows: Sequence[Opinions]) -> dict[str, bool]:
    """What more people say than not, of the rows with verdicts."""
    sums = {row.row: sum(1 if accepted else -1 for accepted in row.people.values()) for row in rows}
    return {row: value > 0 for row, value in sums.items() if value}


def _at(spoken: str, queue: store.Queue) -> str:
    return f"{spoken.partition('@')[0]}@{queue.branch}"


def _check(by: str, people: Sequence[str], each: int, n: float | None) -> None:
    if by not in get_args(Kind):
        raise Invalid(f"There is no queue {by!r}.", choose(by, get_args(Kind)))
    if len({*people}) < len(people) or not 1 <= each <= len(people):
        raise Invalid(f"{each} of {len(people)} reviewers cannot look at each row.", "Name each reviewer once, and at most so many a row.")
    if by == "audit" and (n is None or not n > 0 or (n >= 1 and n != int(n))):
        raise Invalid("An audit looks at a number of rows, or at a share of them.", "Say how many: --sample 100, or --sample 0.05.")
