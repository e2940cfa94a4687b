"""The slots of a run at rest, and what is changed of them between two carryings-out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, text

from rowsmith.core.ids import source_ordinal
from rowsmith.core.row import Row
from rowsmith.core.slots import (
    CANCELLED,
    DROPPED,
    FAILED,
    HELD,
    HELD_STAGE,
    KEPT,
    KEPT_STAGE,
    LET_ON,
    NOT_RECORDED,
    OVER_STAGE,
    PASSED_STAGE,
    PENDING,
    WAITING,
    Tally,
)  # fmt: skip
from rowsmith.store import draws
from rowsmith.store.attempts import MAYBE_BILLED, REUSED, SETTLED
from rowsmith.store.database import Database
from rowsmith.store.runs import Run, changing
from rowsmith.store.stages import as_row

_PASSED = text('SELECT ord, id, data, meta FROM "row" WHERE run = :n AND stage = :stage AND ord >= :a AND ord < :b')


class Known(NamedTuple):
    """What the database knows of a slot. `passed`: its row as the set step at a position let it through, where that changed it."""

    state: int
    step: int
    attempt: int
    reason: str | None
    wave: int
    passed: Mapping[int, Row] = {}


def tally(db: Database, n: int) -> Tally:
    """The run's counts, from its slots and its ledger."""
    with db.read() as conn:
        return counted(conn, n)


def counted(conn: Connection, n: int) -> Tally:
    """The same within a transaction."""
    out = Tally()
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
    draws.count(conn, n, out)
    return out


def ends(db: Database, n: int) -> list[tuple[int, int, int, str | None, int]]:
    """How many slots ended where: (made, step, state, reason, count), what the funnel is made of."""
    with db.read() as conn:
        rows = conn.execute(
            text("SELECT made, step, state, reason, count(*) AS k FROM slot WHERE run = :n GROUP BY made, step, state, reason"), {"n": n}
        )
        return [(r.made, r.step, r.state, r.reason, r.k) for r in rows]


def known(db: Database, n: int, first: bytes, last: bytes, sets: Sequence[int] = ()) -> dict[bytes, Known]:
    """The slots from order key `first` to `last`, those of their descendants included. `sets`: the positions of set steps."""
    within = {"n": n, "a": first, "b": last + b"\xff\xff"}
    with db.read() as conn:
        passed: dict[bytes, dict[int, Row]] = {}
        for position in sets:
            for r in conn.execute(_PASSED, {**within, "stage": PASSED_STAGE + position}):
                passed.setdefault(bytes(r.ord), {})[position] = as_row(r)
        rows = conn.execute(text("SELECT ord, state, step, attempt, reason, wave FROM slot WHERE run = :n AND ord >= :a AND ord < :b"), within)
        return {bytes(r.ord): Known(r.state, r.step, r.attempt, r.reason, r.wave, passed.get(bytes(r.ord), {})) for r in rows}


def pending(db: Database, n: int) -> tuple[bytes, bytes] | None:
    """The first and the last order key of the slots that are pending; None when there is none."""
    with db.read() as conn:
        of = f"SELECT ord FROM slot WHERE run = :n AND state = {PENDING} ORDER BY ord"  # PostgreSQL has no min() of bytes
        low, high = (conn.execute(text(f"{of} {end} LIMIT 1"), {"n": n}).scalar() for end in ("ASC", "DESC"))
        return None if low is None or high is None else (bytes(low), bytes(high))


class Resting(NamedTuple):
    """What rests until the target needs it: rows that set steps have let through, and by the position of a step, the rows of which it has more to
    make. `let_on`: by the position of a set step, the rows that have gone on from it and are asked about."""

    waiting: int = 0
    more: Mapping[int, int] = {}
    let_on: Mapping[int, int] = {}

    @property
    def any(self) -> bool:
        """Whether anything rests."""
        return bool(self.waiting or self.more)


