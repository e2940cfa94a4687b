"""SQLite files, in the child: opened for reading, with an authorizer that lets statements read and do nothing else."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rowsmith.connectors.databases.extract import Pace
from rowsmith.connectors.databases.tables import Column, Table, gathered
from rowsmith.core.errors import Invalid, Unavailable

LONGEST = 64 << 20
"""Bytes of one value or one row, at most."""
_OPERATIONS = 10_000
_READS = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_RECURSIVE}
_NO_FUNCTIONS = ("load_extension", "fts3_tokenizer", "readfile", "writefile", "edit")
_PRAGMAS = ("table_list", "table_xinfo", "data_version")
_TABLES = """
    SELECT '', t.name, CASE t.type WHEN 'view' THEN 'view' ELSE 'table' END, c.name, c.type, NOT c."notnull", c.pk > 0, NULL, 1
    FROM pragma_table_list t JOIN pragma_table_xinfo(t.name) c
    WHERE t.schema = 'main' AND t.type <> 'shadow' AND c.hidden <> 1 AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY t.name, c.cid
"""


class Lite:
    """A session; see extract.Session."""

    dialect, sorts = "sqlite", True

    def __init__(self, connection: sqlite3.Connection, path: Path, timeout_s: float) -> None:
        self.connection, self._name, self._timeout_s = connection, path.name, timeout_s
        self._until = 0.0
        connection.set_progress_handler(lambda: int(time.monotonic() > self._until), _OPERATIONS)

    def tables(self) -> list[Table]:
        """What the file holds; of a number of rows SQLite has no idea."""
        with self._told():
            return gathered(self.connection.execute(_TABLES).fetchall())

    def stream(self, sql: str, pace: Pace) -> tuple[list[Column], Iterator[Iterable[Sequence[Any]]]]:
        """The columns of a result (SQLite's have no type of their own), and its rows."""
        with self._told():
            cursor = self.connection.execute(sql)
        return [Column(column[0], "") for column in cursor.description or ()], pace.batches(cursor.fetchmany, self._told)

    @contextmanager
    def _told(self) -> Iterator[None]:
        self._until = time.monotonic() + self._timeout_s
        try:
            yield
        except sqlite3.Error as error:
            raise self._error(error) from None

    def _error(self, error: sqlite3.Error) -> Invalid | Unavailable:
        code = getattr(error, "sqlite_errorname", "")
        if code == "SQLITE_INTERRUPT":
            fix = "Give it more time (timeout_s), or ask for less: fewer columns, a limit, or a condition on a column with an index."
            return Unavailable(f"{self._name} was not done within {self._timeout_s:g} s.", fix)
        if code.startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT", "SQLITE_FORMAT", "SQLITE_IOERR")):
            return Invalid(f"{self._name} is no SQLite database, or is damaged: {error}.", "Copy it again, or mend it with .recover of sqlite3.")
        if code.startswith(("SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_BUSY")):
            fix = "Let whoever writes it close it, or give a copy made with .backup of sqlite3."
            return Unavailable(f"{self._name} is being written, or was left amid writing: {error}.", fix)
        if code in ("SQLITE_AUTH", "SQLITE_AUTH_USER") or "not authorized" in str(error) or "prohibited" in str(error):
            return Invalid(f"The query does more than read: {error}.", "Write one SELECT that only reads.")
        return Invalid(f"{self._name} says: {error}.", "Correct the query.")


@contextmanager
def opened(path: Path, timeout_s: float, scratch: Path) -> Iterator[Lite]:
    """A session on a file. With a log of its own beside it (WAL), what stands there is read, too.

    Raises:
        Invalid: it is no database. Unavailable: it is being written.
    """
    beside = any(path.with_name(path.name + end).exists() for end in ("-wal", "-journal"))
    connection = sqlite3.connect(f"{path.as_uri()}?mode=ro{'' if beside else '&immutable=1'}", uri=True, isolation_level=None)
    try:
        session = Lite(connection, path, timeout_s)
        for kind, most in ((sqlite3.SQLITE_LIMIT_LENGTH, LONGEST), (sqlite3.SQLITE_LIMIT_ATTACHED, 0), (sqlite3.SQLITE_LIMIT_SQL_LENGTH, 1 << 20)):
            connection.setlimit(kind, most)
        connection.text_factory = _text
        with session._told():
            for setting in ("query_only = ON", "trusted_schema = OFF", "cell_size_check = ON", "mmap_size = 0", "temp_store = MEMORY"):
                connection.execute(f"PRAGMA {setting}")
            connection.set_authorizer(authorized)
            connection.execute("SELECT count(*) FROM sqlite_master")
        yield session
    finally:
        connection.close()


def authorized(action: int, first: str | None, second: str | None, *_: Any) -> int:
    """Whether a statement may do this."""
    may = action in _READS
    may = may or (action == sqlite3.SQLITE_FUNCTION and (second or "").lower() not in _NO_FUNCTIONS)
    may = may or (action == sqlite3.SQLITE_PRAGMA and first in _PRAGMAS)
    may = may or (action == sqlite3.SQLITE_UPDATE and first == "sqlite_master")  # how a virtual table says its columns; SQLite lets nobody else
    return sqlite3.SQLITE_OK if may else sqlite3.SQLITE_DENY


def _text(raw: bytes) -> Any:
    """Text that is none (SQLite lets anything stand there) is bytes."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw
