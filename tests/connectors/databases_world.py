"""Databases for tests, each of its own name and gone afterwards, and what is fetched of them."""

from __future__ import annotations

import json
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pymysql
import pytest

from rowsmith.connectors.databases import fetch
from rowsmith.core.addresses import Allowed
from rowsmith.core.fetching import Fetched, Reach
from rowsmith.testing import postgres_server

MYSQL = os.environ.get("ROWSMITH_TEST_MYSQL", "mysql://root@127.0.0.1:3306")


def reach(tmp_path: Path, *ports: int, **more: Any) -> Reach:
    """A reach that may connect with this machine."""
    return Reach(Allowed(("127.0.0.1", "localhost", "::1"), (3306, 5432, 27017, *ports)), tmp_path / "state", **more)


def fetched(tmp_path: Path, url: str, *ports: int, **asked: Any) -> tuple[list[Any], dict[str, Any]]:
    """The rows and the facts of what is asked for."""
    port = urlsplit(url.split(",")[0]).port
    (one,) = fetch(reach(tmp_path, *ports, *([port] if port else [])), tmp_path, url=url, **asked)
    assert isinstance(one, Fetched)
    rows = [json.loads(line) for line in one.path.read_bytes().splitlines()]  # of bytes: text is cut at other letters, too
    assert one.facts["rows"] == len(rows)
    return rows, one.facts


def _without(kind: str, why: object) -> None:
    (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(f"NOT TESTED ON {kind}: {why}. Start a server: scripts/services.sh")


@contextmanager
def postgres() -> Iterator[tuple[str, psycopg.Connection[Any]]]:
    """A new database on PostgreSQL: its URL, and a connection of somebody who may write."""
    server = postgres_server().replace("+psycopg", "")
    try:
        admin = psycopg.connect(server, autocommit=True, connect_timeout=5)
    except psycopg.OperationalError as error:
        _without("POSTGRESQL", error)
    with admin:
        name = f"rowsmith_{uuid4().hex[:16]}"
        admin.execute(f"CREATE DATABASE {name}")
        try:
            url = f"{server.rpartition('/')[0]}/{name}"
            with psycopg.connect(url, autocommit=True) as writer:
                yield url, writer
        finally:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def mysql() -> Iterator[tuple[str, Any]]:
    """A new database on MySQL or MariaDB: its URL, and a connection of somebody who may write."""
    server = urlsplit(MYSQL)
    given = {"host": server.hostname, "port": server.port or 3306, "user": server.username or "root", "password": server.password or ""}
    try:
        writer = pymysql.connect(**given, autocommit=True)
    except pymysql.OperationalError as error:
        _without("MYSQL", error)
    name = f"rowsmith_{uuid4().hex[:16]}"
    with writer, writer.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
        cursor.execute(f"USE {name}")
        try:
            yield f"{MYSQL}/{name}", cursor
        finally:
            cursor.execute(f"DROP DATABASE {name}")


class Listening:
    """A server that says nothing, or what it is given, and remembers what it heard; having heard so much it hangs up."""

    def __init__(self, answer: bytes = b"", most: int = 1000) -> None:
        self.heard: list[bytes] = []
        self._answer, self._most = answer, most

    def __enter__(self) -> Listening:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        return self

    def _serve(self) -> None:
        try:
            while True:
                one, _ = self.socket.accept()
                with one:
                    one.settimeout(5)
                    while len(self.heard) < self._most and (said := one.recv(4096)):
                        self.heard.append(said)
                        one.sendall(b"N" if said[4:8] == b"\x04\xd2\x16\x2f" else self._answer)
        except OSError:
            return

    def __exit__(self, *_: object) -> None:
        self.socket.shutdown(socket.SHUT_RDWR)  # else somebody who waits in accept goes on waiting
        self.socket.close()
        self._thread.join(10)
