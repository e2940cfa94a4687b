"""DuckDB files, in the child: opened for reading, with nothing outside of the file within reach, and no setting that could change that."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from typing import Any

from rowsmith.connectors.databases.extract import Pace
from rowsmith.connectors.databases.tables import Column, Table, gathered
from rowsmith.connectors.databases.values import json_column, moment
from rowsmith.core.errors import Invalid, Unavailable

MEMORY_MB = 400
_AS_TEXT = ("DECIMAL", "HUGEINT", "UHUGEINT", "BIGNUM", "DATE", "TIME", "TIMESTAMP", "UUID", "BIT", "ENUM", "TIME WITH TIME ZONE")
_TABLES = """
    SELECT c.schema_name, c.table_name, CASE WHEN v.view_name IS NULL THEN 'table' ELSE 'view' END, c.column_name, c.data_type, c.is_nullable,
        list_contains(coalesce(k.constraint_column_names, []), c.column_name), t.estimated_size, c.schema_name = current_schema()
    FROM duckdb_columns() c
        LEFT JOIN duckdb_tables() t ON t.table_oid = c.table_oid AND t.database_oid = c.database_oid
        LEFT JOIN duckdb_views() v ON v.view_name = c.table_name AND v.schema_name = c.schema_name AND v.database_oid = c.database_oid
        LEFT JOIN duckdb_constraints() k ON k.table_oid = t.table_oid AND k.database_oid = t.database_oid AND k.constraint_type = 'PRIMARY KEY'
    WHERE NOT c.internal AND c.database_name = current_database() ORDER BY 1, 2, c.column_index
"""


class Duck:
    """A session; see extract.Session."""

    dialect, sorts = "duckdb", False

    def __init__(self, connection: Any, path: Path, timeout_s: float) -> None:
        self.connection, self._name, self._timeout_s = connection, path.name, timeout_s

    def tables(self) -> list[Table]:
        """What the file holds."""
        with self._told():
            return gathered(self.connection.execute(_TABLES).fetchall())

    def stream(self, sql: str, pace: Pace) -> tuple[list[Column], Iterator[Iterable[Sequence[Any]]]]:
        """The columns of a result, and its rows. What Python's types cannot hold comes as text, and what is nested as JSON."""
        with self._told():
            self._require_select(sql)
            found = [(str(name), str(kind)) for name, kind, *_ in self.connection.execute(f"DESCRIBE {sql}").fetchall()]
            names = ", ".join(f"__c{place}" for place in range(len(found)))
            asked = ", ".join(f"{_picked(f'__c{place}', kind)}" for place, (_, kind) in enumerate(found))
            cursor = self.connection.execute(f"SELECT {asked} FROM ({sql}\n) AS __rows({names})")
        return [Column(name, kind) for name, kind in found], self._batches(cursor, [kind for _, kind in found], pace)

    def _batches(self, cursor: Any, kinds: Sequence[str], pace: Pace) -> Iterator[Iterable[Sequence[Any]]]:
        made = {place: json_column if _nested(kind) else moment for place, kind in enumerate(kinds) if _nested(kind) or kind.startswith("TIMESTAMP")}
        for rows in pace.batches(cursor.fetchmany, self._told):
            yield [_made(row, made) for row in rows] if made else rows

    def _require_select(self, sql: str) -> None:
        """Hold a statement to what DuckDB itself says it is."""
        import duckdb

        statements = duckdb.extract_statements(sql)
        if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
            raise Invalid("The query is no single SELECT.", "Write one SELECT that only reads.")

    @contextmanager
    def _told(self) -> Iterator[None]:
        import duckdb

        timer = Timer(self._timeout_s, self.connection.interrupt)
        timer.daemon = True
        timer.start()
        try:
            yield
        except duckdb.InterruptException:
            fix = "Give it more time (timeout_s), or ask for less: fewer columns, a limit, or a condition."
            raise Unavailable(f"{self._name} was not done within {self._timeout_s:g} s.", fix) from None
        except duckdb.OutOfMemoryException:
            raise Invalid(f"{self._name} needs more than {MEMORY_MB} MB for this.", "Ask for less, or without an order.") from None
        except duckdb.Error as error:
            raise Invalid(f"{self._name} says: {str(error).strip().splitlines()[0][:300]}.", "Correct the query, or copy the file again.") from None
        finally:
            timer.cancel()


@contextmanager
def opened(path: Path, timeout_s: float, scratch: Path) -> Iterator[Duck]:
    """A session on a file.

    Raises:
        Invalid: it is no database. Unavailable: somebody writes it.
    """
    import duckdb

    config: dict[str, Any] = {
        "threads": "1", "memory_limit": f"{MEMORY_MB}MB", "temp_directory": str(scratch), "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false", "allow_community_extensions": "false",
    }  # fmt: skip
    try:
        connection = duckdb.connect(str(path), read_only=True, config=config)
        connection.execute("SET TimeZone = 'UTC'; SET enable_external_access = false; SET lock_configuration = true")
    except duckdb.Error as error:
        said = str(error).strip().splitlines()[0][:300]
        if "set lock" in said.lower():
            raise Unavailable(f"{path.name} is being written by somebody.", "Let whoever writes it close it, or give a copy.") from None
        raise Invalid(f"{path.name} is no DuckDB database, or is damaged: {said}.", "Copy it again.") from None
    try:
        yield Duck(connection, path, timeout_s)
    finally:
        connection.close()


def _nested(kind: str) -> bool:
    return kind.endswith("]") or kind.startswith(("STRUCT", "MAP", "UNION", "JSON", "VARIANT"))


def _picked(name: str, kind: str) -> str:
    """A column as it is asked for."""
    if _nested(kind):
        return f"CAST(to_json({name}) AS VARCHAR)"
    if kind == "INTERVAL":
        return f"CAST({name} AS VARCHAR)"
    return f"CAST({name} AS VARCHAR)" if kind.startswith(_AS_TEXT) else name


def _made(row: Sequence[Any], made: dict[int, Any]) -> list[Any]:
    told = list(row)
    for place, make in made.items():
        if told[place] is not None:
            told[place] = make(told[place])
    return told
