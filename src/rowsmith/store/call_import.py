"""Answers from elsewhere, put into the call store: what stands there already stays."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from sqlalchemy import Connection

from rowsmith.store.calls import USAGE, Call
from rowsmith.store.database import Database, fetch, many
from rowsmith.store.processes import alive, forget

PAGE = 500
MOST_KEYS = 100

_ANSWER = ("raw", *USAGE, "cost", "at")
_COLUMNS = ("key", "base", "idx", "profile", "model", *_ANSWER)
_INSERT = f'INSERT INTO "call" (state, {", ".join(_COLUMNS)}) VALUES (1{", ?" * len(_COLUMNS)}) ON CONFLICT DO NOTHING'
_UPDATE = f'UPDATE "call" SET state = 1, owner = NULL, {" = ?, ".join(_ANSWER)} = ? WHERE key = ? AND state = 0 AND owner '
_PROCESS = re.compile("[0-9a-f]{32}")


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
    elif owner is None:
        taken.added += many(conn, _UPDATE + "IS NULL", [(*_answer(call), call.key)])
    elif not _PROCESS.fullmatch(owner) or alive(db, conn, owner):  # what is no process does not die
        taken.held += 1
    else:
        forget(conn, owner)  # should it only sleep, it learns that it may not store another answer
        taken.added += many(conn, _UPDATE + "= ?", [(*_answer(call), call.key, owner)])


def _compare(taken: Taken, call: Call, raw: bytes | None) -> None:
    if raw is not None and bytes(raw) == call.raw:
        taken.kept += 1
        return
    taken.other += 1
    if len(taken.differing) < MOST_KEYS:
        taken.differing.append(call.key.hex())


def _row(call: Call) -> tuple[object, ...]:
    return (call.key, call.base, call.index, call.profile, call.model, *_answer(call))


def _answer(call: Call) -> tuple[object, ...]:
    return (call.raw, *(getattr(call.usage, name) for name in USAGE), call.cost, call.at)
