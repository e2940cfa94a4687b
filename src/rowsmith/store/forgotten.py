"""Forgotten sources at rest: what each is to erase, how far it has come, and what a project does not take in again.

A forgetting is written down with its whole plan before anything is touched; from that moment its rows are hidden. All that follows can be
done again from the plan, so a process that dies is finished by the next one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

import orjson
from sqlalchemy import Connection, bindparam, text

from rowsmith.core.errors import Conflict
from rowsmith.core.failpoints import failpoint
from rowsmith.core.ids import canonical
from rowsmith.store import events, tombstones
from rowsmith.store.database import Database, many
from rowsmith.store.processes import alive
from rowsmith.store.sources import Wanted, of_source
from rowsmith.store.trees import Entry, turned

BEGUN, DONE, LIFTED = "begun", "done", "lifted"
_PAGE = 4096

_INSERT = text(
    "INSERT INTO forgotten (project, source, plan, counts, state, author, at) "
    f"VALUES (:project, :source, :plan, :counts, '{BEGUN}', :author, :now) RETURNING n"
)
_COLUMNS = "SELECT n, project, source, plan, counts, state, author, at, ended_at FROM forgotten"
_COUNTED = text("UPDATE forgotten SET counts = :counts WHERE n = :n")
_END = text(f"UPDATE forgotten SET state = '{DONE}', ended_at = :now, counts = :counts WHERE n = :n AND state = '{BEGUN}'")
_REFUSE = "INSERT INTO refused (project, hash, forgotten) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
_OPEN_RUNS = text("SELECT n, owner FROM run WHERE n IN :runs AND owner IS NOT NULL").bindparams(bindparam("runs", expanding=True))
_AT_SERVERS = text("SELECT n, run FROM batch WHERE run IN :runs AND state IN ('planned', 'uploading', 'submitted', 'ended') ORDER BY n").bindparams(
    bindparam("runs", expanding=True)
)

_OF_PROJECT = "dataset IN (SELECT n FROM dataset WHERE project = :project)"
_EDITS = text(f"SELECT dataset, branch, id, meta FROM edit WHERE {_OF_PROJECT}")
_REVIEWED = text(f"SELECT DISTINCT dataset, row FROM review WHERE {_OF_PROJECT}")
_GONE = text("SELECT 1 FROM tombstone WHERE dataset = :dataset AND place = :place AND forgotten = :n LIMIT 1")
_NO_EDIT = text("DELETE FROM edit WHERE dataset = :dataset AND branch = :branch AND id = :id")
_ACTS = text(f"SELECT r.act, r.id, r.was_meta, r.made_meta, a.dataset FROM edit_act_row r JOIN edit_act a ON a.n = r.act WHERE a.{_OF_PROJECT}")
_NO_ACT = text("DELETE FROM edit_act_row WHERE act = :act AND id = :id")
_NO_REVIEW = text("DELETE FROM review WHERE dataset = :dataset AND row = :row")
_NO_TASK = text("DELETE FROM review_task WHERE row = :row AND queue IN (SELECT n FROM review_queue WHERE dataset = :dataset)")
_TASKS = text(f"SELECT DISTINCT q.dataset, t.row FROM review_task t JOIN review_queue q ON q.n = t.queue WHERE {_OF_PROJECT}")
_NO_RECEIPTS = text("DELETE FROM receipt WHERE status IS NOT NULL")
_NO_FIGURES = [
    text(f"DELETE FROM {table} WHERE root IN (SELECT root FROM version WHERE id = :version)") for table in ("statistics", "column_facts")
]

Ranges = Sequence[tuple[bytes, bytes]]
"""Order keys [first, behind the last)."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a forgetting is to erase: the source (`names`, `hashes` of files, `ids` of source rows), ranges of order keys by run, the files
    that go, what is not taken in again, and the versions that show fewer rows from then on. No word of what the rows say."""

    names: tuple[str, ...] = ()
    hashes: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    roots: Mapping[int, Ranges] = field(default_factory=dict)
    files: tuple[str, ...] = ()
    refuse: tuple[str, ...] = ()
    versions: tuple[str, ...] = ()

    def dump(self) -> dict[str, Any]:
        """As plain data."""
        roots = {str(run): [[first.hex(), behind.hex()] for first, behind in ranges] for run, ranges in self.roots.items()}
        names = ("names", "hashes", "ids", "files", "refuse", "versions")
        return {**{name: list(getattr(self, name)) for name in names}, "roots": roots}

    @classmethod
    def load(cls, said: Mapping[str, Any]) -> Plan:
        """The plan that `dump` wrote."""
        roots = {int(n): [(bytes.fromhex(a), bytes.fromhex(b)) for a, b in ranges] for n, ranges in said["roots"].items()}
        return cls(**{name: tuple(value) for name, value in said.items() if name != "roots"}, roots=roots)


@dataclass(frozen=True, slots=True)
class Forgotten:
    """A forgetting as it stands. `source` is what was asked for, `counts` what has gone. Times are seconds since 1970."""

    n: int
    project: str
    source: str
    plan: Plan
    counts: dict[str, Any]
    state: str
    author: str
    at: float
    ended_at: float | None

    @property
    def done(self) -> bool:
        """Whether all of it is gone."""
        return self.state != BEGUN


def begin(
    db: Database, project: str, source: str, plan: Plan, counts: Mapping[str, Any], rows: Iterable[tuple[int, Entry]], author: str
) -> Forgotten:
    """Write a forgetting down, with the tombstones of its rows (dataset, entry): from now on nobody is shown them.

    Raises:
        Conflict: a run that uses the source is being carried out, or has a batch at a server.
    """
    with db.write() as conn:
        require_idle(db, conn, plan.roots)
        now = db.now(conn)
        values = {"project": project, "source": source, "plan": orjson.dumps(plan.dump()), "counts": canonical(counts), "author": author, "now": now}
        n = int(conn.execute(_INSERT, values).scalar_one())
        stream = iter(rows)
        while page := list(islice(stream, _PAGE)):
            tombstones.put(conn, n, page)
        _erase_beside(conn, project, n, plan)
        many(conn, _REFUSE, [(project, hash_, n) for hash_ in plan.refuse])
        failpoint("forget.recording")
    failpoint("forget.recorded")
    return Forgotten(n, project, source, plan, dict(counts), BEGUN, author, now, None)


def _erase_beside(conn: Connection, project: str, n: int, plan: Plan) -> None:
    """What people have said of the rows and not committed, what was counted of the versions, and answers that are kept to be given again go at
    once: they would be shown."""
    conn.execute(_NO_RECEIPTS)
    wanted = Wanted(frozenset(plan.names), frozenset(plan.hashes), frozenset(plan.ids))
    for row in conn.execute(_EDITS, {"project": project}).all():
        if _is_gone(conn, n, row.dataset, bytes(row.id)) or (row.meta is not None and of_source(orjson.loads(row.meta)["origin"], wanted)):
            conn.execute(_NO_EDIT, {"dataset": row.dataset, "branch": row.branch, "id": row.id})
    for row in conn.execute(_ACTS, {"project": project}).all():
        origins = [orjson.loads(meta)["origin"] for meta in (row.was_meta, row.made_meta)]
        if _is_gone(conn, n, row.dataset, bytes(row.id)) or any(of_source(origin, wanted) for origin in origins):
            conn.execute(_NO_ACT, {"act": row.act, "id": row.id})
    for row in conn.execute(_REVIEWED, {"project": project}).all():
        if _is_gone(conn, n, row.dataset, bytes(row.row)):
            conn.execute(_NO_REVIEW, {"dataset": row.dataset, "row": row.row})
    for row in conn.execute(_TASKS, {"project": project}).all():
        if _is_gone(conn, n, row.dataset, bytes(row.row)):
            conn.execute(_NO_TASK, {"dataset": row.dataset, "row": row.row})
    for version in plan.versions:
        for statement in _NO_FIGURES:
            conn.execute(statement, {"version": version})


def _is_gone(conn: Connection, n: int, dataset: int, name: bytes) -> bool:
    return conn.execute(_GONE, {"dataset": dataset, "place": turned(name), "n": n}).first() is not None


def require_idle(db: Database, conn: Connection, runs: Iterable[int]) -> None:
    """Nobody works with what these runs hold.

    Raises:
        Conflict: somebody does; the fix says how to end it.
    """
    numbers = sorted(runs)
    for at in range(0, len(numbers), 500):
        some = {"runs": numbers[at : at + 500]}
        for run in conn.execute(_OPEN_RUNS, some).all():
            if alive(db, conn, run.owner):
                raise Conflict(f"Run r{run.n} uses the source and is being carried out.", f"Stop it first: rowsmith stop r{run.n}.")
        if (batch := conn.execute(_AT_SERVERS, some).first()) is not None:
            raise Conflict(f"Batch b{batch.n} asks about the source and is not settled.", f"Cancel its run first: rowsmith cancel r{batch.run}.")


def counted(db: Database, forgotten: Forgotten, **counts: int) -> Forgotten:
    """Write down what has gone meanwhile."""
    told = {**forgotten.counts, **counts}
    with db.write() as conn:
        conn.execute(_COUNTED, {"counts": canonical(told), "n": forgotten.n})
    return replace(forgotten, counts=told)


def end(db: Database, forgotten: Forgotten) -> None:
    """All of it is gone; an event says so, without a word of what it was but the source's name."""
    with db.write() as conn:
        now = db.now(conn)
        if conn.execute(_END, {"n": forgotten.n, "now": now, "counts": canonical(forgotten.counts)}).rowcount == 1:
            told = {"source": forgotten.source, "by": forgotten.author, **forgotten.counts}
            events.note(conn, now, forgotten.project, "source.forgotten", told)


