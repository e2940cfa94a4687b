"""Quality: what checks there are, checks as a run, what they have found, a gate, rows taken out or repaired, and the report as a page."""

from __future__ import annotations

from itertools import islice
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi import Path as InPath
from fastapi.responses import FileResponse
from pydantic import Field

from rowsmith.api.acting import ByServer, InProject
from rowsmith.api.bodies import Body
from rowsmith.api.paging import Limit, Page, Start, page_of, part
from rowsmith.api.sending import made
from rowsmith.app.projects import Project
from rowsmith.app.quality_checks import Means
from rowsmith.app.quality_queued import CheckRun, KnownCheck
from rowsmith.app.quality_result import RowFlag
from rowsmith.app.quality_run import Watched
from rowsmith.app.quotes import Quote
from rowsmith.app.results import Result
from rowsmith.app.uploads import Uploads

router = APIRouter(prefix="/projects/{project}/datasets/{dataset}/quality", tags=["quality"])
Spoken = Annotated[str, InPath(description="name, name@branch, name@tag or name@version.", examples=["questions@main"])]
Branch = Annotated[str, InPath(description="name, or name@branch.", examples=["questions"])]
Run = Annotated[str, InPath(description="A run of checks.", examples=["r12"])]
FILE = "A path on the server's machine, or upload:ID."


class Given(Body):
    """What checks are given."""

    model: str | None = Field(None, description="A model for the checks that can ask one.", examples=["openai/gpt-4o-mini"])
    base_url: str | None = Field(None, description="Address of the model's server.")
    embedder: str | None = Field(None, description="A model of embeddings, for semantic-duplicates.")
    embedder_url: str | None = Field(None, description="Address of the embedder's server.")
    against: str | None = Field(None, description=f"The evaluation set of contamination: a dataset, or a file. {FILE}")
    settings: dict[str, dict[str, Any]] = Field(
        {}, description="By check, what its step is set to.", examples=[{"near-duplicates": {"similarity": 0.8}}]
    )
    budget_usd: float | None = Field(None, ge=0, description="Pause before more than this is spent.")
    budget_tokens: int | None = Field(None, ge=1, description="Pause before more tokens than this.")
    offline: bool = Field(False, description="Send nothing: stored answers alone.")

    def means(self, *, also: bool = False) -> Means:
        """As the checks take it."""
        return Means(self.model, self.base_url, self.embedder, self.embedder_url, settings=self.settings, also=also)

    def watched(self) -> Watched:
        """As a run takes it."""
        return Watched(self.budget_usd, self.budget_tokens, offline=self.offline)

    def compared(self, project: Project) -> str | None:
        """The evaluation set, a file by its path."""
        return None if self.against is None else Uploads(project.lab).named(self.against)


class ChecksToDo(Given):
    """Checks to be carried out."""

    checks: list[str] | None = Field(None, description="Names of checks, or kinds of steps that flag; null: all for which nothing is missing.")
    gate: str | None = Field(None, description=f"A gate (YAML), whose questions are asked, too. {FILE}")


class ToPlan(ChecksToDo):
    """Checks, and perhaps a repair behind them, to be quoted."""

    fix: list[str] = Field([], description="Repair rows that are flagged for these.")
    tries: int = Field(2, ge=1, le=5, description="How often a row is repaired at most.")


class Removal(Body):
    """Rows to be taken out."""

    why: list[str] = Field(min_length=1, description="Checks, or checks with a reason.", examples=[["duplicates", "pii.card"]])
    keep: list[str] = Field([], description="Ids of rows that stay whatever is said against them.")
    into: str | None = Field(None, description="Commit into this dataset; default: the branch.")


class Repair(Given):
    """Rows to be repaired by the model."""

    why: list[str] = Field(min_length=1, description="Checks, or checks with a reason.", examples=[["pii"]])
    tries: int = Field(2, ge=1, le=5, description="How often a row is repaired at most.")
    remove: list[str] = Field([], description="Take out what is then flagged for these.")
    keep: list[str] = []
    into: str | None = None


class ToPass(Body):
    """A gate to be held against what was found."""

    gate: str = Field(description=FILE, examples=["gate.yaml"])


@router.get("/checks", operation_id="list_checks")
def list_checks(project: InProject, dataset: Spoken, start: Start = 0, limit: Limit = 100) -> Page[KnownCheck]:
    """The checks that there are, and what each still needs before it can be carried out."""
    return page_of(project.quality.known(dataset), start, limit)


