"""Any other database that SQLAlchemy knows: here dialects of ours for the real servers of the tests, which nothing else in the code knows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from databases_world import fetched, mysql, postgres, reach
from sqlalchemy.dialects import registry
from sqlalchemy.exc import DBAPIError

from rowsmith.connectors.databases import others, parsed, schema
from rowsmith.connectors.databases.extract import Pace
from rowsmith.core.addresses import Allowed
from rowsmith.core.errors import Invalid, NotFound, Unavailable

pytestmark = pytest.mark.postgres
MADE = ("CREATE TABLE item (id int PRIMARY KEY, name varchar(40), price numeric(8,2))", "CREATE VIEW dear AS SELECT * FROM item WHERE price > 240")
HERE = Allowed(("127.0.0.1",), (5432, 3306))


@pytest.fixture(scope="module", params=["postgres", "mysql"])
def world(request: pytest.FixtureRequest) -> Iterator[tuple[str, Any]]:
    registry.register("elephant", "sqlalchemy.dialects.postgresql.psycopg", "PGDialect_psycopg")
    registry.register("dolphin", "sqlalchemy.dialects.mysql.pymysql", "MySQLDialect_pymysql")
    made = postgres() if request.param == "postgres" else mysql()
    with made as (url, writer):
        for statement in MADE:
            writer.execute(statement)
        cursor = writer.cursor() if request.param == "postgres" else writer
        cursor.executemany("INSERT INTO item VALUES (%s, %s, %s)", [(n, f"item {n}", n / 4) for n in range(1000, 0, -1)])
        kind, port = ("elephant", 5432) if request.param == "postgres" else ("dolphin", 3306)
        host, _, database = url.partition("://")[2].partition("/")
        yield f"{kind}://{host if ':' in host.rpartition('@')[2] else f'{host}:{port}'}/{database}", writer


def test_a_table_a_view_and_a_query(tmp_path: Path, world: tuple[str, Any]) -> None:
    rows, facts = fetched(tmp_path, world[0], table="item", batch=7)
    assert [row["id"] for row in rows] == list(range(1, 1001))
    assert rows[1] == {"id": 2, "name": "item 2", "price": "0.50"}
    kind = "NUMERIC(8, 2)" if world[0].startswith("e") else "DECIMAL(8, 2)"
    assert (facts["key"], facts["read_only"], facts["columns"][2]) == (["id"], "statement", {"name": "price", "type": kind})
    assert fetched(tmp_path, world[0], query="SELECT count(*) AS n, '100%s :x' AS said FROM dear")[0] == [{"n": 40, "said": "100%s :x"}]
    asked: dict[str, Any] = {"columns": ["name"], "where": "price > 1 AND name LIKE '%9'", "limit": 2}
    assert fetched(tmp_path, world[0], table="item", **asked)[0] == [{"name": "item 9"}, {"name": "item 19"}]


def test_the_schema(tmp_path: Path, world: tuple[str, Any]) -> None:
    tables = {one.known_as: one for one in schema(reach(tmp_path), world[0])}
    assert {name: (one.kind, one.key) for name, one in tables.items()} == {"item": ("table", ("id",)), "dear": ("view", ())}


@pytest.mark.parametrize("statement", ["INSERT INTO item VALUES (0, '', 0)", "DELETE FROM item", "DROP TABLE item"])
def test_the_session_itself_refuses_to_write(world: tuple[str, Any], statement: str) -> None:
    with others.opened(HERE, parsed(world[0]), 10) as session, pytest.raises(DBAPIError, match=r"(?i)read.only"):
        session.connection.exec_driver_sql(statement)


def test_errors_in_the_users_words(tmp_path: Path, world: tuple[str, Any]) -> None:
    with pytest.raises(NotFound, match=r"no table 'itme'.*Did you mean 'item'"):
        fetched(tmp_path, world[0], table="itme")
    with pytest.raises(Invalid, match="does more than read"):
        fetched(tmp_path, world[0], query="WITH gone AS (DELETE FROM item) SELECT 1")
    with pytest.raises(Invalid, match="nme"):
        fetched(tmp_path, world[0], query="SELECT nme FROM item")


def test_a_database_that_takes_too_long_is_told_to_stop(tmp_path: Path, world: tuple[str, Any]) -> None:
    if world[0].startswith("dolphin"):  # PyMySQL has no way to tell a server to stop
        return
    query = "SELECT count(*) FROM item a, item b, item c, item d WHERE a.price * b.price < c.price * d.price"
    with pytest.raises(Unavailable, match=r"was not done within 0\.3 s"):
        fetched(tmp_path, world[0], query=query, timeout_s=0.3)


def test_a_database_that_has_not_heard_is_told_again(world: tuple[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    if world[0].startswith("dolphin"):
        return
    cancel, told = psycopg.Connection.cancel, Counter[int]()

    def deaf_once(self: psycopg.Connection[Any]) -> None:
        told[0] += 1
        if told[0] > 1:
            cancel(self)

    monkeypatch.setattr(psycopg.Connection, "cancel", deaf_once)
    with others.opened(HERE, parsed(world[0]), 0.1) as session:
        with pytest.raises(Unavailable, match=r"was not done within 0\.1 s"):
            list(session.stream("SELECT pg_sleep(200)", Pace(10))[1])
        assert told[0] == 2