def every(db: Database, project: str | None = None) -> list[Forgotten]:
    """The forgettings of a project, or of the home, the oldest first."""
    where = "" if project is None else " WHERE project = :project"
    with db.read() as conn:
        return [_record(row) for row in conn.execute(text(f"{_COLUMNS}{where} ORDER BY n"), {"project": project} if project else {})]


def lift(db: Database, forgotten: Forgotten) -> int:
    """What it erased may come back: it is taken in again, and shown where it is committed again; how many rows that may be."""
    with db.write() as conn:
        conn.execute(text("DELETE FROM refused WHERE project = :p AND forgotten = :n"), {"p": forgotten.project, "n": forgotten.n})
        rows = tombstones.lift(conn, forgotten.n)
        conn.execute(text(f"UPDATE forgotten SET state = '{LIFTED}' WHERE n = :n"), {"n": forgotten.n})
        told = {"source": forgotten.source, "rows": rows}
        events.note(conn, db.now(conn), forgotten.project, "source.lifted", told)
    return rows


def refused(db: Database, project: str) -> dict[str, Forgotten]:
    """What the project does not take in again: hash -> the forgetting that says so."""
    with db.read() as conn:
        rows = conn.execute(text("SELECT hash, forgotten FROM refused WHERE project = :p"), {"p": project}).all()
    by_number = {one.n: one for one in every(db, project)} if rows else {}
    return {row.hash: by_number[row.forgotten] for row in rows}


