"""Answers from elsewhere, put into the call store: what stands there already stays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from sqlalchemy import Connection

from rowsmith.store.calls import Call
from rowsmith.store.database import Database, fetch, many
from rowsmith.store.processes import alive, forget

PAGE = 500
MOST_KEYS = 100

_INSERT = (
    'INSERT INTO "call" (key, state, owner, profile, model, raw, tokens_in, tokens_out, cached_in, cost, at, base, idx) '
    "VALUES (?, 1, NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
)
_ANSWER = (
    'UPDATE "call" SET state = 1, owner = NULL, raw = ?, tokens_in = ?, tokens_out = ?, cached_in = ?, cost = ?, at = ? '
    "WHERE key = ? AND state = 0 AND owner "
)


@dataclass(slots=True)
class Taken:
    """What became of calls from elsewhere: `added`; `kept`, which were there; `held` by a run that is buying them just now; `other`, which
    were there with another answer than the one that came. `differing` are the keys of the first hundred of those."""

    added: int = 0
    kept: int = 0
    held: int = 0
    other: int = 0
    differing: list[str] = field(default_factory=list)


def take(db: Database, conn: Connection, calls: Iterable[Call]) -> Taken:
    """Store answered calls, within a write transaction. An answer that is there is never replaced; a claim whose holder is dead is."""
    taken = Taken()
    for page in _pages(calls):
        there = _there(conn, [call.key for call in page])
        new: dict[bytes, Call] = {}
        for call in page:
            if (twin := new.get(call.key)) is not None:
                _compare(taken, call, twin.raw)
            elif call.key not in there:
                new[call.key] = call
            else:
                _meet(db, conn, taken, call, *there[call.key])
        added = many(conn, _INSERT, [_row(call) for call in new.values()])
        taken.added += added
        taken.kept += len(new) - added  # somebody was quicker
    return taken


def _pages(calls: Iterable[Call]) -> Iterator[list[Call]]:
    rest = iter(calls)
    while page := list(islice(rest, PAGE)):
        yield page


def _there(conn: Connection, keys: list[bytes]) -> dict[bytes, tuple[int, str | None, bytes | None]]:
    sql = f'SELECT key, state, owner, raw FROM "call" WHERE key IN ({", ".join("?" * len(keys))})'
    return {bytes(key): (state, owner, raw) for key, state, owner, raw in fetch(conn, sql, tuple(keys))}


def _meet(db: Database, conn: Connection, taken: Taken, call: Call, state: int, owner: str | None, raw: bytes | None) -> None:
    """A call whose key is there already."""
    if state == 1:
        _compare(taken, call, raw)
    elif owner is not None and alive(db, conn, owner):
        taken.held += 1
    else:
        if owner is not None:
            forget(conn, owner)  # should it only sleep, it learns that it may not store another answer
        usage, mine = call.usage, "IS NULL" if owner is None else "= ?"
        values = (call.raw, usage.tokens_in, usage.tokens_out, usage.cached_in, call.cost, call.at, call.key, *(() if owner is None else (owner,)))
        taken.added += many(conn, _ANSWER + mine, [values])


def _compare(taken: Taken, call: Call, raw: bytes | None) -> None:
    if raw is not None and bytes(raw) == call.raw:
        taken.kept += 1
        return
    taken.other += 1
    if len(taken.differing) < MOST_KEYS:
        taken.differing.append(call.key.hex())


def _row(call: Call) -> tuple[object, ...]:
    usage = call.usage
    return (
        call.key, call.profile, call.model, call.raw, usage.tokens_in, usage.tokens_out, usage.cached_in, call.cost, call.at, call.base, call.index
    )  # fmt: skip
