"""Guided talks: from what somebody needs to a dataset. What is said takes effect at once or, where a model is asked, by and by: the talk says what
is under way, and events tell when something has changed."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter
from fastapi import Path as InPath
from pydantic import BaseModel, Field, model_validator

from rowsmith.api.acting import ByServer, InProject, Served
from rowsmith.api.bodies import Body
from rowsmith.api.paging import Limit, Page, Start, page_of
from rowsmith.api.problems import ProblemAt
from rowsmith.app.guide import Guide, asked_of
from rowsmith.app.guide_replies import Act, reply
from rowsmith.app.guide_state import Made, Phase, Proposal, Sample, State
from rowsmith.app.guides import Listed
from rowsmith.app.projects import Project
from rowsmith.assist.asking import Reference
from rowsmith.assist.checklist import CHECKLIST, Evidence
from rowsmith.core.errors import Invalid

router = APIRouter(prefix="/projects/{project}/guides", tags=["guides"])
Spoken = Annotated[str, InPath(description="Its name, or its id.", examples=["support"])]
FOLDER = "guides"
"""Folder of the home where briefs, recipes and data of talks lie that were begun over HTTP."""


class Settings(Body):
    """Settings of a talk; those that are left out stay."""

    rows: int | None = Field(None, ge=1, description="Rows of the dataset.", examples=[50])
    format: Literal["jsonl", "csv"] | None = Field(None, description="Of its file.")
    model: str | None = Field(None, description="provider/name.", examples=["openai/gpt-4o-mini"])
    base_url: str | None = Field(None, description="Address of the model's server.")
    budget_usd: float | None = Field(None, ge=0, description="Most that the whole talk may cost.", examples=[0.25])


class NewGuide(Settings):
    """A talk to be begun."""

    name: str = Field("", description="Of the talk and of its dataset; default: as g12.", examples=["support"])
    prompt: str | None = Field(None, description="Name of a prompt of the project that the dataset is to test or train.")
    prompt_text: str | None = Field(None, max_length=1 << 20, description="The same as text.")


class Reply(Body):
    """What is said: a text, or an order in data."""

    text: str | None = Field(None, max_length=1 << 20, examples=["Answer complaints about bills"])
    act: Act | None = Field(None, examples=[{"note": "Too long", "sample": 2}])

    @model_validator(mode="after")
    def _one(self) -> Reply:
        if (self.text is None) == (self.act is None):
            raise ValueError("give a text or an act")
        return self


class ItemFacts(BaseModel):
    """An item of the checklist, and what is known of it."""

    name: str
    title: str
    ask: str
    example: str
    required: bool
    state: Literal["known", "assumed", "open"]
    value: str
    evidence: list[Evidence]


class TurnFacts(BaseModel):
    """What was said or done, what the guide answered, and what it asked then."""

    n: int
    kind: str
    said: Any
    told: list[str]
    question: str
    example: str
    at: float


class DoingFacts(BaseModel):
    """What is under way: what it is, since when, and the run that does it."""

    what: str
    since: float
    run: str


class Fault(BaseModel):
    """Why the last act did not come to its end."""

    what: str
    fix: str
    problems: list[ProblemAt] = []


class GuidePrompt(BaseModel):
    """A prompt as it stands."""

    name: str
    version: str = ""
    system: str
    text: str


class MadeRows(Made):
    """What came of the full run."""


class GuideFacts(BaseModel):
    """A talk as it stands."""

    guide: str
    id: str
    phase: Phase
    asked: str = Field(description="The item that is asked for; empty where none is.")
    question: str
    items: list[ItemFacts]
    attributes: dict[str, list[str]]
    edge_cases: list[str]
    edge_share: float
    rows: int
    format: Literal["jsonl", "csv"]
    model: str | None
    base_url: str | None
    budget_usd: float | None
    cost_usd: float | None
    reference: GuidePrompt | None
    analysed: bool
    prompt: GuidePrompt | None
    samples: list[Sample]
    notes: list[str]
    proposal: Proposal | None
    made: MadeRows | None
    turns: list[TurnFacts]
    doing: DoingFacts | None
    fault: Fault | None


@router.post("", operation_id="begin_guide", status_code=201)
def begin_guide(served: ByServer, project: InProject, wanted: NewGuide) -> GuideFacts:
    """Begin a talk. Where there is an existing prompt, a model reads it for what it tells."""
    source: Any = None
    if wanted.prompt_text is not None:
        if not wanted.prompt_text.strip():
            raise Invalid("The prompt says nothing.", "Give its text, or none.")
        source = Reference(name="a prompt", text=wanted.prompt_text)
    elif wanted.prompt is not None:
        kept = project.prompts.get(wanted.prompt)
        source = Reference(name=f"{kept.name}@{kept.version[:12]}", system=kept.prompt.system, text=kept.prompt.text)
    folder = served.lab.files.root / FOLDER / project.name
    folder.mkdir(parents=True, exist_ok=True)
    begun = project.guides.begin(
        wanted.name, prompt=source, rows=wanted.rows, format=wanted.format, model=wanted.model, base_url=wanted.base_url,
        budget_usd=wanted.budget_usd, folder=folder, wait=False,
    )  # fmt: skip
    if source is not None and wanted.model is not None:
        served.talks.do(project.name, begun.id, "Reading the prompt", _go_on)
    return _facts(served, project, project.guides.get(begun.id))


@router.get("", operation_id="list_guides")
def list_guides(project: InProject, start: Start = 0, limit: Limit = 100) -> Page[Listed]:
    """The talks of a project, newest first."""
    return page_of(project.guides.list(), start, limit)


@router.get("/{guide}", operation_id="get_guide")
def get_guide(served: ByServer, project: InProject, guide: Spoken) -> GuideFacts:
    """A talk as it stands after its last turn, and what is under way."""
    return _facts(served, project, project.guides.get(guide))


@router.post("/{guide}/replies", operation_id="reply_to_guide", status_code=202)
def reply_to_guide(served: ByServer, project: InProject, guide: Spoken, wanted: Reply) -> GuideFacts:
    """Say or do something. What takes longer than a moment goes on when this is answered."""
    said = wanted.text if wanted.text is not None else wanted.act
    assert said is not None
    named, act = _named(project.guides.get(guide), wanted), wanted.act
    waits = act is not None and act.again is None and act.refine is None
    after = served.talks.do(project.name, guide, named, lambda talk, **watched: reply(talk, said, **watched), waits=waits)
    return _facts(served, project, after)


@router.post("/{guide}/go-on", operation_id="go_on_with_guide", status_code=202)
def go_on_with_guide(served: ByServer, project: InProject, guide: Spoken) -> GuideFacts:
    """Do what is to be done without anything being said: read the prompt, make the samples, or all rows; what broke off goes on."""
    return _facts(served, project, served.talks.do(project.name, guide, "Going on", _go_on))


@router.post("/{guide}/stop", operation_id="stop_guide", status_code=202)
def stop_guide(served: ByServer, project: InProject, guide: Spoken) -> GuideFacts:
    """Stop what is under way; what is there is kept, and can be gone on with."""
    served.talks.stop(project.name, guide)
    return _facts(served, project, project.guides.get(guide))


@router.patch("/{guide}", operation_id="set_guide")
def set_guide(served: ByServer, project: InProject, guide: Spoken, wanted: Settings) -> GuideFacts:
    """Take other settings."""
    said = wanted.model_dump(exclude_unset=True)
    if wanted.budget_usd is not None and wanted.model is None:
        said["model"] = project.guides.get(guide).state.writer  # whether its price is known under which money is capped
    given = {**project.guides.settings(**said), **({"budget_usd": None} if said.get("budget_usd", 0) is None else {})}
    return _facts(served, project, served.talks.do(project.name, guide, "Taking the settings", lambda talk, **_: talk.take(**given), waits=True))


def _go_on(talk: Guide, **watched: Any) -> None:
    talk.go_on(**watched)


def _named(talk: Guide, wanted: Reply) -> str:
    """What is under way then, as far as that can be told beforehand."""
    act = wanted.act
    if act is not None and act.refine is not None:
        return "Changing the prompt"
    if act is not None and act.again is not None:
        return "Making samples"
    return {"checklist": "Reading your answer", "summary": "Reading your answer", "samples": "Going on"}.get(talk.phase, "Going on")


def _facts(served: Served, project: Project, talk: Guide) -> GuideFacts:
    state, brief = talk.state, talk.brief
    doing, fault = served.talks.doing(project.name, talk), served.talks.fault(project.name, talk)
    said, read, model = talk.prompt, state.reference, state.writer
    problems = [ProblemAt(what=one.what, fix=one.fix) for one in fault.problems] if isinstance(fault, Invalid) else []
    return GuideFacts(
        guide=talk.name, id=talk.id, phase=talk.phase, asked=state.question if talk.phase == "checklist" else "", question=talk.question,
        items=[
            ItemFacts(
                name=name, title=about.title, ask=about.ask, example=about.example, required=about.required, state=state.items[name].state,
                value=state.items[name].value, evidence=list(state.items[name].evidence),
            )
            for name, about in CHECKLIST.items()
        ],
        attributes=brief.attributes, edge_cases=brief.edge_cases, edge_share=brief.edge_share, rows=brief.rows, format=brief.format,
        model=model.model if model else None, base_url=model.base_url if model else None, budget_usd=state.budget_usd, cost_usd=state.cost,
        reference=GuidePrompt(name=read.name, system=read.system, text=read.text) if read else None, analysed=state.analysed,
        prompt=GuidePrompt(name=state.prompt_name, version=state.prompt_version, system=said.system, text=said.text) if said else None,
        samples=list(state.samples), notes=list(state.notes), proposal=state.proposal,
        made=MadeRows(**state.made.model_dump()) if state.made else None,
        turns=[_turn(one.n, one.kind, one.said, State.model_validate(one.state), one.at) for one in talk.turns],
        doing=DoingFacts(what=doing.what, since=doing.since, run=doing.run) if doing else None,
        fault=Fault(what=fault.what, fix=fault.fix, problems=problems) if fault else None,
    )  # fmt: skip


def _turn(n: int, kind: str, said: Any, state: State, at: float) -> TurnFacts:
    item = state.question if state.phase == "checklist" else ""
    proposed = state.items[item].value if item and state.items[item].state == "assumed" else ""
    question = f"{CHECKLIST[item].title}, proposed: {proposed}. Is that right?" if proposed else asked_of(state)
    example = CHECKLIST[item].example if item and not proposed else ""
    return TurnFacts(n=n, kind=kind, said=said, told=list(state.told), question=question, example=example, at=at)
