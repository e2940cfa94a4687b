"""Coverage: what of its documents a dataset covers, how far it is from its plan, and what it teaches."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter
from fastapi import Path as InPath
from pydantic import Field

from rowsmith.api.acting import InProject
from rowsmith.api.bodies import Body
from rowsmith.api.paging import Limit, Page, Start, page_of
from rowsmith.app.coverage import Covered
from rowsmith.app.planned import Planned
from rowsmith.steps.probes import Kind

router = APIRouter(prefix="/projects/{project}/datasets/{dataset}", tags=["coverage"])
Spoken = Annotated[str, InPath(description="name, name@branch, name@tag or name@version.", examples=["questions@main"])]


class ToMeasure(Body):
    """How it is measured what a dataset teaches."""

    test: str | None = Field(None, description="The dataset that is held out. Default: a fifth of the rows.")
    subsets: list[str] = Field([], description="Versions or conditions that are compared with as many random rows of the whole.")
    probe: Kind | None = Field(None, description="What is trained. Default: what the rows are for.")
    seeds: int = Field(10, ge=1, le=100, description="How many random draws each baseline has.")
    by: list[str] = Field(["source", "near_duplicates"], description="What is never learned from and tested with.")


@router.get("/coverage", operation_id="list_coverage")
def list_coverage(project: InProject, dataset: Spoken, start: Start = 0, limit: Limit = 100) -> Page[Covered]:
    """What of each document the rows came from, and what is left of it."""
    return page_of(project.sources.coverage(dataset), start, limit)


@router.get("/plan", operation_id="show_plan")
def show_plan(project: InProject, dataset: Spoken) -> Planned | None:
    """How far the rows are from the plan that they were made by, and their divergence; null where they had none."""
    return project.sources.planned(dataset)


@router.post("/worth", operation_id="measure_worth")
def measure_worth(project: InProject, dataset: Spoken, wanted: ToMeasure) -> dict[str, Any]:
    """Train small models on parts of a dataset and test them on rows held out, beside baselines. It answers when that is done."""
    found = project.quality.worth(
        dataset, test=wanted.test, subsets=wanted.subsets, probe=wanted.probe, seeds=wanted.seeds, by=wanted.by
    )
    return found.dump()
