"""Rows for tests of the version store."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import text

from rowsmith.core.ids import source_id, source_order
from rowsmith.core.row import Row
from rowsmith.store.bodies import unpack
from rowsmith.store.database import Database


def made(n: int, *, start: int = 0, says: str = "answer") -> list[Row]:
    """Rows `start` to `start + n`, in order; `says` goes into their text."""
    return [made_row(i, f"{says} {i}") for i in range(start, start + n)]


def made_row(i: int, text: Any) -> Row:
    """Row number i."""
    origin = {"source": {"name": "docs", "file": "a.md", "span": [i, i + 10]}}
    return Row(source_id("test", str(i), 0), source_order(0, i), {"input": f"question {i}", "answer": text}, {"judge": i / 7}, origin)


def answers(rows: Iterable[Row]) -> list[Any]:
    """What the rows answer."""
    return [row.data["answer"] for row in rows]


def bytes_in_blocks(db: Database) -> bytes:
    """All bodies that lie in blocks, needed or not."""
    with db.read() as conn:
        return b"".join(part for (body,) in conn.execute(text("SELECT body FROM block")) for part in unpack(bytes(body)))
