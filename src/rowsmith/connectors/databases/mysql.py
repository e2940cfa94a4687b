"""MySQL and MariaDB through PyMySQL: a session that only reads, in one transaction of one snapshot, its rows unbuffered.

The driver is given a connection to the address that was looked at. A server may ask its client for any file (LOAD DATA LOCAL) or for the password
in clear text: it gets neither.
"""

from __future__ import annotations

import re
import socket
import ssl
import struct
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

from rowsmith.connectors.databases import faults
from rowsmith.connectors.databases.address import Address
from rowsmith.connectors.databases.extract import Pace
from rowsmith.connectors.databases.reaching import reached
from rowsmith.connectors.databases.tables import Column, Table, gathered
from rowsmith.connectors.databases.values import json_column, moment
from rowsmith.core.addresses import Allowed
from rowsmith.core.errors import Invalid, RowsmithError

CONNECT_S = 15
_GRACE_S = 10.0
_UNSAFE_MODES = {"ANSI", "ANSI_QUOTES", "NO_BACKSLASH_ESCAPES", "DB2", "MAXDB", "MSSQL", "ORACLE", "POSTGRESQL"}
"""Modes in which a statement means something else than what was looked at."""
_VARIABLES = ("tx_read_only", "transaction_read_only", "max_statement_time", "max_execution_time", "sql_mode")
_TABLES = """
    SELECT c.table_schema, c.table_name, IF(t.table_type = 'BASE TABLE', 'table', 'view'), c.column_name, c.column_type, c.is_nullable = 'YES',
        c.column_key = 'PRI', IF(t.table_type = 'BASE TABLE', t.table_rows, NULL), c.table_schema = DATABASE()
    FROM information_schema.columns c JOIN information_schema.tables t ON t.table_schema = c.table_schema AND t.table_name = c.table_name
    WHERE c.table_schema = DATABASE()
        OR (DATABASE() IS NULL AND c.table_schema NOT IN ('information_schema', 'mysql', 'performance_schema', 'sys'))
    ORDER BY c.table_schema, c.table_name, c.ordinal_position
"""


class MySql:
    """A session; see extract.Session."""

    dialect, sorts = "mysql", True

    def __init__(self, connection: Any, address: Address, timeout_s: float) -> None:
        self.connection, self._address, self._timeout_s = connection, address, timeout_s

    def tables(self) -> list[Table]:
        """What the database holds; without a database in the URL, what all of them do."""
        with _told(self._address, self._timeout_s), self.connection.cursor() as cursor:
            cursor.execute(_TABLES)
            return gathered(cursor.fetchall())

    def stream(self, sql: str, pace: Pace) -> tuple[list[Column], Iterator[Iterable[Sequence[Any]]]]:
        """The columns of a result, and its rows as the server sends them."""
        cursor = _cursor(self.connection)
        with _told(self._address, self._timeout_s):
            cursor.execute(sql)
        kinds, told = _kinds(), partial(_told, self._address, self._timeout_s)
        columns = [Column(str(name), kinds.get(kind, "")) for name, kind, *_ in cursor.description or ()]
        return columns, pace.batches(cursor.fetchmany, told)


@contextmanager
def opened(allowed: Allowed, address: Address, timeout_s: float) -> Iterator[MySql]:
    """A session on the server.

    Raises:
        AddressRefused: it may not be connected to. Unavailable, NotFound: there is no server, database or user, or no PyMySQL.
    """
    try:
        import pymysql
    except ImportError:
        raise faults.missing("mysql", "PyMySQL") from None
    connection = _connected(pymysql, allowed, address, timeout_s)
    try:
        with _told(address, timeout_s):
            _hold_to_reading(connection, address, timeout_s)
        yield MySql(connection, address, timeout_s)
    finally:
        connection.close()


def _connected(pymysql: Any, allowed: Allowed, address: Address, timeout_s: float) -> Any:
    (host, port), = address.hosts
    found = reached(allowed, address, host, port)
    secret = address.password.get_secret_value().encode() if address.password else b""  # PyMySQL would make Latin-1 of a text
    connection = pymysql.Connection(
        host=host, port=port, user=address.user or "root", password=secret, database=address.database or None, charset="utf8mb4", local_infile=False,
        ssl=_tls(address.options.get("ssl", "")), conv=_as_written(), auth_plugin_map={"mysql_clear_password": _Refused, "dialog": _Refused},
        read_timeout=CONNECT_S, write_timeout=CONNECT_S, defer_connect=True, autocommit=None,
    )  # fmt: skip
    with _told(address, CONNECT_S):
        connection.connect(_socket(address, found, port))
    connection._read_timeout = timeout_s + _GRACE_S
    return connection


def _socket(address: Address, found: Sequence[str], port: int) -> socket.socket:
    """A connection to the first of the addresses that answers."""
    for place, ip in enumerate(found):
        try:
            return socket.create_connection((ip, port), CONNECT_S)
        except OSError as error:
            if place + 1 == len(found):
                raise faults.unreachable(address, str(error)) from None
    raise faults.unreachable(address, "it has no address")


