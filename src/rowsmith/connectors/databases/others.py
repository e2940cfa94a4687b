"""Any other database that SQLAlchemy knows (SQL Server, Oracle, CockroachDB ...), with the driver that the user has installed.

What holds such a session to reading is the statement, which was looked at, and SET TRANSACTION READ ONLY where the database knows it; nothing is
ever committed. The driver resolves the host's name a second time, which the table of addresses cannot prevent: the host is looked at before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any

from rowsmith.connectors.databases import faults
from rowsmith.connectors.databases.address import Address
from rowsmith.connectors.databases.extract import Pace
from rowsmith.connectors.databases.reaching import reached
from rowsmith.connectors.databases.tables import Column, Table
from rowsmith.core.addresses import Allowed
from rowsmith.core.errors import Invalid, RowsmithError, Unavailable

_READ_ONLY = ("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY", "SET SESSION TRANSACTION READ ONLY", "SET TRANSACTION READ ONLY")
"""How databases are told: those like PostgreSQL, those like MySQL, and the rest."""
_DIALECTS = {"postgresql": "postgres", "mssql": "tsql", "cockroachdb": "postgres", "awsathena": "athena", "teradatasql": "teradata"}
"""What sqlglot calls a dialect where it does not call it as SQLAlchemy does."""
_QUOTES = {"`": "mysql", "[": "tsql"}
_AGAIN_S = 1.0
"""Seconds after which a database is told to stop once more: it forgets what comes between two statements."""


class Others:
    """A session; see extract.Session."""

    sorts = True

    def __init__(self, connection: Any, address: Address, timeout_s: float) -> None:
        self.connection, self._address, self._timeout_s = connection, address, timeout_s
        self.dialect = _dialect(address.kind, connection)
        self._results: list[Any] = []
        self._late = False

    def tables(self) -> list[Table]:
        """What the schema holds that is looked into when none is named."""
        import sqlalchemy

        with self._told():
            inspector = sqlalchemy.inspect(self.connection)
            named = [(name, "table") for name in inspector.get_table_names()] + [(name, "view") for name in inspector.get_view_names()]
            return [Table(name, "", kind, _columns(inspector, name)) for name, kind in sorted(named)]

    def stream(self, sql: str, pace: Pace) -> tuple[list[Column], Iterator[Iterable[Sequence[Any]]]]:
        """The columns of a result, and its rows in batches, from the server where the driver can."""
        with self._told():
            told = self.connection.execution_options(stream_results=True, max_row_buffer=pace.rows, no_parameters=True)
            result = told.exec_driver_sql(sql)
            self._results.append(result)
        return [Column(str(column[0]), "") for column in result.cursor.description], pace.batches(result.fetchmany, self._told)

    def close(self) -> None:
        """Give up what has not been read."""
        for result in self._results:
            result.close()
        if not self.connection.closed and not self.connection.invalidated:
            self.connection.rollback()

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Within it the database has so many seconds: then it is told to stop, where the driver can tell it, else the connection is closed."""
        done = Event()
        watch = Thread(target=self._stop_late, args=[self.connection.connection.dbapi_connection, done], daemon=True)
        watch.start()
        try:
            with _told(self._address):
                yield
        except RowsmithError:
            if self._late:
                raise faults.too_slow(self._address, self._timeout_s) from None
            raise
        finally:
            done.set()
            watch.join()  # so that nothing that is asked next is told to stop

    def _stop_late(self, driver: Any, done: Event) -> None:
        wait_s = self._timeout_s
        while not done.wait(wait_s):
            self._late = True  # first: what the database is told may come before anything else is done here
            if not hasattr(driver, "cancel"):
                driver.close()
                return
            driver.cancel()
            wait_s = _AGAIN_S


@contextmanager
def opened(allowed: Allowed, address: Address, timeout_s: float) -> Iterator[Others]:
    """A session on the server.

    Raises:
        AddressRefused: it may not be connected to. Invalid: SQLAlchemy knows no such dialect. Unavailable: there is no server or no driver.
    """
    from sqlalchemy import URL, create_engine
    from sqlalchemy.exc import NoSuchModuleError
    from sqlalchemy.pool import NullPool

    (host, port), = address.hosts
    reached(allowed, address, host, port)
    secret = address.password.get_secret_value() if address.password else None
    url = URL.create(address.scheme, address.user or None, secret, host, port, address.database or None, dict(address.options))
    try:
        engine = create_engine(url, poolclass=NullPool)
    except NoSuchModuleError:
        fix = "Name another database, or install the package that teaches SQLAlchemy this one."
        raise Invalid(f"There is no database {address.scheme!r} that SQLAlchemy knows.", fix) from None
    except ImportError as error:
        raise Unavailable(f"The driver of {address.scheme} is not installed: {error.name}.", f"Install it: pip install {error.name}") from None
    with _told(address), engine.connect() as connection:
        _hold_to_reading(connection)
        session = Others(connection, address, timeout_s)
        try:
            yield session
        finally:
            session.close()


def _hold_to_reading(connection: Any) -> None:
    """Tell the transaction that it may only read; a database that does not know this goes on without."""
    from sqlalchemy.exc import DBAPIError

    for statement in _READ_ONLY:
        try:
            connection.exec_driver_sql(statement)
            if "SESSION" in statement:
                connection.commit()  # what is said of a session lasts only when it is committed
        except DBAPIError:
            connection.rollback()


def _dialect(kind: str, connection: Any) -> str:
    """What sqlglot calls the database's SQL; else a dialect that quotes names as it does."""
    from sqlglot.dialects import Dialects

    known = {dialect.value for dialect in Dialects}
    names = [_DIALECTS.get(name, name) for name in (kind, str(connection.dialect.name))]
    return next((name for name in names if name in known), _QUOTES.get(connection.dialect.identifier_preparer.initial_quote, ""))


def _columns(inspector: Any, name: str) -> tuple[Column, ...]:
    """Its columns; none of a view that refers to what is gone."""
    from sqlalchemy.exc import UnreflectableTableError

    try:
        key = inspector.get_pk_constraint(name).get("constrained_columns") or ()
    except UnreflectableTableError:
        return ()
    return tuple(Column(one["name"], str(one["type"]), bool(one.get("nullable", True)), one["name"] in key) for one in inspector.get_columns(name))


@contextmanager
def _told(address: Address) -> Iterator[None]:
    """Within it, what goes wrong becomes an error of ours."""
    from sqlalchemy.exc import DBAPIError, SQLAlchemyError

    try:
        yield
    except DBAPIError as error:
        away = error.connection_invalidated or error.statement is None
        raise (faults.unreachable if away else faults.not_understood)(address, str(error.orig).splitlines()[0]) from None
    except SQLAlchemyError as error:
        raise faults.not_understood(address, str(error).splitlines()[0]) from None
