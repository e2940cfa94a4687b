"""Rows ranked within their classes, in a scratch table; the first so many of each class are chosen. 1 byte a row in memory."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence

import orjson

from rowsmith.core.errors import Invalid
from rowsmith.steps.parts import largest_remainder
from rowsmith.steps.scratch import BATCH, fill

TABLE = "CREATE TABLE ranked (class TEXT, rank REAL, id BLOB, row INT)"
MOST_CLASSES = 10_000
_FIRST = "SELECT row FROM ranked WHERE class = ? ORDER BY rank, id, row LIMIT ?"

Ranked = tuple[str, float, bytes, int]
"""Class, rank (the least goes first), what decides between equal ranks, and the row's number."""


def label(key: str) -> str:
    """A class as people see it: a text as it stands, anything else as the JSON that it is.

    >>> label('"a"'), label("3")
    ('a', '3')
    """
    value = orjson.loads(key)
    return value if isinstance(value, str) else key


def rank(db: sqlite3.Connection, rows: Iterable[Ranked]) -> dict[str, int]:
    """Take the rows in; how many there are of each class, by class.

    Raises:
        Invalid: there are more than MOST_CLASSES classes.
    """
    fill(db, "INSERT INTO ranked VALUES (?, ?, ?, ?)", rows)
    db.execute("CREATE INDEX by_class ON ranked (class, rank, id, row)")
    counts = dict(db.execute("SELECT class, count(*) FROM ranked GROUP BY class ORDER BY class").fetchmany(MOST_CLASSES + 1))
    if len(counts) > MOST_CLASSES:
        raise Invalid(f"The column has more than {MOST_CLASSES:,} values.", "Choose a column of classes.")
    return counts


def first(db: sqlite3.Connection, quotas: Mapping[str, int], rows: int) -> bytearray:
    """1 for each row that is among the first of its class, 0 for the others; `rows` in all."""
    chosen = bytearray(rows)
    for name, quota in quotas.items():
        cursor = db.execute(_FIRST, (name, quota))
        while batch := cursor.fetchmany(BATCH):
            for (number,) in batch:
                chosen[number] = 1
    return chosen


def proportional(counts: Mapping[str, int], n: int) -> dict[str, int]:
    """`n` rows shared out among the classes as their own numbers are."""
    total = sum(counts.values())
    n = min(n, total)
    return dict(zip(counts, largest_remainder([count * n / total for count in counts.values()], n), strict=True)) if n else dict.fromkeys(counts, 0)


def equal(counts: Mapping[str, int], n: int) -> dict[str, int]:
    """`n` rows shared out equally; what a small class cannot give, the larger ones do."""
    quotas: dict[str, int] = {}
    left = min(n, sum(counts.values()))
    for place, (name, count) in enumerate(by_size := sorted(counts.items(), key=lambda item: (item[1], item[0]))):
        quotas[name] = min(count, left // (len(by_size) - place))
        left -= quotas[name]
    return {name: quotas[name] for name in counts}


def in_shares(counts: Mapping[str, int], shares: Mapping[str, float]) -> dict[str, int]:
    """As many rows as the classes can give in these shares; classes that are not named give none."""
    given = {name: share for name, share in shares.items() if share > 0}
    total = min((counts.get(name, 0) / share for name, share in given.items()), default=0.0)
    whole: Sequence[float] = [min(float(counts.get(name, 0)), share * total) for name, share in given.items()]
    # Never more than a class has: what rounding would add is left out.
    return dict(zip(given, largest_remainder(whole, int(sum(whole) + 1e-6)), strict=True))