def _cursor(connection: Any) -> Any:
    """A cursor of rows as they come. PyMySQL's own reads all that is left when it is closed, which may be gigabytes."""
    from pymysql.cursors import SSCursor

    class Cursor(SSCursor):  # type: ignore[misc] # PyMySQL has no types
        def close(self) -> None:
            if self._result is not None:
                self._result.unbuffered_active = False
            self.connection = None

        __del__ = close

    return Cursor(connection)


def _hold_to_reading(connection: Any, address: Address, timeout_s: float) -> None:
    """Make the session read-only and bounded in time, and ask the server whether it is."""
    known = _variables(connection)
    modes = [mode for mode in known.get("sql_mode", "").split(",") if mode not in _UNSAFE_MODES]
    timed = f"max_execution_time = {max(1, int(timeout_s * 1000))}" if "max_execution_time" in known else f"max_statement_time = {timeout_s:.3f}"
    with connection.cursor() as cursor:
        for setting in ("TRANSACTION READ ONLY", timed, "time_zone = '+00:00'"):
            cursor.execute(f"SET SESSION {setting}")
        cursor.execute("SET SESSION sql_mode = %s", [",".join(modes)])
        if not any(_variables(connection).get(name) == "ON" for name in ("tx_read_only", "transaction_read_only")):
            raise faults.writable(address)
        cursor.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")


def _variables(connection: Any) -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SHOW SESSION VARIABLES WHERE Variable_name IN %s", [_VARIABLES])
        return dict(cursor.fetchall())


def _tls(asked: str) -> ssl.SSLContext | None:
    """How the connection is encrypted: `true` or `verify` with a certificate that the system trusts, `required` with any."""
    if asked.lower() in ("", "false", "0", "disabled"):
        return None
    if asked.lower() not in ("true", "1", "verify", "required"):
        raise Invalid(f"ssl={asked} of the URL is none of its values.", "Write one of: true, required, false.")
    context = ssl.create_default_context()
    if asked.lower() == "required":
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


class _Refused:
    """A way of signing in that would tell the server the password, or ask somebody for it."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def authenticate(self, packet: Any) -> None:
        """Do not."""
        raise RuntimeError("The server asks for the password in clear text.")


@contextmanager
def _told(address: Address, timeout_s: float) -> Iterator[None]:
    """Within it, what goes wrong becomes an error of ours."""
    import pymysql

    try:
        yield
    except RuntimeError as error:  # what PyMySQL raises where a server asks for a file, and ours above
        if "LOAD_LOCAL" in str(error):
            raise faults.file_asked(address) from None
        raise faults.unreachable(address, str(error)) from None
    except pymysql.Error as error:
        raise _error(error, address, timeout_s) from None
    except TimeoutError:
        raise faults.too_slow(address, timeout_s) from None
    except (ValueError, TypeError, IndexError, AssertionError, struct.error) as error:  # what PyMySQL raises where a server speaks nonsense
        raise faults.unreachable(address, f"what answers there speaks no MySQL ({error})") from None


def _error(error: Any, address: Address, timeout_s: float) -> RowsmithError:
    code, said = error.args if len(error.args) == 2 else (0, str(error))
    if code in (1969, 3024) or (code == 2013 and "timed out" in str(said)):
        return faults.too_slow(address, timeout_s)
    if code in (1045, 1698, 2059):
        return faults.wrong_password(address)
    if code == 1049:
        return faults.no_database(address)
    if code in (1044, 1142, 1143, 1227, 1370):
        return faults.may_not(address, str(said))
    if code in (0, 1040, 1129, 1130, 1203) or 2000 <= code < 2100:
        return faults.unreachable(address, re.sub(r"\s*\(.*\)$", "", str(said)) or "the connection broke")
    return faults.not_understood(address, str(said))


def _as_written() -> dict[int, Any]:
    """Dates, times and decimals as the server writes them ('0000-00-00' is one); bits are a number."""
    from pymysql.constants import FIELD_TYPE
    from pymysql.converters import decoders

    texts = (FIELD_TYPE.DATE, FIELD_TYPE.TIME, FIELD_TYPE.DECIMAL, FIELD_TYPE.NEWDECIMAL)
    beside = {
        FIELD_TYPE.DATETIME: moment, FIELD_TYPE.TIMESTAMP: lambda text: f"{moment(text)}+00:00", FIELD_TYPE.JSON: json_column,
        FIELD_TYPE.BIT: lambda raw: int.from_bytes(raw, "big"),
    }  # fmt: skip
    return {**decoders, **dict.fromkeys(texts, str), **beside}


def _kinds() -> dict[int, str]:
    """What the types that the protocol knows are called. It knows no difference between TEXT and BLOB."""
    from pymysql.constants import FIELD_TYPE

    said = {"NEWDECIMAL": "decimal", "LONG": "int", "LONGLONG": "bigint", "INT24": "mediumint", "SHORT": "smallint", "TINY": "tinyint",
            "VAR_STRING": "varchar", "STRING": "char", "BLOB": "text or blob"}  # fmt: skip
    return {code: said.get(name, name.lower()) for name, code in vars(FIELD_TYPE).items() if name.isupper() and isinstance(code, int)}
