"""The database of a home, SQLite or PostgreSQL: read and write transactions, its clock, and errors that say what to do."""

from __future__ import annotations

import os
import weakref
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, cast

from sqlalchemy import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError

from rowsmith.core.errors import Invalid, Unavailable
from rowsmith.store.faults import told
from rowsmith.store.migrate import require_current
from rowsmith.store.postgres import Postgres
from rowsmith.store.sqlite import Sqlite, driver

_FORMS = "Use sqlite:////absolute/path/rowsmith.db or postgresql://user:password@host:5432/name."


class Database:
    """A database at rest behind a URL, `sqlite:////absolute/path/rowsmith.db` or `postgresql://user:password@host:5432/name`.

    Safe to use from many threads. `profile` is what keeps it durable: `wal+flock`, `wal` or `postgresql`.

    Raises (every method):
        StorageFull: no space is left. Nothing acknowledged is lost.
        StorageBusy: locked for long, given up, or disconnected; try the transaction again.
        Unavailable: not reachable, damaged, or not readable.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self._side = _side(_parsed(url))
        self.dialect = cast(Literal["sqlite", "postgresql"], self._side.dialect)
        self.profile = self._side.profile
        self._end = weakref.finalize(self, _abandon, self._side, os.getpid())

    @property
    def place(self) -> str:
        """The database's name for the user, without its password."""
        return self._side.place

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A read transaction: what it sees stands still from its first statement on. Many threads at once."""
        with told(self._side.place, self._side.folder), self._side.read() as conn:
            yield conn

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A write transaction: committed durably when the block ends, rolled back when it raises.

        SQLite: one at a time in all processes. PostgreSQL: several at once, READ COMMITTED, so guard what you write (conditions, locks).
        Never open one within another.
        """
        with told(self._side.place, self._side.folder), self._side.write() as conn:
            yield conn

    def scrub(self, tables: Sequence[str]) -> None:
        """Write the database anew (PostgreSQL: these tables), so that what was deleted is not in its files any more. It takes as long as
        copying it, and others wait. No transaction of this thread may be open.

        Raises:
            StorageBusy: somebody else reads it just now.
        """
        with told(self._side.place, self._side.folder):
            self._side.scrub(tables)

    def end_sleepers(self) -> None:
        """Roll the transactions back in which a process sleeps (PostgreSQL; a SQLite file is locked until its process wakes up or ends). Whoever
        cannot get a lock does so, too, before the error."""
        with told(self._side.place, self._side.folder):
            self._side.end_sleepers()

    def now(self, conn: Connection) -> float:
        """The database's clock: seconds since 1970, to the microsecond. Leases and limits are measured by it."""
        return self._side.now(conn)

    def problems(self) -> list[str]:
        """What makes this database less durable than promised; empty when all is well."""
        with told(self._side.place, self._side.folder):
            return self._side.problems()

    def close(self) -> None:
        """Close all connections. No transaction may be open. A second call does nothing."""
        if (end := self._end.detach()) is not None and end[2][1] == os.getpid():
            self._side.close()


def many(conn: Connection, sql: str, rows: Sequence[tuple[Any, ...]]) -> int:
    """Carry a statement (with `?` for values) out for each row, within a write transaction; how many rows it changed.

    On SQLite past SQLAlchemy, whose cost a statement is several times SQLite's: this is what a run's commits are made of.
    """
    if not rows:
        return 0
    if conn.dialect.name == "sqlite":
        return driver(conn).executemany(sql, rows).rowcount
    return conn.exec_driver_sql(sql.replace("?", "%s"), list(rows)).rowcount


def one(conn: Connection, sql: str, values: tuple[Any, ...]) -> int:
    """As many, for one row."""
    if conn.dialect.name == "sqlite":
        return driver(conn).execute(sql, values).rowcount
    return conn.exec_driver_sql(sql.replace("?", "%s"), values).rowcount


def fetch(conn: Connection, sql: str, values: tuple[Any, ...]) -> Sequence[Any]:
    """The rows that a query gives, as tuples, likewise."""
    if conn.dialect.name == "sqlite":
        return driver(conn).execute(sql, values).fetchall()
    return conn.exec_driver_sql(sql.replace("?", "%s"), values).all()


def fetch_those(conn: Connection, sql: str, values: Collection[Any]) -> Sequence[Any]:
    """The rows of a query that asks for many values at once, where it says `IN ()`."""
    if conn.dialect.name == "sqlite":
        return driver(conn).execute(sql.replace("IN ()", f"IN ({','.join('?' * len(values))})"), tuple(values)).fetchall()
    return conn.exec_driver_sql(sql.replace("IN ()", "= ANY(%b)"), (list(values),)).all()


def open_database(url: str) -> Database:
    """Open the database of a home; a new, empty one gets its tables.

    Raises:
        Conflict: its schema is older than this program's (run `rowsmith upgrade`) or newer.
        Invalid: the URL names no database that Rowsmith can use.
    """
    db = Database(url)
    try:
        require_current(db)
    except BaseException:
        db.close()
        raise
    return db


def _abandon(side: Sqlite | Postgres, owner: int) -> None:
    """A forked child leaves its parent's connections alone."""
    if os.getpid() == owner:
        side.abandon()


def _parsed(url: str) -> URL:
    try:
        return make_url(url)
    except (ArgumentError, ValueError):
        raise Invalid(f"This is no address of a database: {url.split('@')[-1]!r}.", _FORMS) from None


def _side(url: URL) -> Sqlite | Postgres:
    if url.drivername in ("postgresql", "postgres", "postgresql+psycopg"):
        return Postgres(url.set(drivername="postgresql+psycopg"))
    if url.get_backend_name() != "sqlite":
        raise Invalid(f"Rowsmith has no driver for {url.get_backend_name()!r}.", _FORMS)
    if not url.database or url.database == ":memory:":
        raise Invalid("A database in memory keeps nothing.", _FORMS)
    return _opened(Path(url.database).absolute())


def _opened(path: Path) -> Sqlite:
    forced = os.environ.get("ROWSMITH_SQLITE_PROFILE", "")
    if forced not in ("", "flock", "plain"):
        raise Invalid(f"ROWSMITH_SQLITE_PROFILE={forced} is no profile.", "Unset it, or set it to flock or plain.")
    with told(f"the database {path}", next(folder for folder in path.parents if folder.is_dir())):
        try:
            return Sqlite(path, shared=forced != "plain")
        except (PermissionError, NotADirectoryError, FileExistsError) as error:
            raise Unavailable(f"The database {path} cannot be opened: {error.strerror}.", f"Check {error.filename} and its permissions.") from error
