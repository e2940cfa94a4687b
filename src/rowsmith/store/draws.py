"""What became of the answers of a run: those that could not be used, and those that could when they had been mended."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, text

from rowsmith.core.calls import Claim, Claimed
from rowsmith.core.slots import Tally
from rowsmith.store.database import Database, one

_REFUSED = text("SELECT reason, count(*) AS k FROM draw WHERE run = :n GROUP BY reason")
_MENDED = text("SELECT detail, count(*) AS k FROM spend WHERE run = :n AND outcome IN (1, 2) AND detail IS NOT NULL GROUP BY detail")
_DETAILS = text("SELECT detail FROM draw WHERE run = :n AND reason = :r")
_LIST = text(
    "SELECT s.id, d.step, d.reason, d.detail, d.key FROM draw d LEFT JOIN slot s ON s.run = d.run AND s.ord = d.ord "
    "WHERE d.run = :n ORDER BY d.ord, d.step, d.retry, d.seq LIMIT :k"
)
_REFUSE = "INSERT INTO draw (run, ord, step, retry, seq, key, reason, detail) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
_MEND = (
    "UPDATE spend SET detail = ? WHERE run = ? AND ord = ? AND step = ? AND retry = ? AND seq = ? AND key = ? "
    "AND outcome IN (1, 2) AND detail IS NULL"
)


def write(
    conn: Connection, run: int, refused: Sequence[tuple[Claimed, str, str]], mended: Sequence[tuple[Claimed, str]], tally: Tally
) -> None:
    """Keep the reasons of answers that could not be used; and what had to be done for others, in the row of the ledger that they have
    already. Each is kept and counted once, however often the answer is read."""
    for claimed, reason, detail in refused:
        if one(conn, _REFUSE, (run, *_where(claimed.claim), claimed.key, reason, detail[:2000])) == 1:
            tally.refused_draws[reason] += 1
    for claimed, how in mended:
        if one(conn, _MEND, (how, run, *_where(claimed.claim), claimed.key)) == 1:
            tally.mended[how] += 1


def count(conn: Connection, run: int, tally: Tally) -> None:
    """Put the counts of both into the tally."""
    for row in conn.execute(_REFUSED, {"n": run}):
        tally.refused_draws[row.reason] = row.k
    for row in conn.execute(_MENDED, {"n": run}):
        tally.mended[row.detail] = row.k


def refused(db: Database, run: int, limit: int = 1000) -> list[dict[str, Any]]:
    """Answers that could not be used, in row order: {row, step, reason, detail, call}."""
    with db.read() as conn:
        return [
            {"row": bytes(r.id).hex() if r.id else None, "step": r.step, "reason": r.reason, "detail": r.detail, "call": bytes(r.key).hex()}
            for r in conn.execute(_LIST, {"n": run, "k": limit})
        ]


def details(db: Database, run: int, reason: str) -> Iterator[str]:
    """The details of the answers that could not be used for this reason."""
    with db.read() as conn:
        for row in conn.execute(_DETAILS, {"n": run, "r": reason}):
            yield row.detail


def _where(claim: Claim) -> tuple[bytes, int, int, int]:
    asker = claim.asker
    return (asker.order, asker.step, asker.retry, asker.seq)
