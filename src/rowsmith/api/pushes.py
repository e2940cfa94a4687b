"""Datasets that leave, and what shows what they rest on: pushes to a hub and to people who review elsewhere, licences, lock, proof bundle."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter
from fastapi import Path as InPath
from fastapi.responses import FileResponse
from pydantic import Field

from rowsmith.api.acting import InProject
from rowsmith.api.bodies import Body
from rowsmith.api.sending import made

router = APIRouter(prefix="/projects/{project}/datasets/{dataset}", tags=["pushes"])
Spoken = Annotated[str, InPath(description="name, name@branch, name@tag or name@version.", examples=["questions@main"])]
Branch = Annotated[str, InPath(description="name, or name@branch.", examples=["questions"])]
PLACE = "hf:owner/name, argilla:WORKSPACE/NAME or label-studio:TITLE."


class ToPush(Body):
    """Where a dataset goes. An option that means nothing for the place is refused."""

    place: str = Field(description=PLACE, examples=["hf:me/questions"])
    public: bool = Field(False, description="Of a hub: everybody may see it.")
    split_by: str | None = Field(None, description="Of a hub: column by whose values the rows are parted.")
    message: str | None = Field(None, description="Of a hub: what was done.")
    tag: str | None = Field(None, description="Of a hub: a name for this state.")
    where: str | None = Field(None, description="Of people who review: only rows for which this is true.", examples=["reviews.count = 0"])


class ToPull(Body):
    """What is brought back."""

    place: str = Field(description=PLACE, examples=["argilla:team/questions"])
    dry_run: bool = Field(False, description="Of people who review: only say what would be taken.")


@router.post("/push", operation_id="push_dataset")
def push(project: InProject, dataset: Spoken, wanted: ToPush) -> dict[str, Any]:
    """Send a version to a place elsewhere; `told` says in words what came of it. Without the place's key the error says how to give it."""
    how: dict[str, Any] = wanted.model_dump()
    done = project.datasets.push(dataset, how.pop("place"), **how)
    return {**done.dump(), "told": done.told()}


@router.post("/pull", operation_id="pull_dataset")
def pull(project: InProject, dataset: Branch, wanted: ToPull) -> dict[str, Any]:
    """Bring back the very rows that a push put on a hub, or what people say who review rows elsewhere, into this dataset."""
    how: dict[str, Any] = wanted.model_dump()
    done = project.datasets.pull(how.pop("place"), dataset, **how)
    return {**done.dump(), "told": done.told()}


@router.get("/licences", operation_id="show_licences")
def licences(project: InProject, dataset: Spoken) -> dict[str, Any]:
    """The rows by what binds them: licences of their sources, terms of the models that wrote them; and how many may be trained on for money."""
    return project.datasets.licences(dataset).dump()


@router.get("/lock", operation_id="show_lock")
def lock(project: InProject, dataset: Spoken) -> dict[str, Any]:
    """What a version rests on, pinned by hash: inputs, recipe, prompts, models, calls, edits, code."""
    return project.datasets.lock(dataset).lock


@router.get("/bundle", operation_id="download_bundle", response_class=FileResponse)
def bundle(project: InProject, dataset: Spoken, reviews: bool = True, unblind: bool = False) -> FileResponse:
    """A proof bundle of a version, by which an outsider can check it, as a zip archive."""
    name = f"{dataset.partition('@')[0]}.bundle.zip"
    return made(name, lambda path: project.datasets.bundle(dataset, path, reviews=reviews, unblind=unblind), "application/zip")