def resting(db: Database, n: int) -> Resting:
    """The run's rows that rest."""
    with db.read() as conn:
        more = text(f'SELECT stage, count(*) AS k FROM "row" WHERE run = :n AND stage >= {HELD_STAGE} GROUP BY stage')
        waits = f"run = :n AND state = {WAITING} AND reason IS NOT NULL"
        marks = conn.execute(text(f"SELECT step, reason, count(*) AS k FROM slot WHERE {waits} GROUP BY step, reason"), {"n": n}).all()
        return Resting(
            sum(r.k for r in marks if r.reason == HELD), {r.stage - HELD_STAGE: r.k for r in conn.execute(more, {"n": n})},
            {r.step: r.k for r in marks if r.reason == LET_ON},
        )  # fmt: skip


def roots(db: Database, n: int, position: int) -> list[tuple[bytes, bytes]]:
    """(order key, id) of each record that the source at this position of the recipe gave."""
    with db.read() as conn:
        query = text("SELECT ord, id FROM slot WHERE run = :n AND length(ord) = 6 AND ord >= :first AND ord < :behind ORDER BY ord")
        rows = conn.execute(query, {"n": n, "first": bytes([position]), "behind": bytes([position + 1])})
        return [(bytes(r.ord), bytes(r.id)) for r in rows]


def orders_of(db: Database, n: int, name: str) -> list[bytes]:
    """The order keys of the slots for the row with this id."""
    with db.read() as conn:
        rows = conn.execute(text("SELECT ord FROM slot WHERE run = :n AND id = :id ORDER BY ord"), {"n": n, "id": bytes.fromhex(name)})
        return [bytes(r.ord) for r in rows]


def ids_within(db: Database, n: int, first: bytes, behind: bytes) -> list[str]:
    """The ids of the rows whose slots lie between two order keys, the second left out."""
    with db.read() as conn:
        query = text("SELECT id FROM slot WHERE run = :n AND ord >= :first AND ord < :behind")
        return [bytes(r.id).hex() for r in conn.execute(query, {"n": n, "first": first, "behind": behind})]


def near(db: Database, project: str, prefix: str, limit: int = 9) -> dict[str, bool]:
    """The rows of a project's runs whose ids begin with these hexadecimal digits: id -> whether a source gave it."""
    low, high = (bytes.fromhex(prefix.ljust(32, digit)) for digit in "0f")
    query = text(
        "SELECT DISTINCT s.id, length(s.ord) AS length FROM slot s JOIN run r ON r.n = s.run "
        "WHERE r.project = :p AND s.id >= :low AND s.id <= :high LIMIT :k"
    )
    with db.read() as conn:
        return {bytes(r.id).hex(): r.length == 6 for r in conn.execute(query, {"p": project, "low": low, "high": high, "k": limit})}


def failed_with(db: Database, n: int, reason: str) -> tuple[bytes, ...]:
    """The order keys of the slots that failed for this reason."""
    with db.read() as conn:
        rows = conn.execute(text(f"SELECT ord FROM slot WHERE run = :n AND state = {FAILED} AND reason = :r ORDER BY ord"), {"n": n, "r": reason})
        return tuple(bytes(r.ord) for r in rows)


def failed_roots(db: Database, n: int, step: int) -> list[tuple[int, str, str]]:
    """The rows of the source at the position `step` that failed, in their order: number (from 0) in the source, reason, detail."""
    query = text(f"SELECT ord, reason, detail FROM slot WHERE run = :n AND made = :s AND state = {FAILED} AND length(ord) = 6 ORDER BY ord")
    with db.read() as conn:
        return [(source_ordinal(bytes(r.ord)), r.reason, r.detail or "") for r in conn.execute(query, {"n": n, "s": step})]


def troubles(db: Database, n: int, state: int = FAILED, limit: int = 1000) -> list[dict[str, Any]]:
    """Slots that ended in `state` (default: failed), in row order: {id, step, reason, detail, attempt}."""
    with db.read() as conn:
        rows = conn.execute(
            text("SELECT id, step, reason, detail, attempt FROM slot WHERE run = :n AND state = :s ORDER BY ord LIMIT :k"),
            {"n": n, "s": state, "k": limit},
        )
        return [{"id": bytes(r.id).hex(), "step": r.step, "reason": r.reason, "detail": r.detail, "attempt": r.attempt} for r in rows]


