"""Runs: start, list, look at one, stop, cancel, go on. They are carried out by the server's worker, whoever watches."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field

from rowsmith.api.acting import ByServer, InProject
from rowsmith.api.bodies import Body
from rowsmith.api.paging import Limit, Page, Start, newest
from rowsmith.app.results import Result

router = APIRouter(prefix="/projects/{project}", tags=["runs"])


class Caps(Body):
    """What a run may spend."""

    budget_usd: float | None = Field(None, ge=0, description="Pause before more than this is spent.", examples=[0.25])
    budget_tokens: int | None = Field(None, ge=1, description="Pause before more tokens than this.")


class NewRun(Caps):
    """A run to be started."""

    recipe: str = Field(description="A name of the catalogue, or the path of a recipe file.", examples=["extractive-qa"])
    sets: dict[str, str] = Field({}, description="Values of the recipe's parameters.", examples=[{"documents": "docs/"}])
    into: str | None = Field(None, description="Dataset to commit into. Default: the recipe's name.")
    target: int | None = Field(None, ge=1, description="Go on until so many rows are kept.")
    limit: int | None = Field(None, ge=1, description="Take in no further row once so many are asked for.")
    new: bool = Field(False, description="A new run, which reuses stored answers.")
    fresh: bool = Field(False, description="A new run that buys new answers.")
    refresh: bool = Field(False, description="Fetch anew what is outside.")
    replace: bool = Field(False, description="Commit these rows alone, not merged with those of the dataset.")
    offline: bool = Field(False, description="Send nothing: stored answers alone.")
    batch: bool = Field(False, description="Buy answers in batches.")
    batch_only: bool = Field(False, description="Ask nothing live.")
    deadline_s: float | None = Field(None, ge=0, description="With batch: seconds after which what is missing is asked live.")
    commit_partial: bool = Field(False, description="Commit the kept rows even when the run does not finish.")


class GoOn(Caps):
    """How a run goes on."""

    retry_failed: bool = Field(True, description="Give failed rows another attempt.")
    offline: bool = False
    commit_partial: bool = False
    batch: bool | None = Field(None, description="Buy answers in batches, or live; null: as before.")


class ToCompare(Caps):
    """How two runs are compared."""

    by: list[str] = Field([], description="Numbers or conditions; higher is better. Default: the scores that both have, or the judge.")
    judge: str | None = Field(None, description="Ask a model which is better, in both orders: provider/name, or a role of the first run.")
    base_url: str | None = Field(None, description="Address of the judge's server.")
    criteria: str = Field("", description="What makes one better.")
    columns: list[str] = Field([], description="Columns that are judged. Default: all that differ.")
    limit: int = Field(5, ge=0, le=1000, description="Most pairs to list of those that differ, the largest first.")


@router.post("/runs", operation_id="start_run", status_code=202)
def start_run(served: ByServer, project: InProject, wanted: NewRun) -> Result:
    """Start a run; what is wrong with its recipe is told at once, and nothing is spent. The same again means the same run."""
    made = project.runs.start(**wanted.model_dump(), queue=True)
    served.worker.wake()
    return made


@router.get("/runs", operation_id="list_runs")
def list_runs(project: InProject, start: Start = 0, limit: Limit = 50) -> Page[Result]:
    """The runs of a project, newest first."""
    return newest(project.runs.list(start + limit + 1), start, limit)


@router.get("/runs/{run}", operation_id="get_run")
def get_run(project: InProject, run: str) -> Result:
    """What a run has come to."""
    return project.runs.result(run)


@router.post("/runs/{run}/compare/{other}", operation_id="compare_runs")
def compare_runs(project: InProject, run: str, other: str, wanted: ToCompare) -> dict[str, Any]:
    """What two runs made of the same rows beside each other: two prompts, two models, before and after."""
    return project.runs.compare(run, other, **wanted.model_dump()).dump()


@router.get("/runs/{run}/troubles", operation_id="list_troubles")
def list_troubles(project: InProject, run: str, limit: Annotated[int, Query(ge=1, le=1000)] = 100) -> Page[dict[str, Any]]:
    """The rows of a run that failed, each with its step, reason and detail."""
    return newest(project.runs.troubles(run, limit + 1), 0, limit)


@router.get("/runs/{run}/draws", operation_id="list_draws")
def list_draws(project: InProject, run: str, limit: Annotated[int, Query(ge=1, le=1000)] = 100) -> Page[dict[str, Any]]:
    """The answers of a run that could not be used, each with its reason."""
    return newest(project.runs.draws(run, limit + 1), 0, limit)


@router.post("/runs/{run}/stop", operation_id="stop_run")
def stop_run(project: InProject, run: str) -> Result:
    """Stop a run; what it has is kept, and it can go on."""
    return project.runs.result(project.runs.stop(run).id)


@router.post("/runs/{run}/cancel", operation_id="cancel_run")
def cancel_run(project: InProject, run: str) -> Result:
    """Stop a run and cancel what it has still to do, batches at their servers included."""
    return project.runs.result(project.runs.cancel(run).id)


@router.post("/runs/{run}/resume", operation_id="resume_run", status_code=202)
def resume_run(served: ByServer, project: InProject, run: str, wanted: GoOn) -> Result:
    """Go on with a run that stopped, paused or was cancelled, under another cap perhaps."""
    made = project.runs.resume(run, **wanted.model_dump(), queue=True)
    served.worker.wake()
    return made
