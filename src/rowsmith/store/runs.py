"""Runs at rest: their records, and who may carry them out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, bindparam, text

from rowsmith.core.calls import PICO
from rowsmith.core.errors import Conflict, NotFound
from rowsmith.core.ids import as_written, canonical
from rowsmith.core.slots import SPREAD, START, Tally
from rowsmith.store import budgets, events
from rowsmith.store.database import Database
from rowsmith.store.processes import alive


@dataclass(frozen=True, slots=True)
class Run:
    """A run's record. Times are seconds since 1970 by the database's clock, `active_s` the seconds it was really carried out."""

    n: int
    project: str
    recipe_name: str
    identity: str
    recipe: dict[str, Any]
    lock: dict[str, Any]
    options: dict[str, Any]
    state: str
    reason: str
    request: str
    owner: str | None
    fence: int
    totals: dict[str, Any]
    dataset: str | None
    version: str | None
    created_at: float
    started_at: float | None
    ended_at: float | None
    active_s: float

    @property
    def id(self) -> str:
        """The run's name for people: `r12`."""
        return f"r{self.n}"


PromptUse = tuple[int, str, str, str, Sequence[str]]
"""Where a prompt is used and what it is: step, field, hash, text, variables."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a carrying-out is asked for, written down when the run is taken: options, prompts, caps (picodollars, tokens), and by whom."""

    options: Mapping[str, Any]
    prompts: Sequence[PromptUse] = ()
    usd_cap: int | None = None
    tokens_cap: int | None = None
    by: str = ""


_COLUMNS = (
    "n, project, recipe_name, identity, recipe, lock, options, state, reason, request, owner, fence, totals, dataset, version, "
    "created_at, started_at, ended_at, active_s"
)


