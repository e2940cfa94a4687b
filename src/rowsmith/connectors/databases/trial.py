"""Queries tried on a database that is made for them: SQLite in memory, in a warm child that may neither send nor write anything.

Run as a module it is the child: {"limits": ...} first, then {"schema", "queries", "time_s"} a line, each answered by a line.
"""

from __future__ import annotations

import math
import sqlite3
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from hashlib import blake2b
from threading import Lock
from typing import Any

import orjson

from rowsmith.connectors.containers.limits import Limits
from rowsmith.connectors.containers.warm import Ended, Ready
from rowsmith.core.errors import Invalid, RowFailed
from rowsmith.core.execution import Answered

MOST_ROWS, MOST_BYTES, MOST_PAGES = 10_000, 8 << 20, 16_384
"""Rows of a result, bytes of an answer, and pages of 4 KB that a database may have."""
_OPERATIONS = 1_000
_GRACE_S = 20.0


class Trial:
    """Asked by any thread; they take turns. Its child starts with the first question."""

    def __init__(self, limits: Limits | None = None) -> None:
        self._child = Ready("rowsmith.connectors.databases.trial", limits or Limits(cpu_s=100_000), most_bytes=MOST_BYTES)
        self._turn = Lock()

    def query(self, schema: str, queries: Sequence[str], time_s: float) -> list[Answered]:
        """What each query gives on a database that the statements of the schema make.

        Args:
            time_s: seconds that making it, and each query, may take.

        Raises:
            RowFailed: the schema makes no database (`schema`), or the child was ended by it (`timeout`, `memory` ...).
        """
        question = orjson.dumps({"schema": schema, "queries": list(queries), "time_s": time_s})
        with self._turn:
            answer = self._answer(question, time_s * (1 + len(queries)) + _GRACE_S)
        if "error" in answer:
            raise RowFailed("schema", f"The schema makes no database: {answer['error']}")
        return [Answered(**{**one, "columns": tuple(one["columns"])}) for one in answer["answers"]]

    def _answer(self, question: bytes, most_s: float) -> dict[str, Any]:
        try:
            answer: dict[str, Any] = self._child.asked(question, most_s, orjson.loads)
        except Ended as error:
            raise RowFailed(error.reason, f"The database or its queries {error.detail}.") from None
        return answer

    def close(self) -> None:
        """End the child."""
        with self._turn:
            self._child.end()


def main() -> None:
    """The child: answer until nothing more is asked."""
    from rowsmith.connectors.containers.answering import begun, say

    _, out = begun()
    for line in sys.stdin.buffer:
        say(out, orjson.dumps(tried(**orjson.loads(line))) + b"\n")


def tried(schema: str, queries: Sequence[str], time_s: float) -> dict[str, Any]:
    """The answers to queries, or the error of the schema."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    try:
        for kind, most in ((sqlite3.SQLITE_LIMIT_LENGTH, 1 << 20), (sqlite3.SQLITE_LIMIT_ATTACHED, 0), (sqlite3.SQLITE_LIMIT_SQL_LENGTH, 1 << 20)):
            connection.setlimit(kind, most)
        for setting in ("trusted_schema = OFF", "temp_store = MEMORY", f"max_page_count = {MOST_PAGES}"):
            connection.execute(f"PRAGMA {setting}")
        connection.set_authorizer(_builds)
        try:
            _within(connection, time_s)
            connection.executescript(schema)
            if connection.in_transaction:
                connection.execute("COMMIT")
            if not connection.execute("SELECT count(*) FROM sqlite_master WHERE type = 'table'").fetchone()[0]:
                return {"error": "it makes no table"}
        except (sqlite3.Error, sqlite3.Warning, ValueError) as error:
            return {"error": str(error)}
        return {"answers": [asdict(_asked(connection, query, time_s)) for query in queries]}
    finally:
        connection.close()


def _within(connection: sqlite3.Connection, time_s: float) -> None:
    until = time.monotonic() + time_s
    connection.set_progress_handler(lambda: int(time.monotonic() > until), _OPERATIONS)


def _asked(connection: sqlite3.Connection, query: str, time_s: float) -> Answered:
    from rowsmith.connectors.databases.lite import authorized
    from rowsmith.connectors.databases.statement import reading

    try:
        said = reading(query, "sqlite")
    except Invalid as error:
        return Answered(error=error.what)
    connection.set_authorizer(authorized)
    try:
        _within(connection, time_s)
        cursor = connection.execute(said)
        rows = cursor.fetchmany(MOST_ROWS + 1)
    except (sqlite3.Error, sqlite3.Warning, OverflowError) as error:
        late = getattr(error, "sqlite_errorname", "") == "SQLITE_INTERRUPT"
        return Answered(error=f"It was not done within {time_s:g} s." if late else str(error))
    if len(rows) > MOST_ROWS:
        return Answered(error=f"It gives more than {MOST_ROWS:,} rows.")
    written = [orjson.dumps([_plain(value) for value in row]) for row in rows]
    columns = tuple(column[0] for column in cursor.description or ())
    return Answered(columns, len(rows), _hash(sorted(written)), _hash(written))


def _hash(rows: Sequence[bytes]) -> str:
    return blake2b(b"\n".join(rows), digest_size=8).hexdigest()


def _plain(value: Any) -> Any:
    """A value as it is compared: 2 and 2.0 are equal, and so are numbers that differ by rounding alone."""
    if isinstance(value, bytes):
        return {"hex": value.hex()}
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 2**53 else float(f"{value:.9g}") if math.isfinite(value) else str(value)
    return value


def _builds(action: int, first: str | None, second: str | None, *_: Any) -> int:
    """What makes a database may do all but reach beyond it."""
    outside = action in (sqlite3.SQLITE_ATTACH, sqlite3.SQLITE_DETACH, sqlite3.SQLITE_PRAGMA)
    function = action == sqlite3.SQLITE_FUNCTION and (second or "").lower() in ("load_extension", "fts3_tokenizer", "readfile", "writefile", "edit")
    return sqlite3.SQLITE_DENY if (outside and first != "foreign_keys") or function else sqlite3.SQLITE_OK


if __name__ == "__main__":
    main()
