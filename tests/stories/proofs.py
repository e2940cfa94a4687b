"""What must hold of a home after anything: read from its tables with queries of our own, and from the model server's log."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import text
from stage import Stage

from rowsmith.core.slots import CANCELLED, DROPPED, EXPANDED, FAILED, KEPT, KEPT_STAGE, PENDING, WAITING
from rowsmith.store.database import Database
from rowsmith.store.datasets import Datasets
from rowsmith.testing import CallLog


@dataclass
class Outcome:
    """One line of the battery's table. `lost` and `duplicated` count rows, `repeated` calls beyond the first of a body, `bound` how many
    of those are allowed."""

    fault: str
    runs: int = 0
    lost: int = 0
    duplicated: int = 0
    repeated: int = 0
    bound: int = 0
    note: str = ""

    def add(self, other: Outcome) -> None:
        """Sum another outcome of the same fault up into this one."""
        self.runs += other.runs
        self.lost += other.lost
        self.duplicated += other.duplicated
        self.repeated += other.repeated
        self.bound += other.bound
        self.note = other.note or self.note

    def hold(self) -> Outcome:
        """Itself, when nothing is lost or duplicated and no more is repeated than allowed; else it raises."""
        assert self.lost == 0, self
        assert self.duplicated == 0, self
        assert self.repeated <= self.bound, self
        return self


def rows_of(db: Database, dataset: str = "one_call", project: str = "default") -> list[dict[str, Any]]:
    """The rows of the dataset's head, in order: id, order, data, and the key of their source."""
    version = Datasets(db).resolve(project, dataset)
    return [
        {"id": row.id, "order": row.order.hex(), "data": row.data, "key": str(row.origin.get("source", {}).get("key", ""))}
        for row in Datasets(db).rows(version)
    ]


def counted(fault: str, stage: Stage, log: CallLog, expected: int, *, runs: int, bound: int, dataset: str = "one_call", note: str = "") -> Outcome:
    """The outcome of a fault for a recipe that keeps one row for each of `expected` inputs."""
    with stage.database() as db:
        sound(db)
        rows = rows_of(db, dataset)
    keys = Counter(row["key"] for row in rows)
    ids = Counter(row["id"] for row in rows)
    lost = sum(str(i) not in keys for i in range(expected))
    twice = sum(n - 1 for n in ids.values()) + sum(n - 1 for n in keys.values())
    return Outcome(fault, runs, lost, twice, sum(log.repeated().values()), bound, note)


def sound(db: Database, *, at_rest: bool = True) -> None:
    """Check every invariant that the tables themselves can show. `at_rest`: no run is being carried out."""
    with db.read() as conn:
        for (n,) in conn.execute(text("SELECT n FROM run ORDER BY n")).all():
            _slots_agree(conn, n, at_rest)
        twice = conn.execute(text("SELECT count(*) FROM (SELECT key FROM spend WHERE outcome = 1 GROUP BY key HAVING count(*) > 1) t")).scalar_one()
        assert twice == 0, f"{twice} answers were bought twice"
        missing = conn.execute(
            text('SELECT count(*) FROM spend s LEFT JOIN "call" c ON c.key = s.key AND c.state = 1 WHERE s.outcome IN (1, 2) AND c.key IS NULL')
        ).scalar_one()
        assert missing == 0, f"{missing} settled purchases have no answer"
        _budgets_agree(conn)


def _slots_agree(conn: Any, n: int, at_rest: bool) -> None:
    states = Counter({r[0]: r[1] for r in conn.execute(text("SELECT state, count(*) FROM slot WHERE run = :n GROUP BY state"), {"n": n})})
    ended = states[KEPT] + states[DROPPED] + states[FAILED] + states[CANCELLED]
    open_ = states[PENDING] + states[WAITING]
    row = conn.execute(text("SELECT state, totals FROM run WHERE n = :n"), {"n": n}).one()
    totals = orjson.loads(row.totals)
    parts = totals["kept"] + sum(totals["dropped"].values()) + sum(totals["failed"].values()) + totals["cancelled"] + totals["pending"]
    assert totals["requested"] == parts, f"run {n}: {totals}"
    if at_rest and row.state != "running":
        assert totals["requested"] == ended + open_, f"run {n}: {totals} beside {states}"
        assert totals["kept"] == states[KEPT], f"run {n}: {totals} beside {states}"
    if row.state == "finished":
        assert open_ == 0, f"run {n} is finished with {open_} slots open"
    kept = conn.execute(text("SELECT count(*) FROM row WHERE run = :n AND stage = :k"), {"n": n, "k": KEPT_STAGE}).scalar_one()
    assert kept == states[KEPT], f"run {n}: {kept} kept rows and {states[KEPT]} kept slots"
    twice = conn.execute(text("SELECT count(*) FROM (SELECT id FROM slot WHERE run = :n GROUP BY id HAVING count(*) > 1) t"), {"n": n}).scalar_one()
    assert twice == 0, f"run {n}: {twice} row ids stand twice"
    bare = conn.execute(
        text(f"SELECT count(*) FROM slot WHERE run = :n AND state IN ({DROPPED}, {FAILED}) AND reason IS NULL"), {"n": n}
    ).scalar_one()
    assert bare == 0, f"run {n}: {bare} slots ended without a reason"
    assert set(states) <= {PENDING, KEPT, DROPPED, FAILED, CANCELLED, EXPANDED, WAITING}


def _budgets_agree(conn: Any) -> None:
    for scope, usd, tokens in conn.execute(text("SELECT scope, usd, tokens FROM budget")).all():
        kind, _, name = scope.partition(":")
        which = "run = :v" if kind == "run" else "run IN (SELECT n FROM run WHERE project = :v)"
        found = conn.execute(
            text(
                "SELECT COALESCE(SUM(CASE WHEN outcome IN (0, 3) THEN reserved WHEN outcome = 1 THEN COALESCE(cost, 0) ELSE 0 END), 0), "
                "COALESCE(SUM(CASE WHEN outcome IN (0, 3) OR (outcome = 1 AND tokens_in IS NULL) THEN reserved_tokens "
                f"WHEN outcome = 1 THEN tokens_in + COALESCE(tokens_out, 0) ELSE 0 END), 0) FROM spend WHERE {which}"
            ),
            {"v": int(name) if kind == "run" else name},
        ).one()
        assert (usd, tokens) == (int(found[0]), int(found[1])), f"budget {scope} counts {usd}, {tokens}; its ledger {tuple(found)}"
