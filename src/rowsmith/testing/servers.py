"""Things outside that a test needs: a fresh PostgreSQL database, a file system that fills up."""

from __future__ import annotations

import os
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rowsmith.core.errors import Unavailable

_DEFAULT = "postgresql+psycopg://postgres@127.0.0.1:5432/test"


def postgres_server() -> str:
    """The SQLAlchemy URL of the server for tests: ROWSMITH_TEST_POSTGRES, else a local one."""
    return os.environ.get("ROWSMITH_TEST_POSTGRES", _DEFAULT)


@contextmanager
def postgres_database(server: str | None = None) -> Iterator[str]:
    """A new, empty database on the test server; gives its SQLAlchemy URL and drops it afterwards, whoever is still connected.

    Raises:
        Unavailable: no server answers.
    """
    import psycopg

    url = server or postgres_server()
    plain = url.replace("postgresql+psycopg://", "postgresql://", 1)
    name = f"rowsmith_{uuid.uuid4().hex[:16]}"
    try:
        connection = psycopg.connect(plain, autocommit=True, connect_timeout=5)
    except psycopg.OperationalError as error:
        raise Unavailable(f"No PostgreSQL server answers at {plain}: {error}", "Start one, or set ROWSMITH_TEST_POSTGRES.") from None
    with connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
        try:
            yield _renamed(url, name)
        finally:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())


def _renamed(url: str, name: str) -> str:
    head, question, query = url.partition("?")
    scheme, _, rest = head.partition("://")
    return f"{scheme}://{rest.partition('/')[0]}/{name}{question}{query}"


@contextmanager
def tmpfs(path: str | Path, megabytes: int) -> Iterator[Path]:
    """A file system of that size in memory, mounted at `path` (made if need be) and taken away afterwards. For root only.

    Raises:
        Unavailable: this user, or this machine, cannot mount.
    """
    where = Path(path)
    where.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "rowsmith-test", str(where)], capture_output=True, text=True)
    if done.returncode:
        raise Unavailable(f"A file system of {megabytes} MB cannot be mounted: {done.stderr.strip()}", "Run as root, where mounts are allowed.")
    try:
        yield where
    finally:
        subprocess.run(["umount", "-l", str(where)], check=True, capture_output=True)
