"""Rows in another order, sorted on disk."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import orjson

from rowsmith.core.ids import canonical
from rowsmith.core.row import Row
from rowsmith.store.changes import scratch


def sorted_by(rows: Iterable[Row], key: Callable[[Row], bytes]) -> Iterator[Row]:
    """The rows by the key, and of equal keys by id. They lie in a temporary file meanwhile; memory does not grow with them."""
    with scratch() as conn:
        conn.execute("CREATE TABLE waiting (key BLOB, id BLOB, body BLOB, PRIMARY KEY (key, id)) WITHOUT ROWID")
        conn.executemany("INSERT INTO waiting VALUES (?, ?, ?)", ((key(row), bytes.fromhex(row.id), _packed(row)) for row in rows))
        cursor = conn.execute("SELECT id, body FROM waiting ORDER BY key, id")
        while batch := cursor.fetchmany(512):
            for name, body in batch:
                order, data, scores, origin = orjson.loads(body)
                yield Row(bytes(name).hex(), bytes.fromhex(order), data, scores, origin)


def _packed(row: Row) -> bytes:
    return canonical([row.order.hex(), row.data, row.scores, row.origin])
