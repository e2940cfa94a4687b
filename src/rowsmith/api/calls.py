"""Calls: the stored answers, who used them, and files of them to hand on."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import FileResponse
from pydantic import Field

from rowsmith.api.acting import InProject
from rowsmith.api.bodies import Body
from rowsmith.api.paging import Limit, Page, Start, newest
from rowsmith.api.sending import made
from rowsmith.app.calls import CallsImport
from rowsmith.app.uploads import Uploads

router = APIRouter(prefix="/projects/{project}/calls", tags=["calls"])
Run = Annotated[str | None, Query(description="Only those that this run used.", examples=["r12"])]


class ToImportCalls(Body):
    """A file of calls."""

    file: str = Field(description="A path on the server's machine, or upload:ID.", examples=["upload:0123456789abcdef0123456789abcdef"])


@router.get("", operation_id="list_calls")
def list_calls(
    project: InProject, run: Run = None, model: Annotated[str | None, Query(description="provider/name")] = None,
    profile: Annotated[str | None, Query(description="The server's address, as the list has it.")] = None,
    since: Annotated[float | None, Query(description="Seconds since 1970.")] = None, start: Start = 0, limit: Limit = 100,
) -> Page[dict[str, Any]]:  # fmt: skip
    """The stored answers, the newest first: model, tokens, cost, and how often each run used it."""
    found = project.calls.list(run=run, model=model, profile=profile, since=since, limit=start + limit + 1)
    return newest([one.dump() for one in found], start, limit)


@router.get("/export", operation_id="export_calls", response_class=FileResponse)
def export_calls(
    project: InProject, run: Run = None, dataset: Annotated[str | None, Query(description="Those that made a dataset, or DATASET@VERSION.")] = None
) -> FileResponse:
    """Answered calls as a file that `rowsmith calls import` takes; no request and no key is in it."""
    return made(f"{project.name}.calls", lambda path: project.calls.export(path, run=run, dataset=dataset))


@router.post("/import", operation_id="import_calls")
def import_calls(project: InProject, wanted: ToImportCalls) -> CallsImport:
    """Take in the calls of a file, all or none. Runs that use them pay nothing."""
    return project.calls.import_(Uploads(project.lab).named(wanted.file))


@router.get("/{key}", operation_id="get_call")
def get_call(project: InProject, key: str) -> dict[str, Any]:
    """One call, by the beginning of its key: what was answered, and the rows that it was used for."""
    return project.calls.show(key).dump()
