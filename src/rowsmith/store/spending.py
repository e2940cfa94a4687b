"""What rows have cost: the ledger, summed by the source rows that the calls were made for, or for the whole run."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text

from rowsmith.core.calls import PICO
from rowsmith.store.database import Database

_BY_ROW = text(
    'SELECT ord, COUNT(*) AS calls, COALESCE(SUM(COALESCE(s.tokens_in, c.tokens_in)), 0) AS tin, '
    'COALESCE(SUM(COALESCE(s.tokens_out, c.tokens_out)), 0) AS tout, COALESCE(SUM(COALESCE(NULLIF(s.cost, 0), c.cost)), 0) AS cost '
    'FROM spend s LEFT JOIN "call" c ON c.key = s.key WHERE s.run = :n AND s.outcome IN (1, 2, 3) GROUP BY ord'
)
_WHOLE = text(
    'SELECT COUNT(*) AS answers, COUNT(CASE WHEN s.outcome = 2 THEN 1 END) AS reused, '
    'COALESCE(SUM(COALESCE(s.tokens_in, c.tokens_in)), 0) AS tin, COALESCE(SUM(COALESCE(s.tokens_out, c.tokens_out)), 0) AS tout, '
    'COALESCE(SUM(COALESCE(NULLIF(s.cost, 0), c.cost)), 0) AS cost, COUNT(COALESCE(NULLIF(s.cost, 0), c.cost)) AS priced '
    'FROM spend s LEFT JOIN "call" c ON c.key = s.key WHERE s.run = :n AND s.outcome IN (1, 2)'
)
_SECONDS = text('SELECT c.at - s.at AS took FROM spend s JOIN "call" c ON c.key = s.key WHERE s.run = :n AND s.outcome = 1')


@dataclass(frozen=True, slots=True)
class Spent:
    """What the answers of a run are worth: `answers`, of which `reused` were not bought by it, their tokens, and what they cost when they were
    bought (None where a price is not known). `seconds`: what each took that the run bought itself, from sending to the answer, sorted."""

    answers: int
    reused: int
    tokens_in: int
    tokens_out: int
    cost_usd: float | None
    seconds: list[float]


def spent(db: Database, run: int) -> Spent:
    """What the run's answers are worth."""
    with db.read() as conn:
        row = conn.execute(_WHOLE, {"n": run}).one()
        seconds = sorted(max(0.0, float(found.took)) for found in conn.execute(_SECONDS, {"n": run}))
    cost = float(row.cost) / PICO if row.priced == row.answers else None
    return Spent(int(row.answers), int(row.reused), int(row.tin), int(row.tout), cost, seconds)


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