class Runs:
    """Every run of a home."""

    def __init__(self, db: Database) -> None:
        self.db = db

    # -- records ------------------------------------------------------------------------------------------------------------------

    def create(self, project: str, recipe: Mapping[str, Any], identity: str, lock: Mapping[str, Any], options: Mapping[str, Any]) -> Run:
        """A new run, queued."""
        with self.db.write() as conn:
            return self._insert(conn, project, recipe, identity, lock, options)

    def begin(self, project: str, recipe: Mapping[str, Any], identity: str, lock: Mapping[str, Any], options: Mapping[str, Any]) -> Run | None:
        """A new run, queued; None when the project has one of this identity: of several processes one is the first."""
        with self.db.write() as conn:
            if self.db.dialect != "sqlite":  # several write at once: the first one keeps the others waiting
                conn.execute(text("SELECT pg_advisory_xact_lock(hashtext(:i))"), {"i": f"{project}/{identity}"})
            if conn.execute(text("SELECT 1 FROM run WHERE project = :p AND identity = :i LIMIT 1"), {"p": project, "i": identity}).first():
                return None
            return self._insert(conn, project, recipe, identity, lock, options)

    def _insert(
        self, conn: Connection, project: str, recipe: Mapping[str, Any], identity: str, lock: Mapping[str, Any], options: Mapping[str, Any]
    ) -> Run:
        n = conn.execute(
            text(
                "INSERT INTO run (project, recipe_name, identity, recipe, lock, options, state, totals, created_at) "
                "VALUES (:project, :name, :identity, :recipe, :lock, :options, 'queued', :totals, :now) RETURNING n"
            ),
            {
                "project": project, "name": recipe["name"], "identity": identity, "recipe": as_written(recipe), "lock": canonical(lock),
                "options": canonical(options), "now": self.db.now(conn),
                "totals": canonical({**Tally().dump(), "seq": 0, "place": SPREAD if recipe.get("spread") else START}),
            },
        ).scalar_one()  # fmt: skip
        return _one(conn, int(n))

    def get(self, run: str | int) -> Run:
        """The run `r12` (or 12).

        Raises:
            NotFound: there is none.
        """
        digits = str(run).removeprefix("r")
        if digits.isdigit():
            with self.db.read() as conn:
                if found := conn.execute(text(f"SELECT {_COLUMNS} FROM run WHERE n = :n"), {"n": int(digits)}).one_or_none():
                    return _record(found)
        raise NotFound(f"There is no run {str(run)!r}.", "List them with rowsmith runs.")

    def newest(self, project: str, limit: int = 100) -> list[Run]:
        """The project's runs, newest first."""
        with self.db.read() as conn:
            rows = conn.execute(text(f"SELECT {_COLUMNS} FROM run WHERE project = :p ORDER BY n DESC LIMIT :k"), {"p": project, "k": limit})
            return [_record(row) for row in rows]

    def latest(self, project: str, identity: str) -> Run | None:
        """The newest run of this identity."""
        with self.db.read() as conn:
            row = conn.execute(
                text(f"SELECT {_COLUMNS} FROM run WHERE project = :p AND identity = :i ORDER BY n DESC LIMIT 1"), {"p": project, "i": identity}
            ).one_or_none()
            return _record(row) if row else None

    def set_options(self, n: int, options: Mapping[str, Any]) -> None:
        """Replace what the run was asked for (target, limit, budgets, output)."""
        with self.db.write() as conn:
            conn.execute(text("UPDATE run SET options = :o WHERE n = :n"), {"o": canonical(options), "n": n})

    def ask(self, run: Run, request: str, by: str = "") -> None:
        """Ask whoever carries the run out to `stop` or `cancel`."""
        with self.db.write() as conn:
            conn.execute(text("UPDATE run SET request = :r WHERE n = :n"), {"r": request, "n": run.n})
            events.note(conn, self.db.now(conn), run.project, "run.asked", {"request": request, "by": by}, run=run.n)

    def queue(self, run: Run, options: Mapping[str, Any], by: str = "") -> None:
        """Leave a run that nobody carries out to a worker.

        Raises:
            Conflict: somebody has just taken it.
        """
        with changing(self.db, run) as conn:
            values = {"o": canonical(options), "n": run.n}
            conn.execute(text("UPDATE run SET state = 'queued', reason = '', request = '', options = :o, owner = NULL WHERE n = :n"), values)
            events.note(conn, self.db.now(conn), run.project, "run.queued", {"recipe": run.recipe_name, "by": by}, run=run.n)

    def fail(self, run: Run, reason: str) -> None:
        """A run that nobody could carry out: it stands as failed, and why."""
        with changing(self.db, run) as conn:
            now = self.db.now(conn)
            values = {"r": reason, "n": run.n, "now": now}
            conn.execute(text("UPDATE run SET state = 'failed', reason = :r, owner = NULL, ended_at = :now WHERE n = :n"), values)
            self._note_end(conn, _one(conn, run.n), now)

    def going(self) -> Sequence[Run]:
        """The runs of all projects that are carried out or are to be, the oldest first."""
        with self.db.read() as conn:
            return [_record(row) for row in conn.execute(text(f"SELECT {_COLUMNS} FROM run WHERE state IN ('queued', 'running') ORDER BY n"))]

    def left(self) -> Iterator[Run]:
        """Those that wait for a worker, or whose worker's process ended."""
        yield from (run for run in self.going() if run.options.get("queued") and not self.held(run))

    # -- who carries it out ---------------------------------------------------------------------------------------------------------

    def held(self, run: Run) -> bool:
        """Whether a live process carries the run out now."""
        with self.db.read() as conn:
            return run.owner is not None and alive(self.db, conn, run.owner)

    def take(self, n: int, owner: str, asked: Asked | None = None) -> Run:
        """Become the one process that carries the run out, and write down what it is `asked` for.

        Raises:
            Conflict: a live process does already.
        """
        self.db.end_sleepers()  # it may be taken from one of them
        with self.db.write() as conn:
            run = _one(conn, n)
            if run.owner is not None and run.owner != owner and alive(self.db, conn, run.owner):
                raise Conflict(f"Run {run.id} is being carried out by another process.", f"Follow it with rowsmith runs {run.id}.")
            done = conn.execute(
                text(
                    "UPDATE run SET owner = :o, fence = fence + 1, state = 'running', reason = '', request = '', "
                    "started_at = COALESCE(started_at, :now) WHERE n = :n AND fence = :f"
                ),
                {"o": owner, "n": n, "f": run.fence, "now": self.db.now(conn)},
            )
            if done.rowcount != 1:
                raise Conflict(f"Run {run.id} was taken by another process at the same time.", f"Follow it with rowsmith runs {run.id}.")
            if asked is not None:
                self._write_down(conn, run, asked)
            return _one(conn, n)

    def _write_down(self, conn: Connection, run: Run, asked: Asked) -> None:
        now = self.db.now(conn)
        conn.execute(text("UPDATE run SET options = :o WHERE n = :n"), {"o": canonical(asked.options), "n": run.n})
        budgets.cap(conn, f"run:{run.n}", asked.usd_cap, asked.tokens_cap)
        use_prompts(conn, run.n, asked.prompts, now)
        terms = {name: asked.options.get(name) for name in ("target", "limit", "budget_usd", "budget_tokens")}
        events.note(conn, now, run.project, "run.started", {"recipe": run.recipe_name, "by": asked.by, **terms}, run=run.n)

    def end(
        self, run: Run, state: str, reason: str, active_s: float, *, dataset: str | None = None, version: str | None = None
    ) -> None:
        """Let the run go, in the state it has come to. Does nothing when it has been taken over."""
        with self.db.write() as conn:
            now = self.db.now(conn)
            done = conn.execute(
                text(
                    "UPDATE run SET state = :state, reason = :reason, owner = NULL, request = '', ended_at = :now, active_s = active_s + :s, "
                    "dataset = COALESCE(:dataset, dataset), version = COALESCE(:version, version) WHERE n = :n AND owner = :o AND fence = :f"
                ),
                {
                    "state": state, "reason": reason, "now": now, "s": active_s, "dataset": dataset, "version": version,
                    "n": run.n, "o": run.owner, "f": run.fence,
                },
            )  # fmt: skip
            if done.rowcount == 1:
                self._note_end(conn, _one(conn, run.n), now)

    def _note_end(self, conn: Connection, run: Run, now: float) -> None:
        counts = {name: run.totals[name] for name in ("requested", "kept", "dropped", "failed", "cancelled", "pending", "calls")}
        cost = None if run.totals["unpriced"] else run.totals["cost"] / PICO
        told = {"state": run.state, "reason": run.reason, **counts, "cost_usd": cost, "dataset": run.dataset, "version": run.version}
        events.note(conn, now, run.project, "run.ended", told, run=run.n)

    def set_outcome(self, n: int, dataset: str, version: str) -> None:
        """The version that the run's rows were committed as."""
        with self.db.write() as conn:
            conn.execute(text("UPDATE run SET dataset = :d, version = :v WHERE n = :n"), {"d": dataset, "v": version, "n": n})

    def set_state(self, run: Run, state: str, reason: str, tally: Tally) -> None:
        """The state of a run that nobody carries out."""
        with changing(self.db, run) as conn:
            now = self.db.now(conn)
            conn.execute(
                text("UPDATE run SET state = :s, reason = :r, totals = :t, owner = NULL, ended_at = :now WHERE n = :n"),
                {"s": state, "r": reason, "t": _totals(conn, run.n, tally), "now": now, "n": run.n},
            )
            self._note_end(conn, _one(conn, run.n), now)

    def save_totals(self, run: Run, tally: Tally) -> None:
        """Write the counts as they stand. The number of the journal's last batch stays: it is no batch of the journal."""
        with changing(self.db, run) as conn:
            write_totals(conn, run.n, tally)


