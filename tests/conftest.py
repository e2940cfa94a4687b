"""Fixtures of every room: a database, once on SQLite and once on PostgreSQL."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, settings

from rowsmith.store.database import Database, open_database

os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # else every process that a test starts compiles all that it imports
sys.dont_write_bytecode = False
settings.register_profile("rowsmith", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("rowsmith")  # how busy the machine is decides nothing

POSTGRES = os.environ.get("ROWSMITH_TEST_POSTGRES", "postgresql+psycopg://postgres@127.0.0.1:5432/test")


@pytest.fixture(scope="session", autouse=True)
def configuration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A configuration folder of the tests, in place of the user's; child processes have it, too."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("configuration")
        patch.setenv("ROWSMITH_CONFIG", str(folder))
        patch.delenv("ROWSMITH_KEK", raising=False)
        patch.setenv("ROWSMITH_BACKGROUND", "off")  # processes that outlive a test; tests of them switch it on
        yield folder


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a new, empty database of this test alone."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/rowsmith.db"
    else:
        yield from fresh_postgres()


@pytest.fixture
def other_url() -> Iterator[str]:
    """The address of a second one, on PostgreSQL (used where data moves from one database to another)."""
    yield from fresh_postgres()


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A new database with its tables."""
    db = open_database(database_url)
    yield db
    db.close()


def fresh_postgres() -> Iterator[str]:
    """A new database on the test server (ROWSMITH_TEST_POSTGRES), dropped afterwards. No server: skipped, but a failure in CI."""
    import psycopg

    server = POSTGRES.replace("+psycopg", "")
    try:
        admin = psycopg.connect(server, autocommit=True, connect_timeout=5)
    except psycopg.OperationalError as error:
        no_server = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        no_server(f"NOT TESTED ON POSTGRESQL: no server at {server.split('@')[-1]} ({error}). Start one: scripts/services.sh")
    name = f"rowsmith_{uuid4().hex[:12]}"
    with admin:
        admin.execute(f"CREATE DATABASE {name}")
        yield f"{POSTGRES.rpartition('/')[0]}/{name}"
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def postgres(other_url: str) -> Iterator[Database]:
    """A new database with its tables, on PostgreSQL."""
    db = open_database(other_url)
    yield db
    db.close()
