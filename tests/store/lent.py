"""Databases with Rowsmith's tables, for tests that need no more: to make one takes longer than most tests. On PostgreSQL it is lent to one
test after the other."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import psycopg
import pytest

from rowsmith.store.database import open_database
from rowsmith.testing import postgres_server

MADE = """SELECT (SELECT md5(string_agg(format('%s %s', oid, xmin), ',' ORDER BY oid)) FROM pg_class),
    (SELECT md5(string_agg(format('%s %s %s', attrelid, attnum, xmin), ',' ORDER BY attrelid, attnum)) FROM pg_attribute),
    (SELECT string_agg(format('%s %s', version_num, xmin), ',') FROM alembic_version),
    (SELECT count(*) FROM pg_stats WHERE schemaname = 'public')"""
"""Who wrote each table, index and column last, and what statistics tell of rows: whether anything but rows has changed."""
TABLES = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> 'alembic_version' ORDER BY 1"
COUNT_ANEW = "SELECT setval(format('%I', sequencename), 1, false) FROM pg_sequences WHERE last_value IS NOT NULL"


@dataclass
class Made:
    """A database that nobody uses."""

    name: str
    as_made: tuple[object, ...]


_waiting: list[Made] = []


def made_sqlite(path: Path) -> str:
    """The URL of a new SQLite database with its tables."""
    path.write_bytes(_sqlite())
    return f"sqlite:///{path}"


def made_home(folder: Path) -> Path:
    """A home on SQLite, in a folder that need not be there."""
    if not folder.exists():
        folder.mkdir()
        made_sqlite(folder / "rowsmith.db")
    return folder


@cache
def _sqlite() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder, "rowsmith.db")
        open_database(f"sqlite:///{path}").close()
        return path.read_bytes()


@contextmanager
def lent() -> Iterator[str]:
    """The URL of a database with its tables and no rows. Each has it under a name of its own, so that nobody who outlives his test finds it
    again; and what cannot be as it was made is dropped."""
    url = postgres_server()
    with connected(url) as admin:
        made = _waiting.pop() if _waiting else _new(admin, url)
        try:
            yield at(url, made.name)
        finally:
            _taken_back(admin, made.name)
            made.name = _renamed(admin, made.name)
            if _emptied(at(url, made.name), made):
                _waiting.append(made)
            else:
                drop(admin, made.name)


@contextmanager
def fresh() -> Iterator[str]:
    """The URL of a new database without tables, dropped afterwards."""
    with copied("template1") as url:
        yield url


@contextmanager
def copied(template: str) -> Iterator[str]:
    """The URL of a copy of a database that nobody has open, dropped afterwards."""
    url, name = postgres_server(), _name()
    with connected(url) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        try:
            yield at(url, name)
        finally:
            drop(admin, name)


def give_up() -> None:
    """Drop those that are not lent."""
    if _waiting:
        with connected(postgres_server()) as admin:
            while _waiting:
                drop(admin, _waiting.pop().name)


def connected(url: str) -> psycopg.Connection[tuple[object, ...]]:
    """A connection of our own. No server: skipped, but a failure in CI."""
    plain = url.replace("+psycopg", "")
    try:
        return psycopg.connect(plain, autocommit=True, connect_timeout=5)
    except psycopg.OperationalError as error:
        no_server = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        no_server(f"NOT TESTED ON POSTGRESQL: no server at {plain.split('@')[-1]} ({error}). Start one: scripts/services.sh")


def at(url: str, name: str) -> str:
    """The URL of another database of the same server."""
    return f"{url.rpartition('/')[0]}/{name}"


def drop(admin: psycopg.Connection[tuple[object, ...]], name: str) -> None:
    """Drop it, whoever is connected."""
    admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _new(admin: psycopg.Connection[tuple[object, ...]], url: str) -> Made:
    name = _name()
    admin.execute(f"CREATE DATABASE {name}")
    open_database(at(url, name)).close()
    with connected(at(url, name)) as conn:
        return Made(name, _as_made(conn))


def _taken_back(admin: psycopg.Connection[tuple[object, ...]], name: str) -> None:
    """Until nobody is connected."""
    until = time.monotonic() + 10
    while admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,)).fetchall():
        assert time.monotonic() < until, f"somebody stays connected with {name}"
        time.sleep(0.001)


def _renamed(admin: psycopg.Connection[tuple[object, ...]], name: str) -> str:
    admin.execute(f"ALTER DATABASE {name} RENAME TO {(new := _name())}")
    return new


def _emptied(url: str, made: Made) -> bool:
    """Whether there were only rows to remove."""
    with connected(url) as conn:
        try:
            if _as_made(conn) != made.as_made:
                return False
        except psycopg.errors.UndefinedTable:
            return False
        tables = [f'"{name}"' for (name,) in conn.execute(TABLES)]
        used = conn.execute(" UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT FROM {name})" for name in tables)).fetchall()
        if used:
            conn.execute(f"TRUNCATE {', '.join(str(name) for (name,) in used)}")
        conn.execute(COUNT_ANEW)
        made.as_made = _as_made(conn)
        return True


def _as_made(conn: psycopg.Connection[tuple[object, ...]]) -> tuple[object, ...]:
    found = conn.execute(MADE).fetchone()
    assert found is not None
    return found


def _name() -> str:
    return f"rowsmith_{uuid4().hex[:16]}"
