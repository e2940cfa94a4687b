"""Imports: what a file is, with the evidence; its first rows under a mapping; and files into a dataset."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from rowsmith.api.acting import ByServer, InProject
from rowsmith.app.detection import detect as detected
from rowsmith.app.downloads import Part
from rowsmith.app.imports import Import
from rowsmith.app.profiles import MappingProfile
from rowsmith.app.uploads import Uploads

router = APIRouter(tags=["imports"])
FILE = "A path on the server's machine, an address (https://...), a dataset on a hub (hf:owner/name), or upload:ID."


class ToDetect(BaseModel):
    """A file to be looked at."""

    model_config = ConfigDict(extra="forbid")
    file: str = Field(description=FILE, examples=["upload:0123456789abcdef0123456789abcdef"])
    map: MappingProfile = Field(MappingProfile(), description="How it is read, and what is done to each record first.")


class ToImport(BaseModel):
    """Files to be imported."""

    model_config = ConfigDict(extra="forbid")
    files: list[str] = Field(min_length=1, description=FILE)
    into: str = Field(description="The dataset; made when it is not there.", examples=["questions"])
    format: str | None = Field(None, description="Format of the records; default: recognised for each file.")
    map: MappingProfile = Field(MappingProfile(), description="What is done to each record first.")
    strict: bool = Field(False, description="Refuse, and commit nothing, where a record is rejected.")
    key: str | None = Field(None, description="The column whose value identifies a row.")
    split: str = Field("", description="Of a dataset on a hub, the split.")
    columns: list[str] = Field([], description="Only these columns.")
    sample: int | None = Field(None, ge=1, description="Of a dataset on a hub, so many random rows.")
    seed: int = 0


@router.post("/detect", operation_id="detect_file")
def detect_file(served: ByServer, wanted: ToDetect) -> dict[str, Any]:
    """What a file is: container, formats with the evidence, broken records, and the first rows under the mapping."""
    return detected(Uploads(served.lab).named(wanted.file), profile=wanted.map).dump()


@router.post("/projects/{project}/imports", operation_id="import_files")
def import_files(project: InProject, wanted: ToImport) -> Import:
    """Import files into a dataset, merged by row id; the same files again are the same import. `rejected` lists what became no row."""
    uploads = Uploads(project.lab)
    rejects = project.lab.files.root / "rejects" / f"{project.name}.{wanted.into}.rejects.jsonl"
    part = Part(wanted.split, tuple(wanted.columns), wanted.sample, wanted.seed)
    return project.datasets.import_(
        [uploads.named(file) for file in wanted.files], wanted.into, format=wanted.format, profile=wanted.map, strict=wanted.strict,
        key=wanted.key, rejects=rejects, part=part,
    )  # fmt: skip
