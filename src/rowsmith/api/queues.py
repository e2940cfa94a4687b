"""Queues of rows that people look at, one after the other, without what others think of them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from fastapi import Path as InPath
from pydantic import BaseModel, Field

from rowsmith.api.acting import InProject
from rowsmith.api.bodies import Body
from rowsmith.api.paging import Limit, Page, Start, page_of
from rowsmith.api.reviews import ReviewFacts, facts
from rowsmith.app.review_queues import Behind, Queued, Shown

router = APIRouter(prefix="/projects/{project}/datasets/{dataset}/queues", tags=["queues"])
Branch = Annotated[str, InPath(description="name, or name@branch.", examples=["questions"])]
Reviewer = Annotated[str | None, Query(description="Who reviews; default: who acts.")]


class NewQueue(Body):
    """Rows that people are to look at."""

    by: Literal["disagreement", "uncertain", "audit", "adjudicate", "active"] = Field(
        description="Rows where opinions differ; uncertain ones; at random (audit); where people differ, to be decided; or those that teach most."
    )
    reviewers: list[str] = Field([], description="Who is to look at them; default: who acts.", examples=[["ana", "ben"]])
    each: int | None = Field(None, ge=1, description="People a row; default: all of them.")
    limit: int | None = Field(None, ge=1, description="Most rows.")
    scores: list[str] = Field([], description="What gives rows a number.", examples=[["scores.judge.overall"]])
    threshold: float | None = Field(None, description="From where on scores speak for a row; default: their median.")
    noise: str | None = Field(None, description="A number that is high where a row's label is doubtful.")
    n: float | None = Field(None, gt=0, description="Of an audit, how many rows, or below 1 which share of them.", examples=[20])
    seed: int = Field(0, description="Of an audit, which rows.")


class QueueFacts(BaseModel):
    """A queue: `why` its rows are in it, with how many rows; of each reviewer how many rows are `left` and `done`; what an audit came to."""

    n: int
    kind: str
    rows: int
    why: dict[str, int]
    left: dict[str, int]
    done: dict[str, int]
    audit: dict[str, Any] | None


class QueuePage(Page[QueueFacts]):
    """The queues of a dataset, newest first. `you`: who acts."""

    you: str


class PlaceOfRow(Body):
    """A row of a queue as it was shown to a reviewer."""

    reviewer: str = Field(examples=["ana"])
    place: int = Field(ge=0)
    row: str = Field(examples=["0123456789abcdef0123456789abcdef"])

    def shown(self, queue: int, token: str = "", *, back: bool = False) -> Shown:
        """As it was shown."""
        return Shown(queue, self.reviewer, self.row, {}, token, self.place, 0, back)


class Given(PlaceOfRow):
    """A reviewer's word on the row that was shown."""

    token: str = Field(description="The row's token as it was shown: the review is refused (409) when the row is another one now.")
    back: bool = Field(False, description="The row was shown as one that he had reviewed before.")
    verdict: Literal["", "accept", "reject"] = Field("", examples=["accept"])
    score: float | None = None
    label: str | None = None
    note: str | None = None
    values: dict[str, Any] | None = Field(None, description="Columns that are to say something else: an edit.")


class Revealed(BaseModel):
    """What a reviewer may know of a row once he has reviewed it: what others think of what it says, its scores, and the models that wrote it."""

    others: list[ReviewFacts]
    behind: Behind


class Next(BaseModel):
    """The row that a reviewer is to look at; `shown` is null where none is left."""

    shown: Shown | None


@router.get("", operation_id="list_queues")
def list_queues(project: InProject, dataset: Branch, start: Start = 0, limit: Limit = 100) -> QueuePage:
    """The queues of a dataset, newest first."""
    found = [_told(one) for one in reversed(project.review_queues.every(dataset))]
    return QueuePage(**dict(page_of(found, start, limit)), you=project.lab.who)


@router.post("", operation_id="create_queue", status_code=201)
def create_queue(project: InProject, dataset: Branch, wanted: NewQueue) -> QueueFacts:
    """Put rows of a branch, as they stand, in a queue."""
    how: dict[str, Any] = wanted.model_dump()
    return _told(project.review_queues.make(dataset, how.pop("by"), **how))


@router.get("/{queue}/next", operation_id="show_next")
def show_next(
    project: InProject, dataset: Branch, queue: int, reviewer: Reviewer = None,
    back: Annotated[int, Query(ge=0, le=1_000_000, description="The row that was reviewed last (1), or so many before it.")] = 0,
) -> Next:  # fmt: skip
    """The row that a reviewer is to look at: what it says, and nothing of what others think of it."""
    return Next(shown=project.review_queues.next(dataset, queue=queue, reviewer=reviewer, back=back))


@router.post("/{queue}/reviews", operation_id="give_review", status_code=201)
def give_review(project: InProject, dataset: Branch, queue: int, wanted: Given) -> Revealed:
    """Review the row that was shown; the answer says what others think of it."""
    shown = wanted.shown(queue, wanted.token, back=wanted.back)
    said = {name: getattr(wanted, name) for name in ("verdict", "score", "label", "note", "values")}
    others = project.review_queues.give(dataset, shown, **said)
    return Revealed(others=[facts(one) for one in others], behind=project.review_queues.behind(dataset, shown))


@router.post("/{queue}/skip", operation_id="skip_row", status_code=204)
def skip_row(project: InProject, dataset: Branch, queue: int, wanted: PlaceOfRow) -> None:
    """Put the row off, behind all others of this reviewer."""
    project.review_queues.skip(dataset, wanted.shown(queue))


@router.get("/{queue}/behind", operation_id="show_behind")
def show_behind(project: InProject, dataset: Branch, queue: int, reviewer: str, place: Annotated[int, Query(ge=0)], row: str) -> Behind:
    """The scores of a row and the models that wrote it, once the reviewer has given his verdict (before: 409)."""
    return project.review_queues.behind(dataset, PlaceOfRow(reviewer=reviewer, place=place, row=row).shown(queue))


def _told(one: Queued) -> QueueFacts:
    why = {name: one.why.count(name) for name in dict.fromkeys(one.why)}
    return QueueFacts(n=one.n, kind=one.kind, rows=len(one.rows), why=why, left=dict(one.left), done=dict(one.done), audit=one.audit)
