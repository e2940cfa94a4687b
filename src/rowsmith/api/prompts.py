"""Prompts: list, read, keep, tell versions apart, fork, restore, tag, hand on, look over, and try on rows."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from fastapi import Path as InPath
from pydantic import BaseModel, Field

from rowsmith.api.acting import InProject
from rowsmith.api.bodies import Body
from rowsmith.api.paging import Limit, Page, Start, page_of
from rowsmith.app.prompts import Kept
from rowsmith.core.errors import Invalid
from rowsmith.core.prompts import Prompt
from rowsmith.engine import prompt_forms
from rowsmith.store.refs import Ref

router = APIRouter(prefix="/projects/{project}/prompts", tags=["prompts"])
Name = Annotated[str, InPath(description="Name of a prompt.", examples=["answers"])]
Spoken = Annotated[str, InPath(description="name (its newest version), name@tag or name@version.", examples=["answers@v1"])]
Form = Literal["md", "yaml"]


class StoredPrompt(BaseModel):
    """A version of a prompt. `refs`: the tags and releases that name it; `used`: the variables that its texts use."""

    name: str = Field(examples=["answers"])
    version: str
    author: str
    message: str
    committed_at: float
    refs: list[str]
    prompt: Prompt
    used: list[str]


class LoggedPrompt(BaseModel):
    """A version in the log, with the names that it has. `parent`: the version before it, or the one that a fork began at."""

    version: str
    parent: str | None
    author: str
    message: str
    committed_at: float
    refs: list[str]


class Sides(BaseModel):
    """What a setting was and is; null where it is not there."""

    old: Any
    new: Any


class PromptDiff(BaseModel):
    """What differs between two versions: `text`, `system`, `variables.tone` ..."""

    old: str
    new: str
    fields: dict[str, Sides]


class PromptToKeep(Body):
    """A prompt to be kept: `prompt`, or the text of a `file` in Markdown with front matter or in YAML."""

    name: str = Field("", description="What it is called; default: what the file says.", examples=["answers"])
    prompt: Prompt | None = Field(None, examples=[{"text": "Answer: {{ question }}", "parameters": {"temperature": 0.3}}])
    file: str = Field("", description="In place of `prompt`: the text of a file.")
    form: Form = Field("md", description="What the file is written in.")
    message: str = Field("", description="What was done.")
    onto: str = Field("", description="The version that it was made of, which must still be the newest (else 409).")


class PromptToFork(Body):
    """A prompt of its own that begins at a version of another one."""

    name: str = Field(examples=["answers-short"])
    message: str = ""


class PromptToRestore(Body):
    """A version that is to be the newest again."""

    source: str = Field(description="A tag or version of it; or other@version of another prompt.", examples=["v1"])
    message: str = ""


class PromptToTag(Body):
    """A version to be named for good."""

    name: str = Field(examples=["v1"])
    at: str = Field("", description="The version; default: the newest.")
    message: str = ""
    release: bool = Field(False, description="A release can never be deleted.")


class Asking(Body):
    """A model that is asked, and what it may cost."""

    model: str | None = Field(None, description="provider/name; null: none is asked.", examples=["openai/gpt-5-mini"])
    base_url: str | None = Field(None, description="Address of the model's server.")
    budget_usd: float | None = Field(None, ge=0, description="Most that asking may cost.")


class Which(Asking):
    """A prompt: a stored one by its name, or one that is given whole."""

    name: str = Field("", description="name, name@tag or name@version.", examples=["answers"])
    prompt: Prompt | None = Field(None, description="In place of it: what it says.")

    @property
    def source(self) -> Prompt | str:
        """As the library takes it."""
        if bool(self.name) == (self.prompt is not None):
            raise Invalid("Give a prompt either by its name or whole.", "Fill in name or prompt, and leave the other one out.")
        return self.prompt or self.name


class PromptToLint(Which):
    """A prompt to be looked over."""

    step: str = Field("", description="Also what a step of this kind needs.", examples=["generate.qa"])


class PromptToTry(Which):
    """A prompt to be tried on rows."""

    dataset: str = Field("", description="Where the rows are: name, name@version or run:r12.", examples=["questions"])
    rows: list[dict[str, Any]] = Field([], description="In place of a dataset: the rows themselves.")
    values: dict[str, Any] = Field({}, description="Values of variables.")
    limit: int = Field(5, ge=1, le=100, description="Most requests.")
    seed: int = Field(0, description="Other rows for another number.")


class PromptToInfer(Asking):
    """Rows from which a prompt is to be found."""

    dataset: str = Field(examples=["questions"])
    answer: str = Field("answer", description="The column that the prompt is to lead to.")
    limit: int = Field(20, ge=1, le=200, description="Rows that are shown to the model.")
    seed: int = 0


@router.get("", operation_id="list_prompts")
def list_prompts(
    project: InProject, tag: Annotated[str, Query(description="Only those that carry this word among their tags.")] = "", start: Start = 0,
    limit: Limit = 100,
) -> Page[StoredPrompt]:  # fmt: skip
    """The prompts of a project, by name, each with its newest version."""
    return page_of([_facts(one) for one in project.prompts.list(tag)], start, limit)


@router.post("", operation_id="add_prompt", status_code=201)
def add(project: InProject, wanted: PromptToKeep) -> StoredPrompt:
    """Keep a prompt: a new one, or the next version of the one that has its name. The same as the newest: nothing happens."""
    if (wanted.prompt is None) == (not wanted.file):
        raise Invalid("Give a prompt either whole or as the text of a file.", "Fill in prompt or file, and leave the other one out.")
    name, said = wanted.name, wanted.prompt
    if said is None:
        filed = prompt_forms.loads(wanted.file, wanted.form)
        name, said = name or filed.name, filed.prompt
    return _facts(project.prompts.add(said, name, message=wanted.message, onto=wanted.onto))


@router.post("/lint", operation_id="lint_prompt")
def lint(project: InProject, wanted: PromptToLint) -> dict[str, Any]:
    """Look a prompt over: its variables, contradiction, ambiguity, overload, redundancy; by rules, and by a model where one is given."""
    return project.prompts.lint(
        wanted.source, step=wanted.step, model=wanted.model, base_url=wanted.base_url, budget_usd=wanted.budget_usd
    ).dump()


@router.post("/test", operation_id="test_prompt")
def test(project: InProject, wanted: PromptToTry) -> dict[str, Any]:
    """Try a prompt on sample rows: what would be sent; with a model, what it answers. Ask twice to compare two versions on the same rows."""
    if wanted.dataset and wanted.rows:
        raise Invalid("Both a dataset and rows are given.", "Give one of them.")
    return project.prompts.test(
        wanted.source, rows=wanted.dataset or wanted.rows, values=wanted.values, limit=wanted.limit, seed=wanted.seed, model=wanted.model,
        base_url=wanted.base_url, budget_usd=wanted.budget_usd,
    ).dump()  # fmt: skip


@router.post("/infer", operation_id="infer_prompt")
def infer(project: InProject, wanted: PromptToInfer) -> dict[str, Any]:
    """Find the prompt that leads from the other columns of rows to one of them; a model writes it."""
    return project.prompts.infer(
        wanted.dataset, answer=wanted.answer, limit=wanted.limit, seed=wanted.seed, model=wanted.model, base_url=wanted.base_url,
        budget_usd=wanted.budget_usd,
    ).dump()  # fmt: skip


@router.get("/{prompt}", operation_id="get_prompt")
def get_prompt(project: InProject, prompt: Spoken) -> StoredPrompt:
    """What a version of a prompt says."""
    return _facts(project.prompts.get(prompt))


@router.get("/{prompt}/log", operation_id="log_prompt")
def log(project: InProject, prompt: Spoken, start: Start = 0, limit: Limit = 100) -> Page[LoggedPrompt]:
    """The version that is spoken of and all that it descends from, newest first."""
    return page_of([LoggedPrompt(**one.dump()) for one in project.prompts.log(prompt)], start, limit)


@router.get("/{prompt}/diff", operation_id="diff_prompt")
def diff(
    project: InProject, prompt: Spoken,
    new: Annotated[str, Query(description="What it is compared with; default: the version is compared with the one before it.")] = "",
) -> PromptDiff:  # fmt: skip
    """What differs between two versions, of one prompt or of two."""
    return PromptDiff(**project.prompts.diff(prompt, new).dump())


@router.get("/{prompt}/file", operation_id="export_prompt", response_class=Response)
def export(project: InProject, prompt: Spoken, form: Form = "md") -> Response:
    """A prompt as a file that `add` reads back the same."""
    text = project.prompts.export(prompt, form=form)
    name = prompt.partition("@")[0]
    kinds = {"md": "text/markdown; charset=utf-8", "yaml": "application/yaml"}
    return Response(text, media_type=kinds[form], headers={"Content-Disposition": f"attachment; filename*=UTF-8''{_quoted(name)}.{form}"})


@router.post("/{prompt}/fork", operation_id="fork_prompt", status_code=201)
def fork(project: InProject, prompt: Spoken, wanted: PromptToFork) -> StoredPrompt:
    """Begin a prompt of its own at a version of another one."""
    return _facts(project.prompts.fork(prompt, wanted.name, message=wanted.message))


@router.post("/{prompt}/restore", operation_id="restore_prompt")
def restore(project: InProject, prompt: Name, wanted: PromptToRestore) -> StoredPrompt:
    """Make a prompt what an earlier version is, as a new version: nothing of the history is lost."""
    return _facts(project.prompts.restore(prompt, wanted.source, message=wanted.message))


@router.get("/{prompt}/tags", operation_id="list_prompt_tags")
def list_tags(project: InProject, prompt: Name, start: Start = 0, limit: Limit = 100) -> Page[Ref]:
    """The tags and releases of a prompt."""
    return page_of(project.prompts.refs(prompt, "tag", "release"), start, limit)


@router.post("/{prompt}/tags", operation_id="tag_prompt", status_code=201)
def tag(project: InProject, prompt: Name, wanted: PromptToTag) -> Ref:
    """Name a version of a prompt for good."""
    return project.prompts.tag(prompt, wanted.name, at=wanted.at, message=wanted.message, release=wanted.release)


@router.delete("/{prompt}/tags/{tag:path}", operation_id="delete_prompt_tag")
def delete_tag(project: InProject, prompt: Name, tag: str) -> Ref:
    """Forget a tag; its version stays. A release stays, too (409)."""
    return project.prompts.delete(prompt, tag)


def _facts(kept: Kept) -> StoredPrompt:
    return StoredPrompt(**kept.dump())


def _quoted(name: str) -> str:
    from urllib.parse import quote

    return quote(name, safe="")
