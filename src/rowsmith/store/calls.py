"""Reading the call store: one call, many, and who used them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from hashlib import blake2b
from typing import Any

from sqlalchemy import Connection, Row, TextClause, bindparam, text

from rowsmith.core.calls import Usage
from rowsmith.core.ids import digest
from rowsmith.store.attempts import NOT_THERE, usage_of
from rowsmith.store.database import Database

_COSTS = text('SELECT key, cost FROM "call" WHERE key IN :keys').bindparams(bindparam("keys", expanding=True))
_WHERE = text('SELECT key, profile FROM "call" WHERE key IN :keys').bindparams(bindparam("keys", expanding=True))
_ALL_PROFILES = text('SELECT model, profile FROM "call" WHERE state = 1 GROUP BY model, profile ORDER BY MAX(at)')
_PROFILES = text(
    'SELECT c.model, c.profile FROM spend s JOIN "call" c ON c.key = s.key AND c.state = 1 WHERE s.run = :run '
    "GROUP BY c.model, c.profile ORDER BY MAX(s.at)"
)
_GET = text(
    "SELECT key, profile, model, raw, tokens_in, tokens_out, cached_in, reasoning_out, cache_write_in, cost, at "
    'FROM "call" WHERE key = :key AND state = 1'
)
_OF = text(
    "SELECT s.key, c.raw, c.tokens_in, c.tokens_out, c.cached_in, c.reasoning_out, c.cache_write_in, s.idx "
    "FROM spend s JOIN \"call\" c ON c.key = s.key AND c.state = 1 "
    "WHERE s.run = :run AND s.ord = :ord AND s.step = :step AND s.retry = :retry AND s.seq = :seq "
    "ORDER BY CASE WHEN s.base = :base THEN 0 ELSE 1 END, s.attempt DESC LIMIT 1"
)
_ABSENT = text(
    "SELECT detail FROM spend WHERE run = :run AND ord = :ord AND step = :step AND retry = :retry AND seq = :seq AND base = :base "
    f"AND outcome = {NOT_THERE}"
)
USAGE = tuple(field.name for field in fields(Usage))
"""What is counted of a call, by the names of its columns."""
_FACTS = f"key, state, base, idx, profile, model, {', '.join(USAGE)}, cost, at"
_NEAR = text(f'SELECT {_FACTS}, raw FROM "call" WHERE key >= :low AND key <= :high ORDER BY key LIMIT :k')
_OF_RUNS = "key IN (SELECT key FROM spend WHERE run IN :runs AND outcome IN (1, 2))"
_RUNS = text(
    "SELECT run, COUNT(*) AS uses FROM spend WHERE run IN (SELECT n FROM run) AND base = :base AND idx = :idx AND outcome IN (1, 2) "
    "GROUP BY run ORDER BY run"
)
_USES = text(
    "SELECT s.run, s.step, s.retry, s.seq, s.outcome, l.id FROM spend s LEFT JOIN slot l ON l.run = s.run AND l.ord = s.ord "
    "WHERE s.run IN (SELECT n FROM run) AND s.base = :base AND s.idx = :idx AND s.outcome IN (1, 2) ORDER BY s.run, s.ord, s.step LIMIT :k"
)


@dataclass(frozen=True, slots=True)
class Call:
    """A call: `answered`, or claimed by a run that has no answer yet. `key` is the digest of `base`, the request, and `index`, its number
    among identical ones; both are None for one that is older than they are. `raw` is None in a list. `cost` in picodollars."""

    key: bytes
    base: bytes | None
    index: int | None
    profile: str
    model: str
    answered: bool
    raw: bytes | None
    usage: Usage
    cost: int | None
    at: float


@dataclass(frozen=True, slots=True)
class Use:
    """One place at which a run used a call: for the row with this id (None: it is gone), at a step, by its position."""

    run: int
    row: str | None
    step: int
    retry: int
    seq: int
    bought: bool


@dataclass(frozen=True, slots=True)
class Stored:
    """An answer at rest."""

    key: bytes
    index: int
    raw: bytes
    usage: Usage


def profiles(db: Database, run: int | None = None) -> dict[str, str]:
    """The profile of each model whose answers a run used, or that has any stored; the last one, where it changed."""
    with db.read() as conn:
        found = conn.execute(_ALL_PROFILES) if run is None else conn.execute(_PROFILES, {"run": run})
        return {row.model: row.profile for row in found}


def costs(db: Database, keys: Iterable[str]) -> dict[str, int | None]:
    """What calls cost, in picodollars, by key (32 hexadecimal digits); None where it is not known."""
    if not (wanted := [bytes.fromhex(key) for key in keys]):
        return {}
    with db.read() as conn:
        return {bytes(row.key).hex(): row.cost for row in conn.execute(_COSTS, {"keys": wanted})}


def profiles_of(db: Database, keys: Iterable[str]) -> dict[str, str]:
    """At which profile calls were asked, by key (32 hexadecimal digits); those that are not there are left out."""
    if not (wanted := [bytes.fromhex(key) for key in keys]):
        return {}
    with db.read() as conn:
        return {bytes(row.key).hex(): row.profile for row in conn.execute(_WHERE, {"keys": wanted})}


def get(db: Database, key: str) -> Mapping[str, Any] | None:
    """One stored call: profile, model, raw answer, tokens, cost, time."""
    with db.read() as conn:
        row = conn.execute(_GET, {"key": bytes.fromhex(key)}).one_or_none()
        return None if row is None else {**row._mapping, "key": key, "raw": bytes(row.raw)}


def used(db: Database, run: int, order: bytes, step: int, retry: int, seq: int, base: bytes = b"") -> Stored | None:
    """The answer that a run used at this place, if it can be to the question that `base` names (a place may be asked several, one after
    the other), else the newest; None when it has none."""
    with db.read() as conn:
        row = conn.execute(_OF, {"run": run, "ord": order, "step": step, "retry": retry, "seq": seq, "base": base}).one_or_none()
        return None if row is None else Stored(bytes(row.key), row.idx, bytes(row.raw), usage_of(row))


def absent_until(db: Database, run: int, order: bytes, step: int, retry: int, seq: int, base: bytes) -> int:
    """The last carrying-out of the run, counted from 1, that asked this offline and found no answer; 0: it always had one, or bought it."""
    with db.read() as conn:
        rows = conn.execute(_ABSENT, {"run": run, "ord": order, "step": step, "retry": retry, "seq": seq, "base": base})
        return max((int(row.detail) for row in rows), default=0)


def listed(
    db: Database, *, run: int | None = None, model: str | None = None, profile: str | None = None, since: float | None = None, limit: int = 100
) -> list[Call]:
    """The newest calls, without what was answered; of one run, model or profile, or since a moment, if that is given."""
    asked = {"model = :model": model, "profile = :profile": profile, "at >= :since": since}
    where = [condition for condition, value in asked.items() if value is not None]
    values: dict[str, Any] = {"model": model, "profile": profile, "since": since, "k": limit}
    if run is not None:
        where.append(_OF_RUNS)
        values["runs"] = [run]
    sql = f'SELECT {_FACTS}, NULL AS raw FROM "call" WHERE {" AND ".join(where) or "1 = 1"} ORDER BY at DESC, key LIMIT :k'
    with db.read() as conn:
        return [_call(row) for row in conn.execute(_query(sql, values), values)]


def near(db: Database, prefix: str, limit: int = 5) -> list[Call]:
    """The first calls whose key begins with these hexadecimal digits (at most 32), by key."""
    low, high = (bytes.fromhex(prefix.ljust(32, digit)) for digit in "0f")
    with db.read() as conn:
        return [_call(row) for row in conn.execute(_NEAR, {"low": low, "high": high, "k": limit})]


def used_by(db: Database, calls: Sequence[Call]) -> list[dict[int, int]]:
    """For each call: how often each run used it, by the run's number."""
    with db.read() as conn:
        return [{row.run: row.uses for row in conn.execute(_RUNS, {"base": call.base, "idx": call.index})} for call in calls]


