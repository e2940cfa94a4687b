"""The schema's revisions: which one a home has, and the way to another. Each step is one transaction: done or not, never half. A new home
takes them all in one, so that nobody meets it on the way.

Alembic is loaded only when there is something to change.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from rowsmith.core.errors import Conflict, NotFound
from rowsmith.core.failpoints import failpoint
from rowsmith.store import (  # noqa: F401 - of the schema
    schema_edits,
    schema_erasure,
    schema_fetches,
    schema_guides,
    schema_prompts,
    schema_receipts,
    schema_review_queues,
    schema_search,
)
from rowsmith.store.migrations import HEAD
from rowsmith.store.schema import metadata

if TYPE_CHECKING:
    from alembic.script import ScriptDirectory

    from rowsmith.store.database import Database

_LOCK = text("SELECT pg_advisory_xact_lock(7817318926341)")  # one process at a time changes the schema


def head() -> str:
    """The newest revision this program knows."""
    return HEAD


def known() -> list[str]:
    """All revisions, the oldest first."""
    return [script.revision for script in _scripts().walk_revisions()][::-1]


def revision(db: Database) -> str | None:
    """The revision of the home's schema; None for a database without our tables."""
    with db.read() as conn:
        return _current(conn)


def require_current(db: Database) -> None:
    """Make sure that the schema is the one this program works with; an empty database gets it.

    Raises:
        Conflict: the schema is older (run `rowsmith upgrade`), newer, or the tables are not ours.
    """
    with db.read() as conn:
        found = _current(conn)
        if found == HEAD:
            return
        ours = set(inspect(conn).get_table_names()) & set(metadata.tables)
    if found is None and ours:
        raise Conflict(f"{db.place} has tables named {', '.join(sorted(ours)[:3])} that are not Rowsmith's.", "Use an empty database.")
    if found is None:
        upgrade(db)
        return
    if found not in known():
        raise Conflict(f"This home is of schema {found}, which a newer Rowsmith made; this one knows {HEAD}.", "Install the newer Rowsmith.")
    raise Conflict(f"This home is of schema {found}; this Rowsmith needs {HEAD}.", "Make a backup (rowsmith backup), then run rowsmith upgrade.")


def upgrade(db: Database, to: str = HEAD) -> list[str]:
    """Bring the schema forward, step by step; returns the revisions that were added, in order."""
    return _walk(db, to, forward=True)


def downgrade(db: Database, to: str) -> list[str]:
    """Take the schema back to an earlier revision (`base`: no tables); returns the revisions that were left, in order.

    What only the newer schema can hold is lost.
    """
    return _walk(db, to, forward=False)


def _walk(db: Database, to: str, *, forward: bool) -> list[str]:
    order = known()
    if to != "base" and to not in order:
        raise NotFound(f"There is no schema {to}.", f"Choose one of: base, {', '.join(order)}.")
    done: list[str] = []
    while True:
        with db.write() as conn:
            steps = _next(conn, order, to, forward=forward)
            for step in steps:
                _apply(conn, step, forward=forward)
                failpoint("store.migrate.applied")
        if not steps:
            return done
        done += steps
        failpoint("store.migrate.step")


def _next(conn: Connection, order: list[str], to: str, *, forward: bool) -> list[str]:
    """The step to take from where the schema stands now (all of them where there is none yet); another process may have taken some meanwhile."""
    if conn.dialect.name == "postgresql":
        conn.exec_driver_sql("SET LOCAL statement_timeout = 0")
        conn.execute(_LOCK)
    found = _current(conn)
    if found is not None and found not in order:
        raise Conflict(f"This home is of schema {found}, which this Rowsmith does not know.", "Install the Rowsmith that made it.")
    at = order.index(found) + 1 if found else 0
    goal = 0 if to == "base" else order.index(to) + 1
    if forward:
        return order[at:goal] if at == 0 else order[at : min(at + 1, goal)]
    return [order[at - 1]] if at > goal else []


def _apply(conn: Connection, step: str, *, forward: bool) -> None:
    from alembic.operations import Operations
    from alembic.runtime.migration import MigrationContext

    context, script = MigrationContext.configure(conn), _scripts().get_revision(step)
    with Operations.context(context):
        (script.module.upgrade if forward else script.module.downgrade)()
    context.stamp(_scripts(), step if forward else str(script.down_revision or "base"))


def _current(conn: Connection) -> str | None:
    if not inspect(conn).has_table("alembic_version"):
        return None
    found = conn.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return str(found) if found is not None else None


@cache
def _scripts() -> ScriptDirectory:
    from alembic.script import ScriptDirectory

    return ScriptDirectory(Path(__file__).with_name("migrations"))
