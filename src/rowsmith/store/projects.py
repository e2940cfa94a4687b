"""Projects: what runs and datasets live in, and the caps on what they may spend."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

from rowsmith.core.calls import PICO
from rowsmith.core.errors import Conflict, Invalid, NotFound, choose
from rowsmith.store import budgets, events
from rowsmith.store.database import Database
from rowsmith.store.processes import alive

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")
_SELECT = (
    "SELECT p.name, p.created_at, b.usd_cap, b.tokens_cap, coalesce(b.usd, 0) AS usd, coalesce(b.tokens, 0) AS tokens "
    "FROM project p LEFT JOIN budget b ON b.scope = 'project:' || p.name"
)
_ENTER = text("INSERT INTO project (name, created_at) VALUES (:name, :now) ON CONFLICT DO NOTHING")
_RUNNING = text("SELECT n, owner FROM run WHERE project = :name AND owner IS NOT NULL AND state IN ('running', 'stopping')")
_OF_RUNS = ("slot", '"row"', "spend", "draw", "run_prompt", "batch")
_OF_PROJECT = ("event", "refused", "forgotten", '"fetch"', "dataset", "named_prompt", "guide", "run")
"""Tables whose rows name their project."""
_AT_SERVERS = text(
    "SELECT b.n, b.run FROM batch b JOIN run r ON r.n = b.run WHERE r.project = :name AND b.state IN ('uploading', 'submitted', 'ended') LIMIT 1"
)
_DELETE = (
    "DELETE FROM \"call\" WHERE state = 0 AND owner IN "
    "(SELECT 'batch:' || b.n FROM batch b JOIN run r ON r.n = b.run WHERE r.project = :name)",
    "DELETE FROM batch_item WHERE batch IN (SELECT b.n FROM batch b JOIN run r ON r.n = b.run WHERE r.project = :name)",
    *(f"DELETE FROM {table} WHERE run IN (SELECT n FROM run WHERE project = :name)" for table in _OF_RUNS),
    "DELETE FROM budget WHERE scope IN (SELECT 'run:' || n FROM run WHERE project = :name) OR scope = 'project:' || :name",
    "DELETE FROM secret WHERE scope = 'project:' || :name",
    "DELETE FROM edit_act_row WHERE act IN (SELECT a.n FROM edit_act a JOIN dataset d ON d.n = a.dataset WHERE d.project = :name)",
    "DELETE FROM review_task WHERE queue IN (SELECT q.n FROM review_queue q JOIN dataset d ON d.n = q.dataset WHERE d.project = :name)",
    "DELETE FROM signature WHERE version IN (SELECT v.id FROM version v JOIN dataset d ON d.n = v.dataset WHERE d.project = :name)",
    *(
        f"DELETE FROM {table} WHERE dataset IN (SELECT n FROM dataset WHERE project = :name)"
        for table in ("edit", "edit_act", "review", "review_queue", "tombstone", "search_root", "ref", "version")
    ),
    *(f"DELETE FROM {table} WHERE prompt IN (SELECT n FROM named_prompt WHERE project = :name)" for table in ("prompt_ref", "prompt_version")),
    "DELETE FROM guide_turn WHERE guide IN (SELECT n FROM guide WHERE project = :name)",
    *(f"DELETE FROM {table} WHERE project = :name" for table in _OF_PROJECT),
    "DELETE FROM project WHERE name = :name",
)
_RENAME = (
    'DELETE FROM "fetch" WHERE project = :new',  # of one that was deleted when this was forgotten
    "UPDATE project SET name = :new WHERE name = :name",
    "UPDATE budget SET scope = 'project:' || :new WHERE scope = 'project:' || :name",
    *(f"UPDATE {table} SET project = :new WHERE project = :name" for table in _OF_PROJECT),
)


@dataclass(frozen=True, slots=True)
class Project:
    """A project: caps and what is spent or reserved against them, in picodollars and tokens. None: no cap."""

    name: str
    created_at: float
    usd_cap: int | None
    tokens_cap: int | None
    usd: int
    tokens: int


def create(db: Database, name: str) -> Project:
    """Make a project.

    Raises:
        Invalid: the name cannot be one.
        Conflict: there is one of that name.
    """
    with db.write() as conn:
        if not _enter(db, conn, name):
            raise Conflict(f"There is a project called {name!r} already.", "Choose another name.")
        return _get(conn, name)


def ensure(db: Database, name: str) -> Project:
    """The project of that name, made when it is not there."""
    with db.read() as conn:
        if found := _find(conn, name):
            return found
    with db.write() as conn:
        _enter(db, conn, name)
        return _get(conn, name)


def get(db: Database, name: str) -> Project:
    """The project of that name.

    Raises:
        NotFound: there is none.
    """
    with db.read() as conn:
        return _get(conn, name)


def all_projects(db: Database) -> list[Project]:
    """Every project, by name."""
    with db.read() as conn:
        return [_project(row) for row in conn.execute(text(f"{_SELECT} ORDER BY p.name"))]


def set_budget(db: Database, name: str, *, usd: int | None, tokens: int | None) -> Project:
    """Set the caps of a project: `usd` in picodollars; None is no cap. What is spent already stays counted.

    Raises:
        NotFound: there is no such project.
        Invalid: a cap is negative.
    """
    if min(usd or 0, tokens or 0) < 0:
        raise Invalid("A budget cannot be negative.", "Give 0 or more, or none for no cap.")
    with db.write() as conn:
        _get(conn, name)
        budgets.cap(conn, f"project:{name}", usd, tokens)
        events.note(conn, db.now(conn), name, "project.budget", {"budget_usd": None if usd is None else usd / PICO, "budget_tokens": tokens})
        return _get(conn, name)


def rename(db: Database, name: str, new: str, also: Callable[[Connection], None]) -> Project:
    """Give a project another name; `also` is carried out in the same transaction.

    Raises:
        NotFound: there is no such project.
        Invalid: the new name cannot be one.
        Conflict: there is one of the new name, or a run of it is being carried out.
    """
    with db.write() as conn:
        before = _get(conn, name)
        _see_to(new)
        if new == name:
            return before
        if _find(conn, new) is not None:
            raise Conflict(f"There is a project called {new!r} already.", "Choose another name.")
        _at_rest(db, conn, name)
        also(conn)
        for statement in _RENAME:
            conn.execute(text(statement), {"name": name, "new": new})
        events.note(conn, db.now(conn), new, "project.renamed", {"was": name})
        return _get(conn, new)


def delete(db: Database, name: str) -> None:
    """Delete a project with its runs, datasets, prompts and events. What other projects may share (stored answers, bodies, files) stays.

    Raises:
        NotFound: there is no such project.
        Conflict: a run of it is being carried out, or has batches at a server.
    """
    with db.write() as conn:
        _get(conn, name)
        _at_rest(db, conn, name)
        if (batch := conn.execute(_AT_SERVERS, {"name": name}).first()) is not None:
            raise Conflict(f"Batch b{batch.n} of project {name!r} is at its server.", f"Cancel its run first: rowsmith cancel r{batch.run}.")
        for statement in _DELETE:
            conn.execute(text(statement), {"name": name})


def _at_rest(db: Database, conn: Connection, name: str) -> None:
    for run in conn.execute(_RUNNING, {"name": name}).all():
        if alive(db, conn, run.owner):
            raise Conflict(f"Run r{run.n} of project {name!r} is being carried out.", f"Stop it first: rowsmith stop r{run.n}.")


def _see_to(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise Invalid(
            f"{name!r} cannot be the name of a project.", "Use 1 to 100 letters, digits, _, - or dots; the first a letter, a digit or _."
        )


def _enter(db: Database, conn: Connection, name: str) -> bool:
    _see_to(name)
    now = db.now(conn)
    entered = conn.execute(_ENTER, {"name": name, "now": now}).rowcount == 1
    if entered:
        events.note(conn, now, name, "project.created", {})
    budgets.ensure(conn, f"project:{name}")
    return entered


def _get(conn: Connection, name: str) -> Project:
    if found := _find(conn, name):
        return found
    names = [str(row.name) for row in conn.execute(text("SELECT name FROM project ORDER BY name"))]
    raise NotFound(f"There is no project called {name!r}.", choose(name, names))


def _find(conn: Connection, name: str) -> Project | None:
    row = conn.execute(text(f"{_SELECT} WHERE p.name = :name"), {"name": name}).one_or_none()
    return _project(row) if row else None


def _project(row: Any) -> Project:
    return Project(row.name, row.created_at, row.usd_cap, row.tokens_cap, row.usd, row.tokens)
