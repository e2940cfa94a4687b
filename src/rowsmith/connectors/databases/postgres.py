"""PostgreSQL through psycopg: one transaction that only reads, of one snapshot, with a cursor on the server.

The connection goes to the address that was looked at (`hostaddr`); the name stays for TLS. Neither a password file, a service file nor a password
of the environment is read. Dates, intervals, decimals and ranges come as the server writes them, since Python's types cannot hold them all.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rowsmith.connectors.databases import faults
from rowsmith.connectors.databases.address import Address
from rowsmith.connectors.databases.extract import Pace
from rowsmith.connectors.databases.reaching import reached, speaking
from rowsmith.connectors.databases.tables import Column, Table, gathered
from rowsmith.connectors.databases.values import json_column, moment
from rowsmith.core.addresses import Allowed
from rowsmith.core.errors import RowsmithError

if TYPE_CHECKING:
    from psycopg import Connection

CONNECT_S = 15
_GRACE_S = 10.0
_NOT_IN = re.compile(r'authentication failed|no password supplied|not permitted to log in|role ".*" does not exist|no pg_hba\.conf entry')
_NOWHERE = os.path.join(os.devnull, "none")
"""The path of a file that cannot be there."""
_AS_WRITTEN = (
    "numeric", "date", "time", "timetz", "interval", "money", "inet", "cidr", "uuid", "int4range", "int8range", "numrange", "daterange", "tsrange",
    "tstzrange", "int4multirange", "int8multirange", "nummultirange", "datemultirange", "tsmultirange", "tstzmultirange",
)  # fmt: skip
_SETTINGS = (
    "SET LOCAL TimeZone = 'UTC'", "SET LOCAL DateStyle = 'ISO'", "SET LOCAL IntervalStyle = 'iso_8601'", "SET LOCAL bytea_output = 'hex'",
    "SET LOCAL standard_conforming_strings = on", "SET LOCAL extra_float_digits = 1", "SET LOCAL xmlbinary = 'base64'", "SET LOCAL lc_monetary = 'C'",
)  # fmt: skip
_TABLES = """
    SELECT n.nspname, c.relname, CASE WHEN c.relkind IN ('v', 'm') THEN 'view' ELSE 'table' END, a.attname, format_type(a.atttypid, a.atttypmod),
        NOT a.attnotnull, coalesce(a.attnum = ANY (i.indkey), false), CASE WHEN c.relkind = 'v' THEN -1 ELSE c.reltuples::bigint END,
        pg_table_is_visible(c.oid)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_' ORDER BY 1, 2, a.attnum
"""


class Postgres:
    """A session; see extract.Session."""

    dialect, sorts = "postgres", True

    def __init__(self, connection: Connection[Any], address: Address, timeout_s: float) -> None:
        self.connection, self._address, self._timeout_s = connection, address, timeout_s
        self._cursors: list[Any] = []

    def tables(self) -> list[Table]:
        """What the database holds, but for its own tables."""
        with self._told():
            return gathered(self.connection.execute(_TABLES).fetchall())

    def stream(self, sql: str, pace: Pace) -> tuple[list[Column], Iterator[Iterable[Sequence[Any]]]]:
        """The columns of a result, and its rows from a cursor on the server, which takes a SELECT and nothing else."""
        cursor = self.connection.cursor(name="rowsmith")
        self._cursors.append(cursor)
        with self._told():
            cursor.execute(sql.encode())
            kinds = [column.type_code for column in cursor.description or ()]
            asked = "SELECT format_type(kind, NULL) FROM unnest(%s::oid[]) WITH ORDINALITY AS asked (kind, place) ORDER BY place"
            names = [name for (name,) in self.connection.execute(asked, [kinds])]
        columns = [Column(column.name, name) for column, name in zip(cursor.description or (), names, strict=True)]
        return columns, pace.batches(cursor.fetchmany, self._told)

    def close(self) -> None:
        """End the connection, and with it the transaction and its cursor."""
        self.connection.close()
        for cursor in self._cursors:
            cursor.close()

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Within it, what the server says against a statement becomes an error of ours, and its silence is one."""
        import psycopg

        try:
            with speaking(self.connection.fileno(), self._timeout_s + _GRACE_S):
                yield
        except psycopg.Error as error:
            raise _told(error, self._address, self._timeout_s) from None