def reopen(db: Database, run: Run, *, failed: bool) -> None:
    """Cancelled slots become pending again, and those whose answer was not recorded, as they stand; with `failed`, failed ones too, for
    another attempt."""
    states = f"({CANCELLED}, {FAILED})" if failed else f"({CANCELLED})"
    with changing(db, run) as conn:
        conn.execute(
            text(
                f"UPDATE slot SET attempt = attempt + CASE WHEN state = {FAILED} AND reason <> :open THEN 1 ELSE 0 END, state = {PENDING}, "
                "reason = NULL, detail = NULL "
                f"WHERE run = :n AND (reason = :open OR state IN {states} "
                "AND (reason IS NULL OR reason NOT IN ('broken_line', 'encoding', 'empty_file')))"
            ),
            {"n": run.n, "open": NOT_RECORDED},
        )


def gather(db: Database, run: Run, wave: int) -> None:
    """The rows that wait at set steps belong to this wave, but for those that the steps have let through."""
    with changing(db, run) as conn:
        conn.execute(
            text(
                "UPDATE row SET wave = :w WHERE run = :n AND stage < :over AND wave <> :w AND EXISTS "
                "(SELECT 1 FROM slot s WHERE s.run = row.run AND s.ord = row.ord AND s.step = row.stage "
                f"AND s.state = {WAITING} AND s.reason IS NULL)"
            ),
            {"w": wave, "n": run.n, "over": OVER_STAGE},
        )


def cancel_pending(db: Database, run: Run) -> None:
    """What is pending is cancelled."""
    with changing(db, run) as conn:
        cancelled = f"UPDATE slot SET state = {CANCELLED}, reason = 'cancelled' WHERE run = :n AND state IN ({PENDING}, {WAITING})"
        conn.execute(text(cancelled), {"n": run.n})


def fit_target(db: Database, run: Run, target: int | None) -> None:
    """Kept rows beyond the target, last in row order, are set aside as dropped(over_target), and so are rows that it did not need any more; with a
    larger target they come back."""
    n = run.n
    with changing(db, run) as conn:
        _restore_over(conn, n)
        if target is None:
            return
        over = f"UPDATE slot SET state = {DROPPED}, reason = 'over_target' WHERE run = :n"
        conn.execute(text(f"{over} AND state = {WAITING} AND reason = '{HELD}'"), {"n": n})
        kept = conn.execute(text("SELECT count(*) FROM row WHERE run = :n AND stage = :k"), {"n": n, "k": KEPT_STAGE}).scalar_one()
        many = int(kept) - target
        if many <= 0:
            return
        ords = [
            bytes(r.ord)
            for r in conn.execute(
                text("SELECT ord FROM row WHERE run = :n AND stage = :k ORDER BY ord DESC LIMIT :many"), {"n": n, "k": KEPT_STAGE, "many": many}
            )
        ]
        values = [{"n": n, "o": order, "k": KEPT_STAGE, "a": OVER_STAGE} for order in ords]
        conn.execute(text("UPDATE row SET stage = :a WHERE run = :n AND stage = :k AND ord = :o"), values)
        conn.execute(text(f"{over} AND ord = :o"), values)


def _restore_over(conn: Connection, n: int) -> None:
    over = f"run = :n AND state = {DROPPED} AND reason = 'over_target'"
    aside = f"EXISTS (SELECT 1 FROM row r WHERE r.run = slot.run AND r.ord = slot.ord AND r.stage = {OVER_STAGE})"
    conn.execute(text(f"UPDATE slot SET state = {KEPT}, reason = NULL WHERE {over} AND {aside}"), {"n": n})
    conn.execute(text(f"UPDATE slot SET state = {WAITING}, reason = '{HELD}' WHERE {over}"), {"n": n})
    conn.execute(text("UPDATE row SET stage = :k WHERE run = :n AND stage = :a"), {"n": n, "k": KEPT_STAGE, "a": OVER_STAGE})
