"""Where rows came from, what came of a source, and how a source is forgotten."""

from __future__ import annotations

from itertools import islice
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field

from rowsmith.api.acting import InProject
from rowsmith.api.bodies import Body
from rowsmith.api.paging import Limit, Page, Start, page_of, part
from rowsmith.app.forgetting import Forgetting
from rowsmith.app.origins import Origin

router = APIRouter(prefix="/projects/{project}", tags=["provenance"])
Source = Annotated[
    str, Query(min_length=1, description="A file's name, path or hash, a step with rows of its own, an address, or the id of a source row.")
]


class ToForget(Body):
    """A source to be erased, with every row that came from it."""

    source: str = Field(min_length=1, examples=["handbook.pdf"])
    dry_run: bool = Field(True, description="Only say what would go.")


class ToLift(Body):
    """A source that may be taken in again."""

    source: str = Field(min_length=1)


class TracedRows(Page[dict[str, Any]]):
    """What came of a source: counts, and a page of its rows, each with the versions that hold it."""

    counts: dict[str, Any]


@router.get("/rows/{row}/origin", operation_id="show_origin")
def show_origin(project: InProject, row: str, within: str | None = None) -> Origin:
    """Everything that led to a row: its sources with file, page and characters, the steps with prompt, model, calls and cost, and who changed it.
    `within` a dataset or version: as it stands there."""
    return project.provenance.origin(row, within=within)


@router.get("/trace", operation_id="trace_source")
def trace_source(project: InProject, source: Source, start: Start = 0, limit: Limit = 100) -> TracedRows:
    """Every row in every version that came from a source."""
    with project.provenance.trace(source) as found:
        counts = found.dump()
        page = part([row.dump() for row in islice(found, start, start + limit)], start, counts["rows"])
    return TracedRows(items=page.items, total=page.total, next=page.next, counts=counts)


@router.post("/forget", operation_id="forget_source")
def forget_source(project: InProject, wanted: ToForget) -> Forgetting:
    """Erase a source, and every row that came from it, from all copies that the home holds; unless `dry_run` is false, only say what would go."""
    return project.provenance.forget(wanted.source, dry_run=wanted.dry_run)


@router.get("/forgotten", operation_id="list_forgotten")
def list_forgotten(project: InProject, start: Start = 0, limit: Limit = 100) -> Page[dict[str, Any]]:
    """What the project has forgotten, the oldest first. No word of what it said is kept."""
    told = ("source", "state", "counts", "author", "at", "ended_at")
    return page_of([{name: getattr(one, name) for name in told} for one in project.provenance.forgotten()], start, limit)


@router.post("/forgotten/lift", operation_id="lift_forgotten")
def lift_forgotten(project: InProject, wanted: ToLift) -> dict[str, int]:
    """Let what was forgotten under this name be taken in again; how many rows may be shown again once they are committed again."""
    return {"rows": project.provenance.lift(wanted.source)}
