"""Reading the call store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, text

from rowsmith.core.calls import Usage
from rowsmith.store.database import Database

_COSTS = text('SELECT key, cost FROM "call" WHERE key IN :keys').bindparams(bindparam("keys", expanding=True))
_PROFILES = text(
    'SELECT c.model, c.profile FROM spend s JOIN "call" c ON c.key = s.key AND c.state = 1 WHERE s.run = :run '
    "GROUP BY c.model, c.profile ORDER BY MAX(s.at)"
)
_GET = text('SELECT key, profile, model, raw, tokens_in, tokens_out, cached_in, cost, at FROM "call" WHERE key = :key AND state = 1')
_OF = text(
    "SELECT s.key, c.raw, c.tokens_in, c.tokens_out, c.cached_in, s.idx FROM spend s JOIN \"call\" c ON c.key = s.key AND c.state = 1 "
    "WHERE s.run = :run AND s.ord = :ord AND s.step = :step AND s.retry = :retry AND s.seq = :seq "
    "ORDER BY CASE WHEN s.base = :base THEN 0 ELSE 1 END, s.attempt DESC LIMIT 1"
)


@dataclass(frozen=True, slots=True)
class Stored:
    """An answer at rest."""

    key: bytes
    index: int
    raw: bytes
    usage: Usage


def profiles(db: Database, run: int) -> dict[str, str]:
    """The profile of each model whose answers a run used; the last one, where it changed."""
    with db.read() as conn:
        return {row.model: row.profile for row in conn.execute(_PROFILES, {"run": run})}


def costs(db: Database, keys: Iterable[str]) -> dict[str, int | None]:
    """What calls cost, in picodollars, by key (32 hexadecimal digits); None where it is not known."""
    if not (wanted := [bytes.fromhex(key) for key in keys]):
        return {}
    with db.read() as conn:
        return {bytes(row.key).hex(): row.cost for row in conn.execute(_COSTS, {"keys": wanted})}


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
        return None if row is None else Stored(bytes(row.key), row.idx, bytes(row.raw), Usage(row.tokens_in, row.tokens_out, row.cached_in))
