"""Queues at rest: rows in order, for each reviewer, and how far he has come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, text

from rowsmith.core.errors import Conflict, NotFound
from rowsmith.core.ids import canonical
from rowsmith.store.database import Database
from rowsmith.store.schema_review_queues import review_queue, review_task

_QUEUES = text("SELECT n, dataset, branch, kind, settings, author, created_at FROM review_queue WHERE dataset = :dataset ORDER BY n")
_TASKS = text('SELECT reviewer, place, "row", review, skipped FROM review_task WHERE queue = :queue ORDER BY reviewer, skipped, place')
_OPEN = text(
    'SELECT DISTINCT t."row" FROM review_task t JOIN review_queue q ON q.n = t.queue '
    "WHERE q.dataset = :dataset AND t.reviewer = coalesce(:reviewer, t.reviewer) AND t.review IS NULL"
)
_DONE = text(
    "UPDATE review_task SET review = :review WHERE queue = :queue AND reviewer = :reviewer AND place = :place "
    "AND coalesce(review, 0) = :was"
)
_SKIP = text(
    "UPDATE review_task SET skipped = 1 + (SELECT max(t.skipped) FROM review_task t WHERE t.queue = :queue AND t.reviewer = :reviewer) "
    "WHERE queue = :queue AND reviewer = :reviewer AND place = :place AND review IS NULL"
)


@dataclass(frozen=True, slots=True)
class Queue:
    """A list of rows to be reviewed; `settings` are what it was made with, and why each row is in it (`why`)."""

    n: int
    dataset: int
    branch: str
    kind: str
    settings: dict[str, Any]
    author: str
    created_at: float


@dataclass(frozen=True, slots=True)
class Task:
    """A row that a reviewer is to look at; `review` numbers the one that he gave, `skipped` grows with each time that he puts one off."""

    reviewer: str
    place: int
    row: str
    review: int | None
    skipped: int


class ReviewQueues:
    """The queues of one dataset."""

    def __init__(self, db: Database, dataset: int) -> None:
        self._db = db
        self._dataset = dataset

    def add(self, branch: str, kind: str, settings: dict[str, Any], author: str, rows: Sequence[tuple[str, Sequence[str]]]) -> Queue:
        """Write a queue of rows, each with its reviewers."""
        with self._db.write() as conn:
            values = {
                "dataset": self._dataset, "branch": branch, "kind": kind, "settings": canonical(settings), "author": author,
                "created_at": self._db.now(conn),
            }  # fmt: skip
            n = int(conn.execute(review_queue.insert().returning(review_queue.c.n), values).scalar_one())
            tasks = [
                {"queue": n, "reviewer": by, "place": place, "row": bytes.fromhex(row)} for place, (row, people) in enumerate(rows) for by in people
            ]
            if tasks:
                conn.execute(review_task.insert(), tasks)
        return self.get(n)

    def list(self) -> Sequence[Queue]:
        """All of them, oldest first."""
        with self._db.read() as conn:
            return [_queue(found) for found in conn.execute(_QUEUES, {"dataset": self._dataset})]

    def get(self, n: int | None) -> Queue:
        """One by its number; the newest without.

        Raises:
            NotFound: there is none.
        """
        for queue in reversed(self.list()):
            if n in (None, queue.n):
                return queue
        what = "The dataset has no queue." if n is None else f"The dataset has no queue {n}."
        raise NotFound(what, "Make one with rowsmith review queue DATASET --by audit, or list them: rowsmith review queue DATASET.")

    def tasks(self, n: int) -> Sequence[Task]:
        """Who is to look at what, for each reviewer in the order in which he is shown it."""
        with self._db.read() as conn:
            return [Task(t.reviewer, t.place, bytes(t.row).hex(), t.review, t.skipped) for t in conn.execute(_TASKS, {"queue": n})]

    def open_to(self, reviewer: str | None = None) -> frozenset[str]:
        """The rows that a reviewer, or any, has yet to look at, in whichever queue."""
        with self._db.read() as conn:
            return frozenset(bytes(found.row).hex() for found in conn.execute(_OPEN, {"dataset": self._dataset, "reviewer": reviewer}))

    def done(self, conn: Connection, n: int, task: Task, review: int) -> None:
        """The reviewer has given this review.

        Raises:
            Conflict: he has given another one meanwhile, elsewhere.
        """
        values = {"queue": n, "reviewer": task.reviewer, "place": task.place, "review": review, "was": task.review or 0}
        if conn.execute(_DONE, values).rowcount != 1:
            raise Conflict("This row has been reviewed meanwhile.", "Go on with the next one: rowsmith review next.")

    def skip(self, n: int, task: Task) -> None:
        """Put a row off, behind all others."""
        with self._db.write() as conn:
            conn.execute(_SKIP, {"queue": n, "reviewer": task.reviewer, "place": task.place})


def _queue(found: Any) -> Queue:
    return Queue(found.n, found.dataset, found.branch, found.kind, orjson.loads(found.settings), found.author, found.created_at)