def uses(db: Database, call: Call, limit: int = 1000) -> list[Use]:
    """The places at which runs used the call, in the order of runs and rows."""
    with db.read() as conn:
        rows = conn.execute(_USES, {"base": call.base, "idx": call.index, "k": limit})
        return [Use(r.run, bytes(r.id).hex() if r.id else None, r.step, r.retry, r.seq, r.outcome == 1) for r in rows]


def answered(conn: Connection, runs: Sequence[int] | None = None) -> tuple[int, Iterator[Call]]:
    """How many calls have an answer, and each of them, by key, as a stream; `runs`: only those that these runs used."""
    where, values = "state = 1", {}
    if runs is not None:
        where, values = f"state = 1 AND {_OF_RUNS}", {"runs": list(runs)}
    total = conn.execute(_query(f'SELECT count(*) FROM "call" WHERE {where}', values), values).scalar_one()
    rows = conn.execute(
        _query(f'SELECT {_FACTS}, raw FROM "call" WHERE {where} ORDER BY key', values), values, execution_options={"yield_per": 64}
    )
    return total, (_call(row) for row in rows)


def fingerprint(db: Database, run: int) -> tuple[int, str]:
    """How many answers a run used, and one hash over all of them with the keys of their questions (64 hexadecimal digits)."""
    sum_, count = blake2b(digest_size=32), 0
    with db.read() as conn:
        _, found = answered(conn, [run])
        for call in found:
            count += 1
            sum_.update(call.key + digest(call.raw or b""))
    return count, sum_.hexdigest()


def _query(sql: str, values: Mapping[str, Any]) -> TextClause:
    return text(sql).bindparams(bindparam("runs", expanding=True)) if "runs" in values else text(sql)


def _call(row: Row[Any]) -> Call:
    return Call(
        bytes(row.key), None if row.base is None else bytes(row.base), row.idx, row.profile, row.model, row.state == 1,
        None if row.raw is None else bytes(row.raw), usage_of(row), row.cost, row.at,
    )  # fmt: skip
