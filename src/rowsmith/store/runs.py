"""Runs at rest: their records, their slots and rows, and who may carry them out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, text

from rowsmith.core.errors import Conflict, NotFound
from rowsmith.core.ids import as_written, canonical
from rowsmith.core.slots import CANCELLED, DROPPED, FAILED, KEPT, KEPT_STAGE, OVER_STAGE, PENDING, START, WAITING, Tally
from rowsmith.store import budgets
from rowsmith.store.database import Database
from rowsmith.store.ledger import MAYBE_BILLED, REUSED, SETTLED
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


class Known(NamedTuple):
    """What the database knows of a slot."""

    state: int
    step: int
    attempt: int
    reason: str | None
    wave: int


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
                "options": canonical(options), "totals": canonical({**Tally().dump(), "seq": 0, "place": START}), "now": self.db.now(conn),
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

    def ask(self, n: int, request: str) -> None:
        """Ask whoever carries the run out to `stop` or `cancel`."""
        with self.db.write() as conn:
            conn.execute(text("UPDATE run SET request = :r WHERE n = :n"), {"r": request, "n": n})

    # -- who carries it out ---------------------------------------------------------------------------------------------------------

    def held(self, run: Run) -> bool:
        """Whether a live process carries the run out now."""
        with self.db.read() as conn:
            return run.owner is not None and alive(self.db, conn, run.owner)

    def take(self, n: int, owner: str) -> Run:
        """Become the one process that carries the run out.

        Raises:
            Conflict: a live process does already.
        """
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
            return _one(conn, n)

    def end(
        self, run: Run, state: str, reason: str, active_s: float, *, dataset: str | None = None, version: str | None = None
    ) -> None:
        """Let the run go, in the state it has come to. Does nothing when it has been taken over."""
        with self.db.write() as conn:
            conn.execute(
                text(
                    "UPDATE run SET state = :state, reason = :reason, owner = NULL, request = '', ended_at = :now, active_s = active_s + :s, "
                    "dataset = COALESCE(:dataset, dataset), version = COALESCE(:version, version) WHERE n = :n AND owner = :o AND fence = :f"
                ),
                {
                    "state": state, "reason": reason, "now": self.db.now(conn), "s": active_s, "dataset": dataset, "version": version,
                    "n": run.n, "o": run.owner, "f": run.fence,
                },
            )  # fmt: skip

    def require(self, conn: Connection, run: Run) -> None:
        """Within a write transaction, and until its end: nobody has taken the run over since this record of it was read.

        Raises:
            Conflict: somebody has. A process that slept through that must change nothing any more.
        """
        lock = "" if self.db.dialect == "sqlite" else " FOR UPDATE"
        if conn.execute(text(f"SELECT fence FROM run WHERE n = :n{lock}"), {"n": run.n}).scalar_one() != run.fence:
            raise Conflict(f"Run {run.id} has been taken over by another process.", f"Follow it with rowsmith runs {run.id}.")

    @contextmanager
    def _changing(self, run: Run) -> Iterator[Connection]:
        with self.db.write() as conn:
            self.require(conn, run)
            yield conn

    def set_outcome(self, n: int, dataset: str, version: str) -> None:
        """The version that the run's rows were committed as."""
        with self.db.write() as conn:
            conn.execute(text("UPDATE run SET dataset = :d, version = :v WHERE n = :n"), {"d": dataset, "v": version, "n": n})

    def set_state(self, run: Run, state: str, reason: str, tally: Tally) -> None:
        """The state of a run that nobody carries out."""
        with self._changing(run) as conn:
            conn.execute(
                text("UPDATE run SET state = :s, reason = :r, totals = :t, owner = NULL, ended_at = :now WHERE n = :n"),
                {"s": state, "r": reason, "t": _totals(conn, run.n, tally), "now": self.db.now(conn), "n": run.n},
            )

    def note(self, n: int, project: str, kind: str, data: Mapping[str, Any]) -> None:
        """Write an event."""
        written = text("INSERT INTO event (project, run, kind, data, at) VALUES (:p, :n, :k, :d, :now)")
        with self.db.write() as conn:
            conn.execute(written, {"p": project, "n": n, "k": kind, "d": canonical(data), "now": self.db.now(conn)})

    # -- slots ------------------------------------------------------------------------------------------------------------------------

    def tally(self, n: int) -> Tally:
        """The run's counts, from its slots and its ledger."""
        out = Tally()
        with self.db.read() as conn:
            for row in conn.execute(text("SELECT state, reason, count(*) AS k FROM slot WHERE run = :n GROUP BY state, reason"), {"n": n}):
                out.add(row.state, row.reason, row.k)
            for row in conn.execute(
                text(
                    "SELECT outcome, count(*) AS k, COALESCE(SUM(cost), 0) AS cost, COALESCE(SUM(tokens_in), 0) AS tin, "
                    "COALESCE(SUM(tokens_out), 0) AS tout, COUNT(cost) AS priced FROM spend WHERE run = :n GROUP BY outcome"
                ),
                {"n": n},
            ):
                out.calls += row.k if row.outcome == SETTLED else 0
                out.unpriced += row.k - row.priced if row.outcome == SETTLED else 0
                out.calls_reused += row.k if row.outcome == REUSED else 0
                out.maybe_billed += row.k if row.outcome == MAYBE_BILLED else 0
                out.cost += int(row.cost)
                out.tokens_in += int(row.tin)
                out.tokens_out += int(row.tout)
            for row in conn.execute(text("SELECT reason, count(*) AS k FROM draw WHERE run = :n GROUP BY reason"), {"n": n}):
                out.refused_draws[row.reason] = row.k
        return out

    def ends(self, n: int) -> list[tuple[int, int, int, str | None, int]]:
        """How many slots ended where: (made, step, state, reason, count), what the funnel is made of."""
        with self.db.read() as conn:
            rows = conn.execute(
                text("SELECT made, step, state, reason, count(*) AS k FROM slot WHERE run = :n GROUP BY made, step, state, reason"), {"n": n}
            )
            return [(r.made, r.step, r.state, r.reason, r.k) for r in rows]

    def known(self, n: int, first: bytes, last: bytes) -> dict[bytes, Known]:
        """The slots from order key `first` to `last`, those of their descendants included."""
        with self.db.read() as conn:
            rows = conn.execute(
                text("SELECT ord, state, step, attempt, reason, wave FROM slot WHERE run = :n AND ord >= :a AND ord < :b"),
                {"n": n, "a": first, "b": last + b"\xff\xff"},
            )
            return {bytes(r.ord): Known(r.state, r.step, r.attempt, r.reason, r.wave) for r in rows}

    def pending(self, n: int) -> tuple[bytes, bytes] | None:
        """The first and the last order key of the slots that are pending; None when there is none."""
        with self.db.read() as conn:
            of = f"SELECT ord FROM slot WHERE run = :n AND state = {PENDING} ORDER BY ord"  # PostgreSQL has no min() of bytes
            low, high = (conn.execute(text(f"{of} {end} LIMIT 1"), {"n": n}).scalar() for end in ("ASC", "DESC"))
            return None if low is None or high is None else (bytes(low), bytes(high))

    def failed_with(self, n: int, reason: str) -> tuple[bytes, ...]:
        """The order keys of the slots that failed for this reason."""
        with self.db.read() as conn:
            rows = conn.execute(text(f"SELECT ord FROM slot WHERE run = :n AND state = {FAILED} AND reason = :r ORDER BY ord"), {"n": n, "r": reason})
            return tuple(bytes(r.ord) for r in rows)

    def troubles(self, n: int, state: int = FAILED, limit: int = 1000) -> list[dict[str, Any]]:
        """Slots that ended in `state` (default: failed), in row order: {id, step, reason, detail, attempt}."""
        with self.db.read() as conn:
            rows = conn.execute(
                text("SELECT id, step, reason, detail, attempt FROM slot WHERE run = :n AND state = :s ORDER BY ord LIMIT :k"),
                {"n": n, "s": state, "k": limit},
            )
            return [{"id": bytes(r.id).hex(), "step": r.step, "reason": r.reason, "detail": r.detail, "attempt": r.attempt} for r in rows]

    def draws(self, n: int, limit: int = 1000) -> list[dict[str, Any]]:
        """Answers that could not be used: {row, step, reason, detail, call}."""
        with self.db.read() as conn:
            rows = conn.execute(
                text(
                    "SELECT s.id, d.step, d.reason, d.detail, d.key FROM draw d LEFT JOIN slot s ON s.run = d.run AND s.ord = d.ord "
                    "WHERE d.run = :n ORDER BY d.ord, d.step, d.retry, d.seq LIMIT :k"
                ),
                {"n": n, "k": limit},
            )
            return [
                {"row": bytes(r.id).hex() if r.id else None, "step": r.step, "reason": r.reason, "detail": r.detail, "call": bytes(r.key).hex()}
                for r in rows
            ]

    # -- changes between two carryings-out ----------------------------------------------------------------------------------------------

    def reopen(self, run: Run, *, failed: bool) -> None:
        """Cancelled slots become pending again; with `failed`, failed ones too, for another attempt."""
        states = f"({CANCELLED}, {FAILED})" if failed else f"({CANCELLED})"
        with self._changing(run) as conn:
            conn.execute(
                text(
                    f"UPDATE slot SET attempt = attempt + CASE WHEN state = {FAILED} THEN 1 ELSE 0 END, state = {PENDING}, "
                    "reason = NULL, detail = NULL "
                    f"WHERE run = :n AND state IN {states} AND (reason IS NULL OR reason NOT IN ('broken_line', 'encoding', 'empty_file'))"
                ),
                {"n": run.n},
            )

    def gather(self, run: Run, wave: int) -> None:
        """The rows that wait at set steps belong to this wave."""
        with self._changing(run) as conn:
            conn.execute(
                text(
                    "UPDATE row SET wave = :w WHERE run = :n AND stage < :over AND wave <> :w AND EXISTS "
                    f"(SELECT 1 FROM slot s WHERE s.run = row.run AND s.ord = row.ord AND s.step = row.stage AND s.state = {WAITING})"
                ),
                {"w": wave, "n": run.n, "over": OVER_STAGE},
            )

    def cancel_pending(self, run: Run) -> None:
        """What is pending is cancelled."""
        with self._changing(run) as conn:
            cancelled = f"UPDATE slot SET state = {CANCELLED}, reason = 'cancelled' WHERE run = :n AND state IN ({PENDING}, {WAITING})"
            conn.execute(text(cancelled), {"n": run.n})

    def fit_target(self, run: Run, target: int | None) -> None:
        """Kept rows beyond the target, last in row order, are set aside as dropped(over_target); with a larger target they come back."""
        n = run.n
        with self._changing(run) as conn:
            self._restore_over(conn, n)
            if target is None:
                return
            kept = conn.execute(text("SELECT count(*) FROM row WHERE run = :n AND stage = :k"), {"n": n, "k": KEPT_STAGE}).scalar_one()
            over = int(kept) - target
            if over <= 0:
                return
            ords = [
                bytes(r.ord)
                for r in conn.execute(
                    text("SELECT ord FROM row WHERE run = :n AND stage = :k ORDER BY ord DESC LIMIT :over"), {"n": n, "k": KEPT_STAGE, "over": over}
                )
            ]
            values = [{"n": n, "o": order, "k": KEPT_STAGE, "a": OVER_STAGE} for order in ords]
            conn.execute(text("UPDATE row SET stage = :a WHERE run = :n AND stage = :k AND ord = :o"), values)
            conn.execute(text(f"UPDATE slot SET state = {DROPPED}, reason = 'over_target' WHERE run = :n AND ord = :o"), values)

    def _restore_over(self, conn: Connection, n: int) -> None:
        conn.execute(text(f"UPDATE slot SET state = {KEPT}, reason = NULL WHERE run = :n AND state = {DROPPED} AND reason = 'over_target'"), {"n": n})
        conn.execute(text("UPDATE row SET stage = :k WHERE run = :n AND stage = :a"), {"n": n, "k": KEPT_STAGE, "a": OVER_STAGE})

    def save_totals(self, run: Run, tally: Tally) -> None:
        """Write the counts as they stand. The number of the journal's last batch stays: it is no batch of the journal."""
        with self._changing(run) as conn:
            conn.execute(text("UPDATE run SET totals = :t WHERE n = :n"), {"t": _totals(conn, run.n, tally), "n": run.n})

    # -- prompts and budgets --------------------------------------------------------------------------------------------------------------

    def use_prompts(self, n: int, prompts: Sequence[tuple[int, str, str, str, Sequence[str]]]) -> None:
        """Store each (step, field, hash, text, variables) as a Prompt version and note that the run uses it."""
        with self.db.write() as conn:
            now = self.db.now(conn)
            for step, field, name, body, variables in prompts:
                values = {"h": bytes.fromhex(name), "t": body, "v": canonical(sorted(variables)), "now": now, "n": n, "s": step, "f": field}
                conn.execute(text("INSERT INTO prompt (hash, text, variables, created_at) VALUES (:h, :t, :v, :now) ON CONFLICT DO NOTHING"), values)
                conn.execute(text("INSERT INTO run_prompt (run, step, field, prompt) VALUES (:n, :s, :f, :h) ON CONFLICT DO NOTHING"), values)

    def set_budget(self, scope: str, usd: int | None, tokens: int | None) -> None:
        """Set the caps of a scope (`run:12`, `project:name`); None is no cap. What is spent stays."""
        with self.db.write() as conn:
            budgets.cap(conn, scope, usd, tokens)

    def ensure_budget(self, scope: str) -> None:
        """The scope has a row to count in."""
        with self.db.write() as conn:
            budgets.ensure(conn, scope)


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
