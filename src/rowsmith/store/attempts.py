"""Attempts at buying answers: how they end, what a dead process left of them, and which of them lie in a batch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from rowsmith.core.calls import Claim, Claimed, Usage
from rowsmith.core.ids import digest
from rowsmith.store.database import Database, fetch

RESERVED, SETTLED, REUSED, MAYBE_BILLED, RELEASED, RETURNED = range(6)
NOT_THERE = 9
IN_BATCH = "batch:"
"""What the owner of a key begins with when it is a batch, followed by its number."""


Where = tuple[bytes, int, int, int]
"""(order key, step, retry, seq): what a call is for, within a run."""


@dataclass(slots=True)
class Settling:
    """An answer to store. `cost` None: not known; it stays counted at its reservation."""

    claimed: Claimed
    raw: bytes
    usage: Usage
    cost: int | None


@dataclass(slots=True)
class Parting:
    """An attempt that ended without an answer; `again`: another is reserved at once; `sent`: it may have reached the server."""

    claimed: Claimed
    detail: str
    maybe_billed: bool
    again: bool = False
    sent: bool = True


def settle_dead(db: Database, conn: Connection, run: int, scopes: Sequence[str]) -> int:
    """Attempts that a dead process left open: each stays counted at its reservation, as maybe billed. How many there were. What is in a
    batch stays open: no process holds it."""
    mark = "?" if db.dialect == "sqlite" else "%s"
    done = conn.exec_driver_sql(
        f"UPDATE spend SET outcome = {MAYBE_BILLED}, cost = reserved, detail = 'the process ended while the call was open' "
        f"WHERE run = {mark} AND outcome = {RESERVED} "
        f"""AND NOT EXISTS (SELECT 1 FROM "call" c WHERE c.key = spend.key AND c.state = 0 AND substr(c.owner, 1, {len(IN_BATCH)}) = '{IN_BATCH}')""",
        (run,),
    )
    return done.rowcount


def returned(claims: Sequence[Claim], earlier: Mapping[int, Sequence[Any]]) -> Iterator[tuple[int, Claimed]]:
    """Claims for a batch whose place came back unanswered, from a batch or a live call, and was not asked again since. `earlier` are the
    attempts of each claim's place, the newest last."""
    for i, claim in enumerate(claims):
        if claim.batch is None or claim.again:
            continue
        before = [row for row in earlier[i] if bytes(row.base) == claim.base]
        if before and before[-1].outcome in (RETURNED, MAYBE_BILLED):
            returns = sum(row.outcome in (RETURNED, MAYBE_BILLED) for row in before)
            yield i, Claimed("returned", claim, bytes(before[-1].key), before[-1].idx, returns=returns, detail=before[-1].detail or "")


def batch_of(owner: str | None) -> int:
    """The number of the batch that an owner is; 0 when it is a process, or nobody."""
    return int(owner.removeprefix(IN_BATCH)) if owner is not None and owner.startswith(IN_BATCH) else 0


def in_batches(conn: Connection, calls: Sequence[Any]) -> set[bytes]:
    """The keys of those calls that are in the batch which owns them. One that is not has just been written so, in this transaction."""
    if not calls:
        return set()
    found = fetch(conn, f"SELECT batch, key FROM batch_item WHERE key IN ({marks(calls)})", tuple(bytes(call.key) for call in calls))
    items = {(batch, bytes(key)) for batch, key in found}
    return {bytes(call.key) for call in calls if (batch_of(call.owner), bytes(call.key)) in items}


def usage_of(call: Any) -> Usage:
    """The usage that a row of `call` tells."""
    return Usage(call.tokens_in, call.tokens_out, call.cached_in, call.reasoning_out, call.cache_write_in)


def where(claim: Claim) -> Where:
    """What the claim is for."""
    asker = claim.asker
    return (asker.order, asker.step, asker.retry, asker.seq)


def same(earlier: dict[Where, list[Any]], claim: Claim) -> Any | None:
    """The newest attempt at the very request that the claim is for. A critic may have had the place asked something else since."""
    return next((r for r in reversed(earlier.get(where(claim), [])) if bytes(r.base) == claim.base), None)


def next_attempt(earlier: dict[Where, list[Any]], claim: Claim) -> int:
    """The number of the attempt that the claim would be."""
    before = earlier.get(where(claim))
    return before[-1].attempt + 1 if before else 0


def key_of(claim: Claim, index: int) -> bytes:
    """The call's key."""
    return digest(claim.base, index.to_bytes(4, "big"))


def marks(values: Any) -> str:
    """As many placeholders as values."""
    return ", ".join("?" * len(values))
