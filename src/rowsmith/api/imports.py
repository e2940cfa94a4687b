"""Imports: what a file is, with the evidence; its first rows under a mapping; and files into a dataset."""

from __future__ import annotations

from typing import Any

import orjson
from fastapi import APIRouter
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from rowsmith import content
from rowsmith.api.acting import ByServer, InProject
from rowsmith.api.bodies import Body
from rowsmith.api.paging import Page, page_of
from rowsmith.app.detection import detect as detected
from rowsmith.app.downloads import Part
from rowsmith.app.imports import Import, begin, commit, outcome, rejected
from rowsmith.app.profiles import MappingProfile
from rowsmith.app.results import Result
from rowsmith.app.uploads import Uploads

router = APIRouter(tags=["imports"])
FILE = "A path on the server's machine, an address (https://...), a dataset on a hub (hf:owner/name), upload:ID or sample:NAME."


class ToDetect(Body):
    """A file to be looked at."""

    file: str = Field(description=FILE, examples=["upload:0123456789abcdef0123456789abcdef"])
    map: MappingProfile = Field(MappingProfile(), description="How it is read, and what is done to each record first.")


class ToImport(Body):
    """Files to be imported."""

    files: list[str] = Field(min_length=1, description=FILE)
    into: str = Field(description="The dataset; made when it is not there.", examples=["questions"])
    format: str | None = Field(None, description="Format of the records; default: recognised for each file.")
    map: MappingProfile = Field(MappingProfile(), description="What is done to each record first.")
    commit: bool = Field(True, description="False: look at every record, and commit nothing.")
    key: str | None = Field(None, description="The column whose value identifies a row.")
    split: str = Field("", description="Of a dataset on a hub, the split.")
    columns: list[str] = Field([], description="Only these columns.")
    sample: int | None = Field(None, ge=1, description="Of a dataset on a hub, so many random rows.")
    seed: int = 0


class SampleFacts(BaseModel):
    """A sample dataset that ships."""

    name: str = Field(examples=["rowsmith"])
    title: str
    about: str
    rows: int


@router.post("/detect", operation_id="detect_file")
def detect_file(served: ByServer, wanted: ToDetect) -> dict[str, Any]:
    """What a file is: container, formats with the evidence, broken records, and the first rows under the mapping."""
    return detected(Uploads(served.lab).named(wanted.file), profile=wanted.map).dump()


@router.post("/projects/{project}/imports", operation_id="import_files", status_code=202)
def import_files(served: ByServer, project: InProject, wanted: ToImport) -> Result:
    """Import files into a dataset, merged by row id, by a run; the same files again are the same import."""
    uploads = Uploads(project.lab)
    part = Part(wanted.split, tuple(wanted.columns), wanted.sample, wanted.seed)
    made = begin(
        project.lab, project.name, [uploads.named(file) for file in wanted.files], wanted.into, format=wanted.format, profile=wanted.map,
        key=wanted.key, part=part, commit=wanted.commit,
    )  # fmt: skip
    served.worker.wake()
    return made


@router.get("/projects/{project}/imports/{run}", operation_id="get_import")
def get_import(project: InProject, run: str) -> Import:
    """What an import has come to. Once it has come to rest, `rejected` lists the first thousand records that became no row."""
    return outcome(project.lab, project.name, run)


@router.post("/projects/{project}/imports/{run}/commit", operation_id="commit_import")
def commit_import(project: InProject, run: str) -> Import:
    """Commit the rows of an import that only looked at its records."""
    return commit(project.lab, project.name, run)


@router.get("/projects/{project}/imports/{run}/rejects", operation_id="get_import_rejects", response_class=StreamingResponse)
def get_import_rejects(project: InProject, run: str) -> StreamingResponse:
    """Every record that became no row, as JSON Lines: its place, the reason, and what it says."""
    found = rejected(project.lab, project.name, run)
    told = (orjson.dumps(one) + b"\n" for one in found)
    name = f"attachment; filename={run}.rejects.jsonl"
    return StreamingResponse(told, media_type="application/x-ndjson", headers={"Content-Disposition": name})


@router.get("/samples", operation_id="list_samples")
def list_samples() -> Page[SampleFacts]:
    """The sample datasets that ship: each is imported as `sample:NAME`."""
    return page_of([SampleFacts(name=name, **told) for name, told in content.samples().items()], 0, 100)
