"""Reviews: what people think of rows: listed, given to one row or to all that match, what they come to, how far people agree, files of them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from fastapi import Path as InPath
from fastapi.responses import FileResponse
from pydantic import BaseModel, Field

from rowsmith.api.acting import InProject
from rowsmith.api.bodies import Body
from rowsmith.api.edits import Counted, Matching
from rowsmith.api.paging import Limit, Page, Start, page_of, part
from rowsmith.api.sending import made
from rowsmith.app.review_data import Brought
from rowsmith.app.reviews import Reviewed
from rowsmith.app.uploads import Uploads

router = APIRouter(prefix="/projects/{project}/datasets/{dataset}", tags=["reviews"])
Spoken = Annotated[str, InPath(description="name, name@branch, name@tag or name@version.", examples=["questions@main"])]
Branch = Annotated[str, InPath(description="name, or name@branch.", examples=["questions"])]
Two = Annotated[list[str] | None, Query(min_length=2, max_length=2)]


class Said(Body):
    """What someone thinks; one of its parts at least."""

    verdict: Literal["", "accept", "reject"] = Field("", examples=["accept"])
    score: float | None = Field(None, description="How good it is.", examples=[0.8])
    label: str | None = Field(None, description="What it is called.", examples=["billing"])
    note: str | None = Field(None, description="What is to be said of it.", examples=["The unit is missing."])
    author: str | None = Field(None, description="Who reviews; default: who acts.")


class NewReview(Said):
    """A review of one row."""

    values: dict[str, Any] | None = Field(None, description="Columns that are to say something else: an edit, uncommitted until it is committed.")
    seen: str | None = Field(None, description="The revision that was seen: the review is refused (409) when the row has another one.")


class BulkReview(Matching, Said):
    """The same review of all rows that match."""

    expected: int | None = Field(None, ge=0, description="How many rows were counted: with another number now, nothing happens (409).")


class ReviewFacts(BaseModel):
    """A review. `hash` names what the row said at the time; `current`: it says so now. `fields`: columns that the reviewer gave other values."""

    n: int
    row: str
    hash: str
    verdict: str
    score: float | None
    label: str | None
    note: str | None
    fields: dict[str, Any] | None
    author: str
    created_at: float
    branch: str
    decides: bool
    current: bool


class ReviewPage(Page[ReviewFacts]):
    """A page of reviews; `held_back` counts those of others that the reviewer is not to know yet, for he has those rows in a queue."""

    held_back: int


class RowSummary(BaseModel):
    """What the reviews of a row come to."""

    row: str
    summary: dict[str, Any] = Field(examples=[{"count": 2, "people": 2, "verdict": "accept", "accepted": 2, "rejected": 0, "differ": False}])


class ToTake(Body):
    """A file of reviews."""

    file: str = Field(description="A path on the server's machine, or upload:ID: .jsonl or .csv, or a bundle (.zip).", examples=["out/reviews.jsonl"])


@router.get("/reviews", operation_id="list_reviews")
def list_reviews(
    project: InProject, dataset: Spoken, row: Annotated[str | None, Query(description="Of one row.")] = None,
    by: Annotated[str | None, Query(description="Of one person.")] = None, verdict: Annotated[Literal["accept", "reject"] | None, Query()] = None,
    reviewer: Annotated[str | None, Query(description="Who looks; default: who acts.")] = None,
    unblind: Annotated[bool, Query(description="Hold nothing back.")] = False, start: Start = 0, limit: Limit = 100,
) -> ReviewPage:  # fmt: skip
    """The reviews of a dataset, newest first. What others say of rows that the reviewer has yet to look at in a queue is held back."""
    who = None if unblind else reviewer or project.lab.who
    found = project.reviews.list(dataset, row=row, by=by, verdict=verdict, reviewer=who)
    held_back = 0 if who is None else project.reviews.held_back(dataset, who, row=row, by=by)
    page = part([facts(one) for one in found[start : start + limit]], start, len(found))
    return ReviewPage(**dict(page), held_back=held_back)


@router.post("/rows/{row}/reviews", operation_id="add_review", status_code=201)
def add_review(project: InProject, dataset: Branch, row: str, wanted: NewReview) -> ReviewFacts:
    """Review a row as it stands, uncommitted edits included."""
    return facts(project.reviews.add(dataset, row, **wanted.model_dump()))


@router.post("/reviews/bulk", operation_id="review_matching")
def review_matching(project: InProject, dataset: Branch, wanted: BulkReview) -> Counted:
    """Give the same review to all rows that match; count them first with `edits/count`."""
    how: dict[str, Any] = wanted.model_dump()
    return Counted(rows=project.reviews.add_where(dataset, how.pop("where"), **how))


@router.get("/reviews/summaries", operation_id="summarize_reviews")
def summarize_reviews(project: InProject, dataset: Spoken, start: Start = 0, limit: Limit = 200) -> Page[RowSummary]:
    """What the reviews of each reviewed row come to, by row id."""
    return page_of([RowSummary(row=row, summary=said) for row, said in sorted(project.reviews.summaries(dataset).items())], start, limit)


@router.get("/reviews/agreement", operation_id="show_agreement")
def show_agreement(project: InProject, dataset: Spoken) -> dict[str, Any]:
    """How far people agree who reviewed the same rows: Cohen's and Fleiss' kappa, Krippendorff's alpha, with 95 % intervals."""
    return project.reviews.agreement(dataset).dump()


@router.get("/reviews/calibration", operation_id="calibrate_score")
def calibrate_score(
    project: InProject, dataset: Spoken, score: Annotated[str, Query(description="What gives a row its number.", examples=["scores.judge.overall"])],
    precision: Annotated[float, Query(gt=0, lt=1)] = 0.9, confidence: Annotated[float, Query(gt=0, lt=1)] = 0.95,
) -> dict[str, Any]:  # fmt: skip
    """From which score on people accept rows: a threshold of which that is shown, and how far the score and people agree."""
    return project.reviews.calibrate(dataset, score, precision=precision, confidence=confidence).dump()


@router.get("/reviews/diff", operation_id="diff_reviews")
def diff_reviews(
    project: InProject, dataset: Spoken, versions: Two = None, people: Two = None,
    times: Annotated[list[float] | None, Query(min_length=2, max_length=2, description="Seconds since 1970.")] = None,
) -> dict[str, Any]:  # fmt: skip
    """What is new, changed and taken back in reviews, between two versions, times or people."""
    return project.reviews.diff(dataset, versions=versions, times=times, people=people).dump()


@router.get("/reviews/file", operation_id="download_reviews", response_class=FileResponse)
def download_reviews(project: InProject, dataset: Branch, suffix: Annotated[Literal["jsonl", "csv"], Query()] = "jsonl") -> FileResponse:
    """All reviews of a dataset, oldest first, as a file."""
    return made(f"{dataset.partition('@')[0]}.reviews.{suffix}", lambda path: project.reviews.export(dataset, path))


@router.post("/reviews/import", operation_id="import_reviews")
def import_reviews(project: InProject, dataset: Branch, wanted: ToTake) -> Brought:
    """Take reviews from a file; those that are here are not taken again, and lines that are none are listed."""
    return project.reviews.import_(dataset, Uploads(project.lab).named(wanted.file))


def facts(one: Reviewed) -> ReviewFacts:
    """A review as it is told."""
    return ReviewFacts(**one.dump())
