"""Batches at rest: their records, which process looks after each, and how their results become stored answers.

A batch holds its keys by its record, not by a process's lease: it goes on when every process is gone, and any process of the home may
look after it next. Whoever does is its keeper, and each change is guarded by the keeper's fence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any
from uuid import uuid4

import orjson
from sqlalchemy import Connection, bindparam, text

from rowsmith.core.calls import Asker, Claim, Claimed, Usage
from rowsmith.core.errors import Conflict
from rowsmith.core.failpoints import failpoint
from rowsmith.core.ids import canonical
from rowsmith.core.slots import Tally
from rowsmith.store import budgets, events
from rowsmith.store.attempts import IN_BATCH, RELEASED, RESERVED, RETURNED, Settling
from rowsmith.store.database import Database
from rowsmith.store.ledger import Ledger
from rowsmith.store.processes import alive

OPEN = ("planned", "uploading", "submitted", "ended")
"""States of a batch whose questions are not all settled."""
PAGE = 500
"""Unanswered items given back in one transaction."""


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch's record, as the table has it. `model` is the Model as plain data; times are seconds since 1970 by the database's clock,
    `cost` is in picodollars."""

    n: int
    token: str
    run: int
    profile: str
    model: dict[str, Any]
    state: str
    reason: str
    detail: str
    request: str
    keeper: str | None
    fence: int
    input: str | None
    output: str | None
    remote_file: str | None
    remote: str | None
    strangers: str
    requests: int
    bytes: int
    done: int
    answered: int
    returned: int
    cost: int
    tried_at: float | None
    created_at: float
    submitted_at: float | None
    expires_at: float | None
    polled_at: float | None
    ended_at: float | None

    @property
    def id(self) -> str:
        """The batch's name for people: `b12`."""
        return f"b{self.n}"

    @property
    def open(self) -> bool:
        """Whether some of its questions are not settled."""
        return self.state in OPEN


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer that came with a batch; `cost` in picodollars, None where it is not known."""

    key: bytes
    raw: bytes
    usage: Usage
    cost: int | None


_COLUMNS = ", ".join(field.name for field in fields(Batch))
_GET = text(f"SELECT {_COLUMNS} FROM batch WHERE n = :n")
_OF_RUN = text(f"SELECT {_COLUMNS} FROM batch WHERE run = :run ORDER BY n")
_NEW = text(
    "INSERT INTO batch (token, run, profile, model, state, keeper, fence, created_at) "
    "VALUES (:token, :run, :profile, :model, 'planned', :keeper, 1, :now) RETURNING n"
)
_TAKE = text("UPDATE batch SET keeper = :keeper, fence = fence + 1 WHERE n = :n")
_OPEN_ITEMS = (
    "SELECT i.key, i.ord, i.step, i.retry, i.seq, i.attempt, s.base, s.idx, s.reserved, s.reserved_tokens FROM batch_item i "
    "JOIN spend s ON s.run = :run AND s.ord = i.ord AND s.step = i.step AND s.retry = i.retry AND s.seq = i.seq AND s.attempt = i.attempt "
    f"WHERE i.batch = :n AND s.outcome = {RESERVED}"
)
_THESE = text(f"{_OPEN_ITEMS} AND i.key IN :keys").bindparams(bindparam("keys", expanding=True))
_SOME = text(f"{_OPEN_ITEMS} ORDER BY i.key LIMIT {PAGE}")
_RESERVED = text(f"SELECT COALESCE(SUM(reserved), 0), count(*) FROM ({_OPEN_ITEMS}) open")
_KNOWN = text("SELECT key FROM batch_item WHERE batch = :n AND key IN :keys").bindparams(bindparam("keys", expanding=True))
_LASTED = text(
    "SELECT ended_at - submitted_at AS seconds FROM batch WHERE profile = :profile AND reason = 'completed' AND ended_at IS NOT NULL "
    "ORDER BY n DESC LIMIT 9"
)


class Batches:
    """Every batch of a home."""

    def __init__(self, db: Database) -> None:
        self.db = db

    # -- records ------------------------------------------------------------------------------------------------------------------------

    def open(self, run: int, profile: str, model: dict[str, Any], keeper: str) -> Batch:
        """A new batch, to be filled by its keeper."""
        with self.db.write() as conn:
            values = {"token": uuid4().hex, "run": run, "profile": profile, "model": canonical(model), "keeper": keeper, "now": self.db.now(conn)}
            return _one(conn, int(conn.execute(_NEW, values).scalar_one()))

    def get(self, n: int) -> Batch | None:
        """The batch numbered `n`; None when it is not there (any more)."""
        with self.db.read() as conn:
            found = conn.execute(_GET, {"n": n}).one_or_none()
            return _record(found) if found else None

    def of_run(self, run: int) -> list[Batch]:
        """The batches of a run, the oldest first."""
        with self.db.read() as conn:
            return [_record(row) for row in conn.execute(_OF_RUN, {"run": run})]

    def files(self) -> set[str]:
        """The hashes of the files that batches name: requests that are not settled, and results that are kept."""
        with self.db.read() as conn:
            rows = conn.execute(text("SELECT input, output FROM batch WHERE input IS NOT NULL OR output IS NOT NULL"))
            return {str(name) for row in rows for name in row if name is not None}

    def remotes(self, profile: str) -> set[str]:
        """The ids that our batches have at this server."""
        with self.db.read() as conn:
            rows = conn.execute(text("SELECT remote FROM batch WHERE profile = :profile AND remote IS NOT NULL"), {"profile": profile})
            return {str(row.remote) for row in rows}

    def take(self, n: int, keeper: str) -> Batch | None:
        """The batch as it stands; it is `keeper`'s from now on unless it is settled or its keeper lives."""
        with self.db.read() as conn:
            found = conn.execute(_GET, {"n": n}).one_or_none()
            batch = _record(found) if found else None
            if batch is None or not batch.open or batch.keeper == keeper or (batch.keeper is not None and alive(self.db, conn, batch.keeper)):
                return batch
        self.db.end_sleepers()  # it may be taken from one of them
        with self.db.write() as conn:
            found = conn.execute(_GET if self.db.dialect == "sqlite" else text(f"{_GET.text} FOR UPDATE"), {"n": n}).one_or_none()
            if found is None or _record(found) != batch:  # somebody was quicker
                return _record(found) if found else None
            conn.execute(_TAKE, {"n": n, "keeper": keeper})
            return replace(batch, keeper=keeper, fence=batch.fence + 1)

    def change(self, batch: Batch, *stamps: str, **values: Any) -> Batch:
        """Write these columns, and the time into those named by `stamps`.

        Raises:
            Conflict: somebody else looks after the batch now.
        """
        with self.db.write() as conn:
            return self._change(conn, batch, {**values, **dict.fromkeys(stamps, self.db.now(conn))})

    def _change(self, conn: Connection, batch: Batch, values: dict[str, Any]) -> Batch:
        sets = ", ".join(f"{name} = :{name}" for name in values)
        guarded = text(f"UPDATE batch SET {sets} WHERE n = :n_ AND keeper = :keeper_ AND fence = :fence_")
        if conn.execute(guarded, {**values, "n_": batch.n, "keeper_": batch.keeper, "fence_": batch.fence}).rowcount != 1:
            raise Conflict(f"Batch {batch.id} is looked after by another process now.", "Nothing is to be done.")
        changed = replace(batch, **values)
        if changed.state != batch.state and changed.state not in ("planned", "uploading"):
            self._note(conn, changed)
        return changed

    def _note(self, conn: Connection, batch: Batch) -> None:
        """An event: the batch has come to a further state."""
        project = conn.execute(text("SELECT project FROM run WHERE n = :n"), {"n": batch.run}).scalar_one()
        told = {name: getattr(batch, name) for name in ("reason", "detail", "remote", "requests", "answered", "returned", "cost")}
        events.note(conn, self.db.now(conn), project, f"batch.{batch.state}", {"batch": batch.id, **told}, run=batch.run)

    def ask_to_cancel(self, run: int) -> list[Batch]:
        """The open batches of a run are to be cancelled, whoever looks after them."""
        with self.db.write() as conn:
            conn.execute(text(f"UPDATE batch SET request = 'cancel' WHERE run = :run AND state IN {OPEN}"), {"run": run})
        return [batch for batch in self.of_run(run) if batch.open]

    def now(self) -> float:
        """The database's clock."""
        with self.db.read() as conn:
            return self.db.now(conn)

    # -- what is in it ------------------------------------------------------------------------------------------------------------------

    def dissolve(self, batch: Batch) -> None:
        """Nothing of it was sent: its questions are free, as if they had not been asked, and its record goes."""
        while self._given_back(batch, "not sent", RELEASED):
            failpoint("batch.dissolving")
        with self.db.write() as conn:
            self._require(conn, batch)
            conn.execute(text("DELETE FROM batch WHERE n = :n"), {"n": batch.n})

    def reconcile(self, batch: Batch, answers: Sequence[Answered], returned: Sequence[tuple[bytes, str]]) -> tuple[Batch, Tally, int]:
        """Store answers, and give questions back that got none, each for its reason. What has come before changes nothing.

        Returns the batch, what is to be added to its run's counts, and how many of the keys are none of the batch's.

        Raises:
            Conflict: somebody else looks after the batch now.
        """
        keys = [answer.key for answer in answers] + [key for key, _ in returned]
        with self.db.write() as conn:
            self._require(conn, batch)
            open_ = {bytes(row.key): row for row in conn.execute(_THESE, {"run": batch.run, "n": batch.n, "keys": keys})} if keys else {}
            known = {bytes(row.key) for row in conn.execute(_KNOWN, {"n": batch.n, "keys": keys})} if keys else set()
            settlings = {a.key: Settling(_claimed(batch, open_[a.key]), a.raw, a.usage, a.cost) for a in reversed(answers) if a.key in open_}
            back = {key: (_claimed(batch, open_[key]), reason) for key, reason in reversed(returned) if key in open_ and key not in settlings}
            batch, tally = self._settled(conn, batch, list(settlings.values()), list(back.values()), RETURNED)
            return batch, tally, len(set(keys) - known)

    def close(
        self, batch: Batch, state: str, reason: str, detail: str, *, left: str = "", outcome: int = RETURNED, keep_output: bool = False
    ) -> tuple[Batch, Tally]:
        """The batch is settled: what is still open comes back, for the reason `left` (default: its own). The batch, and what is to be added
        to its run's counts."""
        tally = Tally()
        while given := self._given_back(batch, left or reason, outcome):
            batch, more = given
            tally.count(more)
        values = {"state": state, "reason": reason, "detail": detail[:2000], "input": None, "output": batch.output if keep_output else None}
        with self.db.write() as conn:
            return self._change(conn, batch, values), tally

    def reserved(self, batch: Batch) -> tuple[int, int]:
        """What its open questions are reserved at, in picodollars, and how many they are."""
        with self.db.read() as conn:
            usd, count = conn.execute(_RESERVED, {"run": batch.run, "n": batch.n}).one()
            return int(usd), int(count)

    def money_left(self, run: int) -> int | None:
        """What the run may still spend or reserve under every cap, in picodollars; None without one."""
        with self.db.read() as conn:
            return budgets.left(conn, self._scopes(conn, run))

    def lasted(self, profile: str) -> list[float]:
        """How many seconds the last batches at this server took, in ascending order."""
        with self.db.read() as conn:
            return sorted(row.seconds for row in conn.execute(_LASTED, {"profile": profile}))

    def _given_back(self, batch: Batch, reason: str, outcome: int) -> tuple[Batch, Tally] | None:
        """A page of open questions comes back; None when there is none left."""
        with self.db.write() as conn:
            self._require(conn, batch)
            page = [(_claimed(batch, row), reason) for row in conn.execute(_SOME, {"run": batch.run, "n": batch.n})]
            return self._settled(conn, batch, [], page, outcome) if page else None

    def _settled(
        self, conn: Connection, batch: Batch, settlings: list[Settling], returned: list[tuple[Claimed, str]], outcome: int
    ) -> tuple[Batch, Tally]:
        """Within a transaction that holds the run and the batch. Budgets are locked before calls, as nothing else does it the other way."""
        ledger, tally = Ledger(self.db, batch.run, f"{IN_BATCH}{batch.n}", self._scopes(conn, batch.run), resumed=True), Tally()
        if not settlings and not returned:
            return batch, tally
        ledger.lock(conn)
        if settlings:
            ledger.settle(conn, settlings, self.db.now(conn), tally)
        if returned:
            ledger.give_back(conn, returned, outcome, tally)
        self._count(conn, batch.run, tally)
        counts = {"answered": batch.answered + len(settlings), "returned": batch.returned + len(returned), "cost": batch.cost + tally.cost}
        failpoint("batch.reconciled")
        return self._change(conn, batch, counts), tally

    def _require(self, conn: Connection, batch: Batch) -> None:
        """Hold the run, then the batch, until the transaction ends; or raise Conflict."""
        lock = "" if self.db.dialect == "sqlite" else " FOR UPDATE"
        conn.execute(text(f"SELECT n FROM run WHERE n = :run{lock}"), {"run": batch.run})
        row = conn.execute(text(f"SELECT keeper, fence FROM batch WHERE n = :n{lock}"), {"n": batch.n}).one_or_none()
        if row is None or (row.keeper, row.fence) != (batch.keeper, batch.fence):
            raise Conflict(f"Batch {batch.id} is looked after by another process now.", "Nothing is to be done.")

    def _scopes(self, conn: Connection, run: int) -> tuple[str, ...]:
        project = conn.execute(text("SELECT project FROM run WHERE n = :n"), {"n": run}).scalar_one()
        return (f"project:{project}", f"run:{run}")

    def _count(self, conn: Connection, run: int, tally: Tally) -> None:
        """The counts of a run that nobody carries out. Whoever carries one out counts for himself."""
        row = conn.execute(text("SELECT owner, totals FROM run WHERE n = :n"), {"n": run}).one()
        if row.owner is not None and alive(self.db, conn, row.owner):
            return
        totals = orjson.loads(row.totals)
        counted = Tally.load(totals)
        counted.count(tally)
        conn.execute(text("UPDATE run SET totals = :t WHERE n = :n"), {"t": canonical({**totals, **counted.dump()}), "n": run})


def _claimed(batch: Batch, row: Any) -> Claimed:
    """The claim that an open item is."""
    asker = Asker("", bytes(row.ord), row.step, row.retry, row.seq)
    claim = Claim(bytes(row.base), batch.profile, "", asker, row.reserved, row.reserved_tokens, batch=batch.n)
    return Claimed("mine", claim, bytes(row.key), row.idx, attempt=row.attempt)


def _one(conn: Connection, n: int) -> Batch:
    return _record(conn.execute(_GET, {"n": n}).one())


def _record(row: Any) -> Batch:
    return Batch(**{**row._mapping, "model": orjson.loads(row.model)})
