"""Datasets and their rows: list, look, page through, one row with all that led to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from fastapi import Path as InPath
from pydantic import BaseModel, Field

from rowsmith.api.acting import InProject
from rowsmith.api.paging import Limit, Page, Start, page_of, part
from rowsmith.app.reviews import told_beside
from rowsmith.core.row import Json, Row
from rowsmith.store.standing import token
from rowsmith.store.versions import Version

router = APIRouter(prefix="/projects/{project}", tags=["datasets"])
Spoken = Annotated[
    str, InPath(description="name, name@branch, name@tag, name@version, or run:r12 for the kept rows of a run.", examples=["questions@main"])
]
Where = Annotated[str | None, Query(description="Only rows for which this is true.", examples=["length(answer) > 20"])]
Search = Annotated[str | None, Query(description='Only rows with these words: tea "a phrase" a OR b -not start*.', examples=["tea"])]
Sort = Annotated[list[str] | None, Query(description="Columns, scores.x, origin.x; -x: the greatest first.", examples=[["-scores.judge"]])]
PREVIEW = 240
"""Most characters of a text in a page of rows, unless all is asked for."""


class DatasetFacts(BaseModel):
    """A dataset and its newest version."""

    name: str = Field(examples=["questions"])
    rows: int = Field(examples=[1200])
    versions: int = Field(examples=[3])
    version: str | None
    committed_at: float | None
    message: str = ""
    author: str = ""


class VersionFacts(BaseModel):
    """One version of a dataset."""

    id: str
    rows: int
    parents: list[str]
    message: str
    author: str
    committed_at: float


class RowFacts(BaseModel):
    """A row; of a page, texts may be cut off (`cut` names the columns). `revision` stands for what the row says now, and is told back by an edit."""

    id: str
    data: dict[str, Any]
    scores: dict[str, Any]
    revision: str
    cut: list[str] = []
    origin: dict[str, Any] | None = None
    reviews: list[dict[str, Any]] = []


class RowPage(Page[RowFacts]):
    """A page of rows. `unknown`: names in the condition that no row has."""

    columns: list[str]
    unknown: list[str] = []


@router.get("/datasets", operation_id="list_datasets")
def list_datasets(project: InProject, start: Start = 0, limit: Limit = 100) -> Page[DatasetFacts]:
    """The datasets of a project, by name."""
    doors = project.datasets
    found = doors.list()
    told = []
    for dataset in found[start : start + limit]:
        versions = doors.versions(dataset.name)
        newest = versions[0] if versions else None
        said = {"version": newest.id, "committed_at": newest.created_at, "message": newest.message, "author": newest.author} if newest else {}
        rows = doors.count(f"{dataset.name}@{newest.id}") if newest else 0
        told.append(DatasetFacts(**{"version": None, "committed_at": None, **said}, name=dataset.name, rows=rows, versions=len(versions)))
    return part(told, start, len(found))


@router.get("/datasets/{dataset}/versions", operation_id="list_versions")
def list_versions(project: InProject, dataset: Spoken, start: Start = 0, limit: Limit = 100) -> Page[VersionFacts]:
    """The versions of a dataset, newest first."""
    doors = project.datasets
    return page_of([_version(one, doors.count(f"{dataset}@{one.id}")) for one in doors.versions(dataset)], start, limit)


@router.get("/datasets/{dataset}/statistics", operation_id="show_dataset")
def show_dataset(project: InProject, dataset: Spoken) -> dict[str, Any]:
    """What a version holds, counted: rows, tokens, languages, turns, columns, duplicates, shapes."""
    return project.datasets.show(dataset).dump()


@router.get("/datasets/{dataset}/columns", operation_id="list_columns")
def list_columns(project: InProject, dataset: Spoken, start: Start = 0, limit: Limit = 200) -> Page[dict[str, Any]]:
    """What the columns of a version hold: types, the share of missing values, and a histogram or the commonest values."""
    return page_of([one.dump() for one in project.datasets.columns(dataset)], start, limit)


@router.get("/datasets/{dataset}/rows", operation_id="list_rows")
def list_rows(
    response: Response, project: InProject, dataset: Spoken, where: Where = None, search: Search = None, sort: Sort = None,
    start: Start = 0, limit: Limit = 200, sample: Annotated[int | None, Query(ge=0)] = None, seed: int = 0,
    marked: Annotated[str | None, Query(description="Only rows of which a run of checks has found this.", examples=["r12:flag:pii"])] = None,
    whole: Annotated[bool, Query(description=f"Texts as they are, not their first {PREVIEW} characters.")] = False,
) -> RowPage:  # fmt: skip
    """A page of rows; those of a branch with its uncommitted edits."""
    found = project.datasets.rows(
        dataset, where=where, search=search, sort=sort or (), sample=sample, seed=seed, start=start, limit=limit, marked=marked
    )
    items = [_row(row, whole=whole) for row in found]
    if of_version(dataset):
        response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    page = part(items, start, found.total)
    columns = list(dict.fromkeys(name for item in items for name in item.data))
    return RowPage(**dict(page), columns=columns, unknown=[str(problem) for problem in found.unknown])


@router.get("/datasets/{dataset}/rows/{row}", operation_id="get_row")
def get_row(project: InProject, dataset: Spoken, row: str) -> RowFacts:
    """One row in full, with where it came from and what people think of it; what who acts is not to know yet (reviews) is held back."""
    found = project.datasets.row(dataset, row)
    held_back = project.reviews.holds_back(dataset, project.lab.who)
    beside = [one for _, said in project.reviews.beside(dataset, [found]) for one in said if not held_back(one)]
    reviews = [dict(one) for one in told_beside(found, beside)]
    return RowFacts(id=found.id, data=found.data, scores=found.scores, revision=token(found.data), origin=found.origin, reviews=reviews)


def of_version(spoken: str) -> bool:
    """Whether a version is spoken of by its id, whose rows never change."""
    which = spoken.partition("@")[2]
    return len(which) == 32 and all(one in "0123456789abcdef" for one in which)


def _version(version: Version, rows: int) -> VersionFacts:
    return VersionFacts(
        id=version.id, rows=rows, parents=list(version.parents), message=version.message, author=version.author, committed_at=version.created_at
    )


def _row(row: Row, *, whole: bool) -> RowFacts:
    shown, cut = (row.data, []) if whole else _preview(row.data)
    return RowFacts(id=row.id, data=dict(shown), scores=row.scores, revision=token(row.data), cut=list(cut))


def _preview(data: Mapping[str, Json]) -> tuple[dict[str, Json], Sequence[str]]:
    shown = {name: _cut(value) for name, value in data.items()}
    return shown, [name for name, value in data.items() if shown[name] != value]


def _cut(value: Json) -> Json:
    if isinstance(value, str):
        return value[:PREVIEW]
    if isinstance(value, list):
        return [_cut(one) for one in value[:20]]
    if isinstance(value, dict):
        return {name: _cut(one) for name, one in value.items()}
    return value
