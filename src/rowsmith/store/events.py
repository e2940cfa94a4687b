"""Events: what happened in a project, in order. Each is written in the transaction of what it tells, so that neither is there alone.

    project.created  project.renamed  project.budget    run.queued  run.started  run.asked  run.ended    server.throttled  server.failing
    dataset.committed
    dataset.branch  dataset.tag  dataset.release  dataset.branch_deleted  dataset.tag_deleted  dataset.rolled_back
    dataset.exported  dataset.pushed  calls.exported  home.backed_up    source.forgotten  source.lifted
    guide.begun  guide.turned  guide.rested    calls.imported    dataset.prepared  dataset.unprepared
    batch.submitted  batch.ended  batch.fetched  batch.rejected
    dataset.calibrated

The rows of a run are summed in its counts; no event tells of one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, bindparam, text

from rowsmith.core.ids import canonical
from rowsmith.store.database import Database

_INSERT = text("INSERT INTO event (project, run, kind, data, at) VALUES (:project, :run, :kind, :data, :at)")
_SELECT = "SELECT n, project, run, kind, data, at FROM event WHERE project = :project AND n > :after"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened. `n` orders events, `run` is the run's number, `at` seconds since 1970 by the database's clock."""

    n: int
    project: str
    run: int | None
    kind: str
    data: dict[str, Any]
    at: float


def note(conn: Connection, now: float, project: str, kind: str, data: Mapping[str, Any], *, run: int | None = None) -> None:
    """Write an event."""
    conn.execute(_INSERT, {"project": project, "run": run, "kind": kind, "data": canonical(data), "at": now})


def found(db: Database, project: str, *, after: int = 0, run: int | None = None, limit: int = 100, newest: bool = False) -> Sequence[Event]:
    """The first `limit` events behind number `after`, oldest first; `newest`: the last ones instead."""
    where = " AND run = :run" if run is not None else ""
    values = {"project": project, "after": after, "run": run, "limit": limit}
    with db.read() as conn:
        rows = conn.execute(text(f"{_SELECT}{where} ORDER BY n {'DESC' if newest else 'ASC'} LIMIT :limit"), values).all()
    events = [Event(row.n, row.project, row.run, row.kind, orjson.loads(row.data), row.at) for row in rows]
    return events[::-1] if newest else events


def newest(db: Database) -> int:
    """The number of the last event of all projects; 0 where none is."""
    with db.read() as conn:
        return int(conn.execute(text("SELECT COALESCE(max(n), 0) FROM event")).scalar_one())


def since(db: Database, after: int, until: int | None, limit: int) -> list[Event]:
    """The first `limit` events of all projects behind number `after`, up to number `until`, oldest first."""
    query = f"SELECT n, project, run, kind, data, at FROM event WHERE n > :after{'' if until is None else ' AND n <= :until'} ORDER BY n LIMIT :limit"
    with db.read() as conn:
        rows = conn.execute(text(query), {"after": after, "limit": limit, **({} if until is None else {"until": until})}).all()
    return [Event(row.n, row.project, row.run, row.kind, orjson.loads(row.data), row.at) for row in rows]


def of_kinds(db: Database, project: str, kinds: Sequence[str]) -> Iterator[Event]:
    """All events of these kinds, the oldest first."""
    query = text("SELECT n, project, run, kind, data, at FROM event WHERE project = :project AND kind IN :kinds ORDER BY n")
    with db.read() as conn:
        rows = conn.execute(query.bindparams(bindparam("kinds", expanding=True)), {"project": project, "kinds": list(kinds)}).all()
    yield from (Event(row.n, row.project, row.run, row.kind, orjson.loads(row.data), row.at) for row in rows)
