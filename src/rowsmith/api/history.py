"""History of datasets: log, commits, branches, tags, merges, restores, and what differs between two states."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from fastapi import Path as InPath
from pydantic import Field

from rowsmith.api.acting import InProject
from rowsmith.api.bodies import Body
from rowsmith.api.paging import Limit, Page, Start, page_of, part
from rowsmith.app.history import Committed
from rowsmith.core.errors import Conflict
from rowsmith.store.refs import Ref

router = APIRouter(prefix="/projects/{project}/datasets/{dataset}", tags=["history"])
Spoken = Annotated[str, InPath(description="name, name@branch, name@tag or name@version.", examples=["questions@main"])]
Branch = Annotated[str, InPath(description="name, or name@branch.", examples=["questions"])]
Prefer = Literal["", "ours", "theirs", "both"]
RESOLVE = "Single conflicts settled: ROW:FIELD=ours, =theirs, =base or =value:JSON; ROW=ours where it is about the whole row."


class Settling(Body):
    """How conflicts are settled."""

    message: str = Field("", description="What was done.")
    prefer: Prefer = Field("", description="Whose cells stand in a conflict; default: nobody's, conflicts are listed (409).")
    resolve: list[str] = Field([], description=RESOLVE, examples=[["0123456789abcdef0123456789abcdef:answer=theirs"]])


class ToCommit(Settling):
    """A commit of the uncommitted edits."""

    author: str | None = Field(None, description="Who did it; default: who acts.")


class Source(Settling):
    """What is brought into a branch."""

    source: str = Field(description="Branch, tag or version of the same dataset, or other@version of another one.", examples=["draft"])


class ToMerge(Source):
    """A merge."""

    rows: Literal["three-way", "union", "intersection"] = Field("three-way", description="Which rows there are where one side lacks them.")


class ToRestore(Body):
    """A state that is to be there again, as a new version."""

    source: str = Field(examples=["v1"])
    message: str = ""


class ToRollBack(Body):
    """A version that the branch is to name again."""

    source: str = Field(examples=["v1"])
    discard: bool = Field(False, description="Lose the branch's uncommitted edits.")


class NewBranch(Body):
    """A branch to be begun."""

    name: str = Field(examples=["draft"])
    at: str = Field("", description="Where it begins; default: main's head.")


class NewTag(NewBranch):
    """A version to be named for good."""

    message: str = ""
    release: bool = Field(False, description="A release can never be deleted.")


class Differs(Page[dict[str, Any]]):
    """A page of rows that differ, in the order of the dataset; counts of all of them, and by column; the figures of both sides."""

    old: str | None
    new: str | None
    added: int
    removed: int
    changed: int
    fields: dict[str, int]
    statistics: dict[str, dict[str, Any]] | None


class Unsettled(Conflict):
    """Conflicts are open, and nothing has happened. `more` lists them with the values of both sides and of their common ancestor."""

    def __init__(self, done: Committed) -> None:
        super().__init__(f"{done.conflict_count:,} conflicts are open, and nothing has been changed.", "Settle them by prefer or resolve.")
        told = done.dump()
        self.more = {"conflicts": told["conflicts"], "conflict_count": done.conflict_count}


@router.get("/log", operation_id="log_dataset")
def log(project: InProject, dataset: Spoken, start: Start = 0, limit: Limit = 100) -> Page[dict[str, Any]]:
    """The version that is spoken of and all that it descends from, newest first, with the names that each has."""
    return page_of([one.dump() for one in project.history.log(dataset)], start, limit)


@router.post("/commit", operation_id="commit_dataset")
def commit(project: InProject, dataset: Branch, wanted: ToCommit) -> dict[str, Any]:
    """Make the uncommitted edits of a branch its next version. Where it has moved below them, conflicts by field (409)."""
    how: dict[str, Any] = wanted.model_dump()
    return _settled(project.history.commit(dataset, **how))


@router.get("/refs", operation_id="list_refs")
def list_refs(
    project: InProject, dataset: Branch, kind: Annotated[list[Literal["branch", "tag", "release"]] | None, Query()] = None, start: Start = 0,
    limit: Limit = 100,
) -> Page[Ref]:  # fmt: skip
    """The branches, tags and releases of a dataset, by name."""
    return page_of(project.history.refs(dataset, *(kind or ())), start, limit)


@router.post("/branches", operation_id="create_branch", status_code=201)
def create_branch(project: InProject, dataset: Branch, wanted: NewBranch) -> Ref:
    """Begin a branch."""
    return project.history.branch(dataset, wanted.name, at=wanted.at)


@router.post("/tags", operation_id="create_tag", status_code=201)
def create_tag(project: InProject, dataset: Branch, wanted: NewTag) -> Ref:
    """Name a version for good."""
    return project.history.tag(dataset, wanted.name, at=wanted.at, message=wanted.message, release=wanted.release)


@router.delete("/refs/{ref:path}", operation_id="delete_ref")
def delete_ref(
    project: InProject, dataset: Branch, ref: str, kind: Annotated[Literal["branch", "tag"] | None, Query(description="Only if it is one.")] = None,
    discard: Annotated[bool, Query(description="Lose a branch's uncommitted edits, too.")] = False,
) -> Ref:  # fmt: skip
    """Forget a branch or a tag; what it named is in the answer."""
    return project.history.delete(dataset, ref, kind=kind, discard=discard)


@router.post("/merge", operation_id="merge_dataset")
def merge(project: InProject, dataset: Branch, wanted: ToMerge) -> dict[str, Any]:
    """Bring what another version has changed into a branch. Open conflicts are listed by field, with the values of both sides (409)."""
    how: dict[str, Any] = wanted.model_dump()
    return _settled(project.history.merge(dataset, **how))


@router.post("/cherry-pick", operation_id="cherry_pick")
def cherry_pick(project: InProject, dataset: Branch, wanted: Source) -> dict[str, Any]:
    """Bring what one version changed over its first parent into a branch, and nothing else."""
    how: dict[str, Any] = wanted.model_dump()
    return _settled(project.history.cherry_pick(dataset, **how))


@router.post("/restore", operation_id="restore_dataset")
def restore(project: InProject, dataset: Branch, wanted: ToRestore) -> dict[str, Any]:
    """Make a branch what another version is, as a new version; uncommitted edits stay."""
    return _settled(project.history.restore(dataset, wanted.source, message=wanted.message))


@router.post("/rollback", operation_id="roll_back_dataset")
def roll_back(project: InProject, dataset: Branch, wanted: ToRollBack) -> Ref:
    """Let a branch name another version, as if what came later had not been; what it named is in the answer."""
    return project.history.rollback(dataset, wanted.source, discard=wanted.discard)


@router.get("/diff", operation_id="diff_dataset")
def diff(
    project: InProject, dataset: Spoken,
    old: Annotated[str | None, Query(description="From this version; default: what uncommitted edits change.")] = None,
    new: Annotated[str, Query(description="To this version; default: the branch's head.")] = "", start: Start = 0, limit: Limit = 20,
) -> Differs:  # fmt: skip
    """What differs between two versions, or from a branch's head to its uncommitted edits: counts, and a page of rows."""
    doors = project.differences
    found = doors.between(dataset, old, new, start=start, limit=limit) if old else doors.uncommitted(dataset, start=start, limit=limit)
    told, total = found.dump(), found.added + found.removed + found.changed
    more = {name: told[name] for name in ("old", "new", "added", "removed", "changed", "fields", "statistics")}
    return Differs(**dict(part(told["rows"], start, total)), **more)


@router.get("/moved", operation_id="list_moved")
def list_moved(project: InProject, dataset: Spoken, start: Start = 0, limit: Limit = 100) -> Page[dict[str, Any]]:
    """Where runs said otherwise below what people had changed."""
    return page_of([clash.dump() for clash in project.history.moved(dataset)], start, limit)


def _settled(done: Committed) -> dict[str, Any]:
    if done.open:
        raise Unsettled(done)
    return done.dump()