def runs_of(db: Database) -> dict[int, list[Forgotten]]:
    """The runs that lost a part of what they rest on, by number, with the forgettings that took it, the last one last."""
    found: dict[int, list[Forgotten]] = {}
    for one in every(db):
        for run in one.plan.roots:
            found.setdefault(run, []).append(one)
    return found


def rows_of(db: Database, n: int) -> Iterator[tuple[int, bytes]]:
    """(dataset, row id) of each row that a forgetting erased: what other copies of rows are to be rid of."""
    after: tuple[int, bytes] = (0, b"")
    query = text(
        "SELECT DISTINCT dataset, place FROM tombstone WHERE forgotten = :n AND (dataset, place) > (:dataset, :place) "
        f"ORDER BY dataset, place LIMIT {_PAGE}"
    )
    while True:
        with db.read() as conn:
            page = [(row.dataset, bytes(row.place)) for row in conn.execute(query, {"n": n, "dataset": after[0], "place": after[1]})]
        yield from ((dataset, turned(place)) for dataset, place in page)
        if len(page) < _PAGE:
            return
        after = page[-1]


def _record(row: Any) -> Forgotten:
    return Forgotten(
        row.n, row.project, row.source, Plan.load(orjson.loads(row.plan)), orjson.loads(row.counts), row.state, row.author, row.at, row.ended_at
    )  # fmt: skip