@router.post("", operation_id="begin_checks", status_code=202)
def begin_checks(served: ByServer, project: InProject, dataset: Spoken, wanted: ChecksToDo) -> Result:
    """Check a version: a run, carried out by the server's worker. The same checks of the same version are the same run."""
    gate = None if wanted.gate is None else Uploads(project.lab).named(wanted.gate)
    made = project.quality.begin(
        dataset, checks=wanted.checks, against=wanted.compared(project), gate=gate, means=wanted.means(), watched=wanted.watched()
    )
    served.worker.wake()
    return made


@router.post("/plan", operation_id="plan_checks")
def plan_checks(project: InProject, dataset: Spoken, wanted: ToPlan) -> Quote:
    """What the checks, and a repair behind them, will ask of models and cost."""
    gate = None if wanted.gate is None else Uploads(project.lab).named(wanted.gate)
    given: dict[str, Any] = {"against": wanted.compared(project), "means": wanted.means(also=bool(wanted.fix)), "watched": wanted.watched()}
    return project.quality.forecast(dataset, checks=wanted.checks, gate=gate, fix=wanted.fix, tries=wanted.tries, **given)


@router.get("", operation_id="list_check_runs")
def list_check_runs(project: InProject, dataset: Spoken, start: Start = 0, limit: Limit = 50) -> Page[CheckRun]:
    """The runs that have checked a version of the dataset, newest first."""
    return page_of(project.quality.runs(dataset), start, limit)


@router.get("/{run}", operation_id="show_quality")
def show_quality(project: InProject, dataset: Spoken, run: Run) -> dict[str, Any]:
    """What a run of checks has found: the grade and its parts, counts, distributions, clusters, and what to do. 409 while it has not ended."""
    return project.quality.of(run).dump(flags=False)


@router.get("/{run}/flags", operation_id="list_flags")
def list_flags(
    project: InProject, dataset: Spoken, run: Run, check: Annotated[str | None, Query(description="Of one check.", examples=["pii"])] = None,
    reason: Annotated[str | None, Query(description="For one reason.")] = None, start: Start = 0, limit: Limit = 100,
) -> Page[RowFlag]:  # fmt: skip
    """The flags of a run of checks, in the order of the rows: what is said against which row, and where in its text."""
    found = (flag for flag in project.quality.of(run).flags if check in (None, flag.check) and reason in (None, flag.reason))
    items = list(islice(found, start, start + limit))
    return part(items, start, start + len(items) + sum(1 for _ in found))


@router.post("/{run}/gate", operation_id="pass_gate")
def pass_gate(project: InProject, dataset: Spoken, run: Run, wanted: ToPass) -> dict[str, Any]:
    """Whether what was found passes a gate: each of its rules, and the rows that break it."""
    found = project.quality.of(run, gate=Uploads(project.lab).named(wanted.gate)).gate
    assert found is not None  # a gate was given
    return dict(found)


@router.get("/{run}/report", operation_id="download_report", response_class=FileResponse)
def download_report(project: InProject, dataset: Spoken, run: Run) -> FileResponse:
    """The report as one HTML file, which loads nothing."""
    found = project.quality.of(run)
    return made(f"{found.dataset}.quality.html", lambda path: project.quality.write(found, report=path))


@router.post("/{run}/remove", operation_id="remove_flagged")
def remove_flagged(project: InProject, dataset: Branch, run: Run, wanted: Removal) -> dict[str, Any]:
    """Commit the rows that are left when those go that are flagged. 409 where the branch has moved since it was checked."""
    return project.quality.remove(dataset, project.quality.of(run), wanted.why, keep=wanted.keep, into=wanted.into).dump()


@router.post("/{run}/fix", operation_id="fix_flagged")
def fix_flagged(project: InProject, dataset: Branch, run: Run, wanted: Repair) -> dict[str, Any]:
    """Have the model repair the rows that are flagged, check them again, and commit those that pass. It answers when that is done; a repair that
    stood still goes on with the same request."""
    return project.quality.fix(
        dataset, project.quality.of(run), wanted.why, means=wanted.means(also=True), against=wanted.compared(project), tries=wanted.tries,
        remove=wanted.remove, keep=wanted.keep, into=wanted.into, watched=wanted.watched(),
    ).dump()  # fmt: skip
