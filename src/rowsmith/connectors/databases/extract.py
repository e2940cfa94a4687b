"""What comes of a table or a query: its columns, its rows as lines of JSON, and what has to be known of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import islice
from typing import Any, Protocol

from rowsmith.connectors.databases.statement import of_table, reading
from rowsmith.connectors.databases.tables import Column, Table, found, require_columns
from rowsmith.connectors.databases.values import Values
from rowsmith.core.row import Json

TARGET = 4 << 20
"""Bytes that a batch of rows should have at most, so that memory stays flat over wide rows, too."""
Said = bytes | dict[str, Json]
"""A row's line of JSON, or facts."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a database: a table (its columns, a condition, the key), or a query. `batch` rows are taken at a time, at most."""

    table: str | None = None
    query: str | None = None
    columns: Sequence[str] = ()
    where: str | None = None
    limit: int | None = None
    key: Sequence[str] = ()
    batch: int = 2000


class Pace:
    """How many rows are taken at a time: fewer where they are wide."""

    def __init__(self, most: int) -> None:
        self._most = most
        self.rows = min(most, 50)

    def learn(self, rows: int, size: int) -> None:
        """A batch of so many rows had so many bytes."""
        self.rows = max(1, min(self._most, self.rows * 4, TARGET * rows // max(size, 1)))

    def batches(
        self, fetch: Callable[[int], Sequence[Sequence[Any]]], told: Callable[[], AbstractContextManager[None]]
    ) -> Iterator[Sequence[Sequence[Any]]]:
        """The rows that `fetch`, a cursor's fetchmany, gives at this pace. Each batch is fetched within `told`, which names what goes wrong."""
        while True:
            with told():
                rows = fetch(self.rows)
            if not rows:
                return
            yield rows


class Session(Protocol):
    """A connection that may only read.

    dialect: the name that sqlglot has for its SQL.
    sorts: whether a table is asked for in the order of its primary key, and a limit is told to it. Not where rows come in one order anyway, and a
        sort or a limit would hold them all in memory.
    """

    dialect: str
    sorts: bool

    def tables(self) -> list[Table]:
        """What the database holds."""
        ...

    def stream(self, sql: str, pace: Pace) -> tuple[list[Column], Iterator[Iterable[Sequence[Any]]]]:
        """The columns of a result, and its rows in batches of `pace.rows`."""
        ...


def extract(session: Session, asked: Asked) -> Iterator[Said]:
    """The facts (columns, key, and the table as it is known), each row, and in the end the notes.

    Raises:
        NotFound: there is no such table or column. Invalid: the query does more than read, or cannot be carried out. Unavailable: the
            database is away, or takes too long.
    """
    if asked.query is not None:
        sql, facts, key, declared = reading(asked.query, session.dialect), {"query": asked.query}, list(asked.key), dict[str, str]()
    else:
        table = found(session.tables(), asked.table or "")
        require_columns(table, [*asked.columns, *asked.key])
        key = list(asked.key or table.key)
        order, limit = (key, asked.limit) if session.sorts else (asked.key, None)
        sql = of_table(table, asked.columns, asked.where, order, limit, session.dialect)
        facts, declared = {"table": table.known_as}, {column.name: column.type for column in table.columns}
    pace = Pace(asked.batch)
    columns, batches = session.stream(sql, pace)
    values = Values([column.name for column in columns])
    types = {column.name: declared.get(column.name) or column.type for column in columns}
    yield {**facts, "columns": [{"name": name, "type": kind} for name, kind in types.items()], "key": [name for name in key if name in types]}
    left = asked.limit
    for batch in batches:
        lines = [values.line(row) for row in (batch if left is None else islice(batch, left))]
        yield from lines
        pace.learn(max(len(lines), 1), sum(map(len, lines)))
        if left is not None and (left := left - len(lines)) <= 0:
            break
    yield {"notes": list(values.notes)}
