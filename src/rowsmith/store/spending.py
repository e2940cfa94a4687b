"""What rows have cost: the ledger, summed by the source rows that the calls were made for."""

from __future__ import annotations

from sqlalchemy import text

from rowsmith.core.calls import PICO
from rowsmith.store.database import Database

_BY_ROW = text(
    'SELECT ord, COUNT(*) AS calls, COALESCE(SUM(COALESCE(s.tokens_in, c.tokens_in)), 0) AS tin, '
    'COALESCE(SUM(COALESCE(s.tokens_out, c.tokens_out)), 0) AS tout, COALESCE(SUM(COALESCE(NULLIF(s.cost, 0), c.cost)), 0) AS cost '
    'FROM spend s LEFT JOIN "call" c ON c.key = s.key WHERE s.run = :n AND s.outcome IN (1, 2, 3) GROUP BY ord'
)


def measured(db: Database, run: int) -> dict[str, list[float]]:
    """For each row that calls were made for: calls, tokens in and out, and US dollars (of reused answers, what they cost at the time)."""
    with db.read() as conn:
        rows = conn.execute(_BY_ROW, {"n": run}).all()
    return {
        "calls": [float(row.calls) for row in rows],
        "tokens_in": [float(row.tin) for row in rows],
        "tokens_out": [float(row.tout) for row in rows],
        "cost_usd": [float(row.cost) / PICO for row in rows],
    }