def require(conn: Connection, run: Run) -> None:
    """Within a write transaction, and until its end: nobody has taken the run over since this record of it was read.

    Raises:
        Conflict: somebody has. A process that slept through that must change nothing any more.
    """
    lock = "" if conn.dialect.name == "sqlite" else " FOR UPDATE"
    if conn.execute(text(f"SELECT fence FROM run WHERE n = :n{lock}"), {"n": run.n}).scalar_one() != run.fence:
        raise Conflict(f"Run {run.id} has been taken over by another process.", f"Follow it with rowsmith runs {run.id}.")


@contextmanager
def changing(db: Database, run: Run) -> Iterator[Connection]:
    """A write transaction on a run that nobody has taken over; raises Conflict as `require`."""
    with db.write() as conn:
        require(conn, run)
        yield conn


def use_prompts(conn: Connection, n: int, prompts: Sequence[PromptUse], now: float) -> None:
    """Store each as a Prompt version, and note that the run uses it."""
    for step, field, name, body, variables in prompts:
        values = {"h": bytes.fromhex(name), "t": body, "v": canonical(sorted(variables)), "now": now, "n": n, "s": step, "f": field}
        conn.execute(text("INSERT INTO prompt (hash, text, variables, created_at) VALUES (:h, :t, :v, :now) ON CONFLICT DO NOTHING"), values)
        conn.execute(text("INSERT INTO run_prompt (run, step, field, prompt) VALUES (:n, :s, :f, :h) ON CONFLICT DO NOTHING"), values)


def prompts(db: Database, hashes: Sequence[str]) -> dict[str, str]:
    """The texts of Prompt versions, by hash (32 hexadecimal digits)."""
    query = text("SELECT hash, text FROM prompt WHERE hash IN :hashes").bindparams(bindparam("hashes", expanding=True))
    with db.read() as conn:
        rows = conn.execute(query, {"hashes": [bytes.fromhex(name) for name in hashes]}) if hashes else ()
        return {bytes(row.hash).hex(): row.text for row in rows}


def write_totals(conn: Connection, n: int, tally: Tally) -> None:
    """Write the counts of a run as they stand."""
    conn.execute(text("UPDATE run SET totals = :t WHERE n = :n"), {"t": _totals(conn, n, tally), "n": n})


def _totals(conn: Connection, n: int, tally: Tally) -> bytes:
    """The counts, beside what the journal keeps with them."""
    stands = orjson.loads(conn.execute(text("SELECT totals FROM run WHERE n = :n"), {"n": n}).scalar_one())
    return canonical({**tally.dump(), "seq": stands["seq"], "place": stands["place"]})


def _one(conn: Connection, n: int) -> Run:
    return _record(conn.execute(text(f"SELECT {_COLUMNS} FROM run WHERE n = :n"), {"n": n}).one())


def _record(row: Any) -> Run:
    values = dict(row._mapping)
    for name in ("recipe", "lock", "options", "totals"):
        values[name] = orjson.loads(values[name])
    return Run(**values)