@contextmanager
def opened(allowed: Allowed, address: Address, timeout_s: float) -> Iterator[Postgres]:
    """A session on the server.

    Raises:
        AddressRefused: it may not be connected to. Unavailable, NotFound: there is no server, database or user, or no psycopg.
    """
    try:
        import psycopg
    except ImportError:
        raise faults.missing("postgres", "psycopg") from None
    connection = _connected(psycopg, allowed, address)
    session = Postgres(connection, address, timeout_s)
    try:
        connection.isolation_level, connection.read_only = psycopg.IsolationLevel.REPEATABLE_READ, True
        _prepare(connection)
        with session._told():
            for setting in (*_SETTINGS, f"SET LOCAL statement_timeout = {max(1, int(timeout_s * 1000))}"):
                connection.execute(setting.encode())
            on = connection.execute("SELECT current_setting('transaction_read_only')").fetchone()
        if on != ("on",):
            raise faults.writable(address)
        yield session
    finally:
        session.close()


def _connected(psycopg: Any, allowed: Allowed, address: Address) -> Connection[Any]:
    (host, port), = address.hosts
    secret = address.password.get_secret_value() if address.password else ""
    found = reached(allowed, address, host, port)
    given = {**address.options, "host": ",".join([host] * len(found)), "hostaddr": ",".join(found), "port": port, "user": address.user or "postgres"}
    apart = {"password": secret, "passfile": _NOWHERE, "options": "", "gssencmode": "disable", "connect_timeout": CONNECT_S}
    if given.get("sslmode") in ("verify-full", "verify-ca"):
        apart["sslrootcert"] = "system"
    try:
        return psycopg.connect(dbname=address.database or address.user or "postgres", **given, **apart)  # type: ignore[no-any-return]
    except psycopg.Error as error:
        raise _told(error, address, CONNECT_S) from None


def _told(error: Any, address: Address, timeout_s: float) -> RowsmithError:
    """The error in our words. While somebody connects psycopg gives no SQLSTATE, only what the server said."""
    import psycopg

    said, state = str(error), error.sqlstate or ""
    if state == "57014" or isinstance(error, psycopg.errors.ConnectionTimeout):
        return faults.too_slow(address, timeout_s)
    if state.startswith("28") or (not state and _NOT_IN.search(said)):
        return faults.wrong_password(address)
    if state == "3D000" or (not state and f'database "{address.database}" does not exist' in said):
        return faults.no_database(address)
    if state == "42501":
        return faults.may_not(address, said)
    if not state or state.startswith(("08", "57P", "53")):
        return faults.unreachable(address, said.splitlines()[0] if said else "the connection broke")
    return faults.not_understood(address, error.diag.message_primary or said)


def _prepare(connection: Any) -> None:
    """What the server writes is taken as it is, where Python's own types would lose some of it."""
    from psycopg.adapt import Loader
    from psycopg.types.json import set_json_loads

    class AsWritten(Loader):
        def load(self, data: Any) -> str:
            return bytes(data).decode()

    class Decimals(Loader):
        def load(self, data: Any) -> str | float:
            text = bytes(data).decode()
            return float(text) if text in ("NaN", "Infinity", "-Infinity") else text

    class Moments(Loader):
        def load(self, data: Any) -> str:
            return moment(bytes(data).decode())

    for name in _AS_WRITTEN:
        connection.adapters.register_loader(name, Decimals if name == "numeric" else AsWritten)
    for name in ("timestamp", "timestamptz"):
        connection.adapters.register_loader(name, Moments)
    set_json_loads(json_column, connection)
