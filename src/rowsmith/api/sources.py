"""Sources: what files, sites, repositories and databases give, looked at before anything is made of it; and what runs have fetched."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field

from rowsmith.api.acting import ByServer, InProject
from rowsmith.api.bodies import Body
from rowsmith.api.paging import Limit, Page, Start, page_of
from rowsmith.app.results import Result
from rowsmith.app.source_looks import CHUNKS, DOCUMENTS, Look, SourcePlace, look, look_chunked, look_cleaned, place, take

router = APIRouter(tags=["sources"])
Address = Annotated[str, Query(description="As the list has it.", examples=["https://docs.example.org"])]


class SourcePlaced(Body, SourcePlace):
    """Where a source is."""


class SourceToLook(SourcePlaced):
    """Documents to be looked at."""

    limit: int = Field(DOCUMENTS, ge=1, le=200, description="Documents that are shown.")


class SourceToClean(SourceToLook):
    """Documents to be cleaned, to look at."""

    step: str = Field(description="A step that cleans or filters.", examples=["transform.boilerplate"])
    step_settings: dict[str, Any] = Field({}, description="Its settings.")


class SourceToChunk(SourcePlaced):
    """Documents to be cut, to look at."""

    by: str = Field("markdown", description="tokens, sentences, markdown, html, semantic, code, pages, turns or whole.")
    chunk_settings: dict[str, Any] = Field({}, description="Settings of the step that cuts.", examples=[{"size": 400}])
    limit: int = Field(CHUNKS, ge=1, le=500, description="Chunks that are shown.")


class SourceToTake(SourcePlaced):
    """A dataset to be made of what a source gives."""

    into: str = Field(description="The dataset.", examples=["manuals"])
    by: str | None = Field(None, description="Cut so; default: the documents as they are.")
    chunk_settings: dict[str, Any] = Field({}, description="Settings of the step that cuts.")


@router.post("/projects/{project}/sources/look", operation_id="look_at_source")
def look_at_source(project: InProject, wanted: SourceToLook) -> Look:
    """The first documents of a source. Nothing is kept."""
    return look(project.lab, project.name, wanted, wanted.limit)


@router.post("/projects/{project}/sources/clean", operation_id="look_at_cleaned_source")
def look_at_cleaned_source(project: InProject, wanted: SourceToClean) -> Look:
    """What a step would clean: each document before and after, and every change. Nothing is kept."""
    return look_cleaned(project.lab, project.name, wanted, {"kind": wanted.step, **wanted.step_settings}, wanted.limit)


@router.post("/projects/{project}/sources/chunk", operation_id="look_at_chunked_source")
def look_at_chunked_source(project: InProject, wanted: SourceToChunk) -> Look:
    """The chunks that would be cut: sizes of all (count, mean, min, max ...), and the first with their spans. Nothing is kept."""
    return look_chunked(project.lab, project.name, wanted, wanted.by, wanted.chunk_settings, wanted.limit)


@router.post("/projects/{project}/sources/place", operation_id="place_of_source")
def place_of_source(project: InProject, wanted: SourcePlaced) -> dict[str, str]:
    """Where a source is for recipes: an upload has a path."""
    return {"place": place(project.lab, wanted)}


@router.post("/projects/{project}/sources/take", operation_id="take_source", status_code=202)
def take_source(served: ByServer, project: InProject, wanted: SourceToTake) -> Result:
    """Make a dataset of what a source gives, or of its chunks: a run that the worker carries out."""
    made = take(served.lab, project.name, wanted, wanted.into, chunk=wanted.by, settings=wanted.chunk_settings)
    served.worker.wake()
    return made


@router.get("/projects/{project}/sources", operation_id="list_sources")
def list_sources(project: InProject, start: Start = 0, limit: Limit = 100) -> Page[dict[str, Any]]:
    """What runs have fetched from outside, newest first."""
    return page_of(project.sources.list(), start, limit)


@router.get("/projects/{project}/sources/fetched", operation_id="get_source")
def get_source(project: InProject, address: Address) -> dict[str, Any]:
    """One of them: its files, and what did not come."""
    return project.sources.show(address)


@router.post("/projects/{project}/sources/refresh", operation_id="refresh_source")
def refresh_source(project: InProject, address: Address) -> Page[dict[str, Any]]:
    """Fetch an address again, or `all`, and say what has changed."""
    return page_of(project.sources.refresh(address), 0, 1000)
