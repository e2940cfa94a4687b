"""Edits by hand: of one row or of all that match, undone and done again, uncommitted until they are committed."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi import Path as InPath
from pydantic import BaseModel, Field

from rowsmith.api.acting import InProject
from rowsmith.api.bodies import Body
from rowsmith.api.paging import Limit, Page, Start, page_of, part
from rowsmith.app.edits import Edited, Turned
from rowsmith.store.acts import Done

router = APIRouter(prefix="/projects/{project}/datasets/{dataset}", tags=["edits"])
Branch = Annotated[str, InPath(description="name, or name@branch.", examples=["questions"])]


class NewValues(Body):
    """What is to become of a row's columns; those that are not named stay as they are."""

    set: dict[str, Any] = Field({}, description="Columns and their new values.", examples=[{"answer": "Mombasa"}])
    without: list[str] = Field([], description="Columns that are taken away.")


class RowEdit(NewValues):
    """An edit of one row."""

    seen: str | None = Field(None, description="The revision that was seen: the edit is refused (409, with both) when the row has another one.")


class NewRow(Body):
    """A row to be added."""

    data: dict[str, Any] = Field(examples=[{"input": "What is a port?", "answer": "A harbour."}])


class Matching(Body):
    """All rows that match, but some."""

    where: str | None = Field(None, description="Rows for which this is true; default: all.", examples=["label = 'x'"])
    search: str | None = Field(None, description="Rows with these words.")
    besides: list[str] = Field([], description="Ids of rows that are left out.")
    marked: str | None = Field(None, description="Rows of which a run of checks has found this.", examples=["r12:flag:pii"])


class BulkEdit(Matching, NewValues):
    """One act on all rows that match."""

    remove: bool = Field(False, description="Take the rows away.")
    expected: int | None = Field(None, ge=0, description="How many rows were counted: with another number now, nothing happens (409).")


class Counted(BaseModel):
    """A number of rows."""

    rows: int


class Skip(Body):
    """How to undo."""

    skip_changed: bool = Field(False, description="Leave rows as they are that say something else by now, and take the rest.")


class Uncommitted(Page[dict[str, Any]]):
    """A page of rows with uncommitted edits, and counts of all: rows added, removed and changed, and by column."""

    added: int
    removed: int
    changed: int
    fields: dict[str, int]


@router.patch("/rows/{row}", operation_id="edit_row")
def edit_row(project: InProject, dataset: Branch, row: str, wanted: RowEdit) -> Edited:
    """Give columns of a row new values. `token` of the answer is the row's new revision."""
    return project.edits.set(dataset, row, wanted.set, without=wanted.without, seen=wanted.seen)


@router.post("/rows", operation_id="add_row", status_code=201)
def add_row(project: InProject, dataset: Branch, wanted: NewRow) -> Edited:
    """Add a row behind all others."""
    return project.edits.add(dataset, wanted.data)


@router.delete("/rows/{row}", operation_id="remove_row")
def remove_row(
    project: InProject, dataset: Branch, row: str, seen: Annotated[str | None, Query(description="The revision that was seen.")] = None
) -> Edited:
    """Take a row away."""
    return project.edits.remove(dataset, row, seen=seen)


@router.post("/edits/count", operation_id="count_matching")
def count_matching(project: InProject, dataset: Branch, wanted: Matching) -> Counted:
    """How many rows an act on all that match would be about."""
    return Counted(rows=sum(1 for _ in project.edits.matching(dataset, **wanted.model_dump())))


@router.post("/edits/bulk", operation_id="edit_matching")
def edit_matching(project: InProject, dataset: Branch, wanted: BulkEdit) -> Counted:
    """Edit or remove all rows that match, in one act, which is undone at once."""
    among: dict[str, Any] = {"search": wanted.search, "besides": wanted.besides, "marked": wanted.marked, "expected": wanted.expected}
    if wanted.remove:
        return Counted(rows=project.edits.remove_where(dataset, wanted.where, **among))
    return Counted(rows=project.edits.set_where(dataset, wanted.where, wanted.set, without=wanted.without, **among))


@router.get("/edits", operation_id="list_edits")
def list_edits(project: InProject, dataset: Branch, start: Start = 0, limit: Limit = 100) -> Uncommitted:
    """What the uncommitted edits change: counts, and a page of the rows with what each column was and is."""
    found = project.differences.uncommitted(dataset, start=start, limit=limit)
    total, items = found.added + found.removed + found.changed, [row.dump() for row in found.rows]
    counts = {"added": found.added, "removed": found.removed, "changed": found.changed, "fields": found.fields}
    return Uncommitted(**dict(part(items, start, total)), **counts)


@router.delete("/edits", operation_id="discard_edits")
def discard_edits(
    project: InProject, dataset: Branch, row: Annotated[str | None, Query(description="Only the edit of this row.")] = None
) -> Counted:
    """Give up the uncommitted edits of a branch, or of a row. This can be undone, too."""
    return Counted(rows=project.edits.discard(dataset, row))


@router.post("/edits/undo", operation_id="undo_edit")
def undo_edit(project: InProject, dataset: Branch, wanted: Skip) -> Turned:
    """Undo your newest act on the branch. 409 when a row says something else than it made: `current` and `made`."""
    return project.edits.undo(dataset, skip_changed=wanted.skip_changed)


@router.post("/edits/redo", operation_id="redo_edit")
def redo_edit(project: InProject, dataset: Branch, wanted: Skip) -> Turned:
    """Do again what you have undone last."""
    return project.edits.redo(dataset, skip_changed=wanted.skip_changed)


@router.get("/edits/acts", operation_id="list_acts")
def list_acts(project: InProject, dataset: Branch, start: Start = 0, limit: Limit = 50) -> Page[Done]:
    """What you did to the branch and can undo, or do again (`undone`), newest first."""
    return page_of(project.edits.acts(dataset), start, limit)
