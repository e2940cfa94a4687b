"""What databases hold, by command: of every kind, on real servers (of MongoDB a stand-in that speaks its protocol)."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pytest
from databases_world import mysql, postgres
from mongo_stand_in import StandIn
from running import called
from sqlalchemy.dialects import registry

MADE = ("CREATE TABLE item (id int PRIMARY KEY, name varchar(40) NOT NULL, price numeric(8,2))", "CREATE VIEW dear AS SELECT * FROM item")
USER, PASSWORD = "reader", "s3cret-w0rd"


@contextmanager
def of_postgres(folder: Path) -> Iterator[str]:
    with postgres() as (url, writer):
        for statement in MADE:
            writer.execute(statement)
        yield url.replace("postgres@", f"postgres:{PASSWORD}@")


@contextmanager
def of_mysql(folder: Path) -> Iterator[str]:
    with mysql() as (url, writer):
        for statement in MADE:
            writer.execute(statement)
        writer.execute(f"CREATE USER {USER}@'%' IDENTIFIED BY '{PASSWORD}'")
        try:
            writer.execute(f"GRANT SELECT ON *.* TO {USER}@'%'")
            yield f"mysql://{USER}:{PASSWORD}@{url.rpartition('@')[2]}"
        finally:
            writer.execute(f"DROP USER {USER}@'%'")


@contextmanager
def of_another(folder: Path) -> Iterator[str]:
    """What only SQLAlchemy knows."""
    registry.register("elephant", "sqlalchemy.dialects.postgresql.psycopg", "PGDialect_psycopg")
    with of_postgres(folder) as url:
        yield f"elephant://{url.partition('://')[2]}"


@contextmanager
def of_sqlite(folder: Path) -> Iterator[str]:
    with closing(sqlite3.connect(folder / "x.db")) as db:
        for statement in MADE:
            db.execute(statement)
    yield "sqlite:///x.db"


@contextmanager
def of_duckdb(folder: Path) -> Iterator[str]:
    with duckdb.connect(str(folder / "x.duckdb")) as db:
        for statement in MADE:
            db.execute(statement)
    yield "duckdb:///x.duckdb"


@contextmanager
def of_mongodb(folder: Path) -> Iterator[str]:
    with StandIn({"shop": {"item": [{"_id": 1, "name": "a", "price": 2.5}], "dear": []}}) as server:
        yield f"{server.url}/shop"


@pytest.mark.postgres
@pytest.mark.parametrize("made", [of_postgres, of_mysql, of_another, of_sqlite, of_duckdb, of_mongodb])
def test_the_schema_of_a_database(tmp_path: Path, made: Callable[[Path], Any]) -> None:
    with made(tmp_path) as url:
        port = url.partition("//")[2].partition("/")[0].rpartition(":")[2]
        env = {"ROWSMITH_EGRESS_HOSTS": "127.0.0.1", "ROWSMITH_EGRESS_PORTS": port}
        told = [called(["read", url, "--schema", *more], env, tmp_path) for more in (["--json"], ["--table", "item", "--json"], [])]
        missing = called(["read", url, "--schema", "--table", "itme", "--json"], env, tmp_path)
    assert [one.returncode for one in told] == [0, 0, 0], told
    every, one = (json.loads(said.stdout.splitlines()[-1]) for said in told[:2])
    kinds = {table["table"]: table["kind"] for table in every["tables"]}
    assert kinds == {"item": "collection", "dear": "collection"} if made is of_mongodb else {"item": "table", "dear": "view"}
    assert [table["table"] for table in one["tables"]] == ["item"]
    columns = {column["name"]: column for column in one["tables"][0]["columns"]}
    key = "_id" if made is of_mongodb else "id"
    assert [name for name, column in columns.items() if column["key"]] == [key]
    assert [columns[name]["nullable"] for name in ("name", "price")] == [False, made is not of_mongodb]
    assert all(word in told[2].stdout for word in (*columns, columns["price"]["type"], "dear"))
    assert "Did you mean 'item'" in json.loads(missing.stdout)["fix"]
    assert not [said for done in (*told, missing) for said in (done.stdout, done.stderr) if PASSWORD in said]
    assert {path.name for path in tmp_path.iterdir()} <= {"x.db", "x.duckdb"}, "nothing is kept"


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (["notes.txt", "--schema"], "It is no URL of a database."),
        (["sqlite:///x.db", "--schema", "--query", "SELECT 1"], "--schema and --query cannot go together."),
        (["sqlite:///x.db", "--schema", "--limit", "1"], "--schema and --limit cannot go together."),
        (["sqlite:///x.db", "--schema"], "There is no file 'x.db'."),
        (["postgresql://u:s3cret-w0rd@127.0.0.1/d", "--schema"], "127.0.0.1"),
    ],
)  # fmt: skip
def test_where_there_is_no_schema(tmp_path: Path, words: list[str], what: str) -> None:
    done = called(["read", *words, "--json"], {}, tmp_path)
    said = json.loads(done.stdout)
    assert (done.returncode, what in said["what"], bool(said["fix"]), PASSWORD in done.stdout + done.stderr) == (1, True, True, False), said
