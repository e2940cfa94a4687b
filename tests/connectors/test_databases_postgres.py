"""PostgreSQL, a real server: what comes of each type, what is refused, and who holds the session to reading."""

from __future__ import annotations

import json
import math
import socket
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from databases_world import Listening, fetched, postgres, reach
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from rowsmith.connectors.databases import fetch, parsed, schema
from rowsmith.connectors.databases import postgres as module
from rowsmith.connectors.databases.extract import Pace
from rowsmith.connectors.databases.reaching import reached
from rowsmith.core.addresses import AddressRefused, Allowed
from rowsmith.core.errors import Invalid, NotFound, Unavailable

pytestmark = pytest.mark.postgres
TEXTS = st.none() | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
JSON = st.recursive(st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXTS, lambda inner: st.lists(inner, max_size=3), max_leaves=5)
HERE = Allowed(("127.0.0.1",))
TYPES = {
    "i": ("bigint", "9223372036854775807", 9223372036854775807),
    "n": ("numeric(10,2)", "12.5", "12.50"),
    "wide": ("numeric", "123456789012345678901234567890.123", "123456789012345678901234567890.123"),
    "d": ("date", "'2020-02-29'", "2020-02-29"),
    "ever": ("date", "'infinity'", "infinity"),
    "old": ("timestamp", "'0044-03-15 12:00:00 BC'", "0044-03-15 12:00:00 BC"),
    "ts": ("timestamp", "'2020-01-02 03:04:05.678901'", "2020-01-02T03:04:05.678901"),
    "tz": ("timestamptz", "'2020-01-02 03:04:05+02'", "2020-01-02T01:04:05+00:00"),
    "t": ("time", "'10:20:30.5'", "10:20:30.5"),
    "iv": ("interval", "'1 year 2 mons 3 days 04:05:06'", "P1Y2M3DT4H5M6S"),
    "j": ("jsonb", """'{"a": [1, 2.5, null], "b": "x"}'""", {"a": [1, 2.5, None], "b": "x"}),
    "js": ("json", """E'{"a":\\n 18446744073709551616}'""", {"a": "18446744073709551616"}),
    "a": ("int[]", "'{1,2,NULL}'", [1, 2, None]),
    "tza": ("timestamptz[]", "'{2020-01-01 00:00:00+00}'", ["2020-01-01T00:00:00+00:00"]),
    "grid": ("int[]", "'{{1,2},{3,4}}'", [[1, 2], [3, 4]]),
    "u": ("uuid", "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
    "b": ("bytea", r"'\xdeadbeef'", "3q2+7w=="),
    "f": ("float8", "0.1", 0.1),
    "nan": ("float8", "'NaN'", None),
    "nannum": ("numeric", "'NaN'", None),
    "r": ("int4range", "'[1,5)'", "[1,5)"),
    "ip": ("inet", "'10.0.0.1/24'", "10.0.0.1/24"),
    "x": ("text", "'häé 😀 \" \\'", 'häé 😀 " \\'),
    "bo": ("boolean", "true", True),
    "m": ("money", "12.3", "$12.30"),
    "no": ("text", "NULL", None),
    "mood": ("mood", "'glad'", "glad"),
    "point": ("point", "'(1,2)'", "(1,2)"),
}


@pytest.fixture(scope="module")
def world() -> Iterator[tuple[str, psycopg.Connection[Any]]]:
    with postgres() as (url, writer):
        writer.execute("CREATE TYPE mood AS ENUM ('glad', 'sad')")
        writer.execute(f"CREATE TABLE every ({', '.join(f'{name} {kind}' for name, (kind, *_) in TYPES.items())})")
        writer.execute(f"INSERT INTO every VALUES ({', '.join(literal for _, literal, _ in TYPES.values())})".encode())
        writer.execute("CREATE TABLE item (id int PRIMARY KEY, name text, price numeric(8,2))")
        writer.execute("INSERT INTO item SELECT n, 'item ' || n, n / 4.0 FROM generate_series(5000, 1, -1) n")
        writer.execute("CREATE SCHEMA other; CREATE TABLE other.item (key text, \"odd \"\"name\" int); INSERT INTO other.item VALUES ('k', 1)")
        writer.execute("CREATE VIEW dear AS SELECT * FROM item WHERE price > 1000")
        writer.execute("ANALYZE")
        yield url, writer


def test_every_type(tmp_path: Path, world: tuple[str, Any]) -> None:
    (row,), facts = fetched(tmp_path, world[0], table="every")
    assert row == {name: value for name, (*_, value) in TYPES.items()}
    assert [one["name"] for one in facts["columns"]] == list(TYPES)
    assert {one["name"]: one["type"] for one in facts["columns"]}["tz"] == "timestamp with time zone"
    odd = "Numbers that JSON has none for (NaN, infinity) are null: 2."
    assert facts["notes"] == ["The column 'b' holds bytes, which are written as base64.", odd]


def test_a_table_comes_in_the_order_of_its_key_with_its_facts(tmp_path: Path, world: tuple[str, Any]) -> None:
    rows, facts = fetched(tmp_path, world[0], table="item")
    assert [row["id"] for row in rows] == list(range(1, 5001))
    assert rows[2] == {"id": 3, "name": "item 3", "price": "0.75"}
    assert (facts["kind"], facts["host"], facts["table"], facts["key"], facts["read_only"]) == ("postgresql", "127.0.0.1", "item", ["id"], "server")
    assert facts["fetched_at"].endswith("+00:00")


def test_columns_condition_limit_and_key(tmp_path: Path, world: tuple[str, Any]) -> None:
    rows, facts = fetched(tmp_path, world[0], table="item", columns=["name", "price"], where="id % 2 = 0 AND name LIKE '%0'", limit=2, key=["price"])
    assert rows == [{"name": "item 10", "price": "2.50"}, {"name": "item 20", "price": "5.00"}]
    assert facts["key"] == ["price"]


def test_a_query_and_its_limit(tmp_path: Path, world: tuple[str, Any]) -> None:
    query = "WITH far AS (SELECT id FROM item WHERE id > 4990) SELECT count(*) AS n, '100%s' AS said FROM far; -- done"
    rows, facts = fetched(tmp_path, world[0], query=query)
    assert rows == [{"n": 10, "said": "100%s"}]
    assert facts["query"] == query
    assert facts["columns"] == [{"name": "n", "type": "bigint"}, {"name": "said", "type": "text"}]
    assert len(fetched(tmp_path, world[0], query="SELECT * FROM item", limit=7)[0]) == 7


@pytest.mark.parametrize("batch", [1, 7, 100_000])
def test_no_row_is_lost_between_batches(tmp_path: Path, world: tuple[str, Any], batch: int) -> None:
    rows, _ = fetched(tmp_path, world[0], table="item", where="id <= 333", batch=batch)
    assert [row["id"] for row in rows] == list(range(1, 334))


def test_the_schema(tmp_path: Path, world: tuple[str, Any]) -> None:
    tables = {one.known_as: one for one in schema(reach(tmp_path), world[0])}
    assert set(tables) == {"every", "item", "dear", "other.item"}
    item = tables["item"]
    assert (item.kind, item.rows, item.key, tables["dear"].kind, tables["dear"].rows) == ("table", 5000, ("id",), "view", None)
    assert [(one.name, one.type, one.nullable, one.key) for one in item.columns] == [
        ("id", "integer", False, True), ("name", "text", True, False), ("price", "numeric(8,2)", True, False),
    ]  # fmt: skip


def test_names_are_quoted_and_looked_up(tmp_path: Path, world: tuple[str, Any]) -> None:
    assert fetched(tmp_path, world[0], table="other.item")[0] == [{"key": "k", 'odd "name': 1}]
    assert fetched(tmp_path, world[0], table="other.item", columns=['odd "name'])[0] == [{'odd "name': 1}]
    for wrong in ("itme", "item; DROP TABLE item", 'item" --'):
        with pytest.raises(NotFound, match="no table"):
            fetched(tmp_path, world[0], table=wrong)
    with pytest.raises(NotFound, match=r"no column 'nam'.*Did you mean 'name'"):
        fetched(tmp_path, world[0], table="item", columns=["nam"])


def test_two_columns_of_one_name(tmp_path: Path, world: tuple[str, Any]) -> None:
    with pytest.raises(Invalid, match="Two columns of the result are called 'id'"):
        fetched(tmp_path, world[0], query="SELECT a.id, b.id FROM item a JOIN item b USING (id)")


WRITING = ("INSERT INTO item VALUES (0, '', 0)", "UPDATE item SET price = 0", "DELETE FROM item", "CREATE TABLE made (n int)", "DROP TABLE item",
           "TRUNCATE item", "SELECT nextval('counter')", "COPY item TO PROGRAM 'true'",
           "WITH gone AS (DELETE FROM item RETURNING id) SELECT * FROM gone")  # fmt: skip


@pytest.mark.parametrize("statement", WRITING)
def test_the_session_itself_refuses_to_write(world: tuple[str, Any], statement: str) -> None:
    """With a cursor of the driver, past all that looks at statements."""
    world[1].execute("CREATE SEQUENCE IF NOT EXISTS counter")
    with module.opened(HERE, parsed(world[0]), 10) as session, session.connection.cursor() as cursor:
        if statement.startswith("COPY"):
            cursor.execute("SET ROLE pg_monitor")
        with pytest.raises((psycopg.errors.ReadOnlySqlTransaction, psycopg.errors.InsufficientPrivilege)):
            cursor.execute(statement)
    assert world[1].execute("SELECT count(*) FROM item WHERE price > 0").fetchone() == (5000,)


def test_a_session_stays_read_only_whatever_is_said(world: tuple[str, Any]) -> None:
    with module.opened(HERE, parsed(world[0]), 10) as session:
        cursor = session.connection.cursor()
        with pytest.raises(psycopg.errors.ActiveSqlTransaction):
            cursor.execute("SET transaction_read_only = off")
        session.connection.rollback()
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            cursor.execute("DELETE FROM item")


@pytest.mark.parametrize(
    "query",
    ["DELETE FROM item", "SELECT 1; DROP TABLE item", "WITH gone AS (DELETE FROM item RETURNING id) SELECT * FROM gone",
     "SELECT * INTO made FROM item",
     "SELECT pg_read_file('/etc/passwd')", "SELECT \"pg_read_file\"('/etc/passwd')", "SELECT pg_catalog.pg_ls_dir('/')",
     "SELECT pg_sleep(1000000000)",
     "SELECT lo_import('/etc/passwd')", "SELECT * FROM dblink('host=x', 'SELECT 1') AS t(n int)",
     "SELECT set_config('transaction_read_only', 'off', true)",
     "SELECT query_to_xml('SELECT pg_read_file(''/etc/passwd'')', true, true, '')", "COPY item TO PROGRAM 'id'", "SET transaction_read_only = off",
     "SELECT * FROM item FOR UPDATE", "DO $$ BEGIN END $$", "CALL p()", "EXPLAIN ANALYZE SELECT 1", "SELECT U&\"\\0070g_sleep\"(1)", "", ";",
     "SELECT (",
     "SELECT pg_terminate_backend(1)", "SELECT PG_READ_BINARY_FILE /* */ ('/x')", "SELECT $a$ $a$ || pg_sleep(1)", "LOCK TABLE item", "VACUUM"],
)  # fmt: skip
def test_what_is_no_reading_select_is_never_sent(tmp_path: Path, world: tuple[str, Any], query: str) -> None:
    with pytest.raises(Invalid):
        fetched(tmp_path, world[0], query=query)
    assert world[1].execute("SELECT count(*) FROM item").fetchone() == (5000,)


@pytest.mark.parametrize(
    "where", ["id = 1; DELETE FROM item", "1 = 1) UNION SELECT (1", "DELETE FROM item", "pg_sleep(10) IS NULL", "id AS x", "SELECT 1"],
)  # fmt: skip
def test_a_condition_is_one(tmp_path: Path, world: tuple[str, Any], where: str) -> None:
    with pytest.raises(Invalid):
        fetched(tmp_path, world[0], table="item", where=where)


def test_errors_in_the_users_words(tmp_path: Path, world: tuple[str, Any]) -> None:
    server = world[0].rpartition("/")[0]
    with pytest.raises(NotFound, match="no database 'nowhere'"):
        fetched(tmp_path, f"{server}/nowhere", query="SELECT 1")
    with pytest.raises(Invalid, match='column "nme" does not exist'):
        fetched(tmp_path, world[0], query="SELECT nme FROM item")
    with pytest.raises(Unavailable, match=r"was not done within 0\.2 s"):
        fetched(tmp_path, world[0], query="SELECT count(*) FROM generate_series(1, 1000000000)", timeout_s=0.2)
    with pytest.raises(Invalid, match=r"more than max_bytes \("):
        fetched(tmp_path, world[0], table="item", max_bytes=1000)
    assert not list(tmp_path.glob("*.jsonl")), "of what was broken off nothing stays"
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        with pytest.raises(Unavailable, match="cannot be reached"):
            fetched(tmp_path, f"postgresql://u:p@127.0.0.1:{nobody.getsockname()[1]}/d", query="SELECT 1")


def test_a_result_of_terabytes_costs_no_more_than_it_may(tmp_path: Path, world: tuple[str, Any]) -> None:
    with pytest.raises(Invalid, match=r"more than max_bytes \("):
        fetched(tmp_path, world[0], query="SELECT repeat('x', 1000000) AS x FROM item a, item b", max_bytes=40_000_000)
    assert not list(tmp_path.glob("*.jsonl"))


def test_a_server_that_goes_away_amid_the_rows(tmp_path: Path, world: tuple[str, Any]) -> None:
    """Nothing stays of what came before."""
    told: list[str] = []

    def end(note: str) -> None:
        told.append(note)
        world[1].execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")

    with pytest.raises(Unavailable, match="cannot be reached"):
        list(fetch(reach(tmp_path, note=end), tmp_path, url=world[0], query="SELECT n FROM generate_series(1, 10000000) n"))
    assert told and told[0].endswith(": 100,000 rows")
    assert not list(tmp_path.glob("*.jsonl"))


def test_a_wrong_password_is_told_without_it(tmp_path: Path, world: tuple[str, Any]) -> None:
    """The server asks for passwords of one role, as pg_hba.conf may say; here a role that may not sign in at all."""
    role = f"rowsmith_{uuid4().hex[:8]}"
    world[1].execute(f"CREATE ROLE {role} NOLOGIN")
    try:
        with pytest.raises(Unavailable, match="does not let the user") as told:
            fetched(tmp_path, world[0].replace("postgres@", f"{role}:hush-hush@"), query="SELECT 1")
    finally:
        world[1].execute(f"DROP ROLE {role}")
    assert "hush" not in str(told.value)


def test_a_password_that_is_wrong(tmp_path: Path) -> None:
    refusal = b'SFATAL\0VFATAL\0C28P01\0Mpassword authentication failed for user "u"\0\0'
    refused = pytest.raises(Unavailable, match="does not let the user 'u' in with this password")
    with Listening(b"E" + (len(refusal) + 4).to_bytes(4, "big") + refusal) as server, refused as told:
        fetched(tmp_path, f"postgresql://u:hush%40hush@127.0.0.1:{server.port}/d", query="SELECT 1")
    assert "hush" not in str(told.value)


def test_the_right_to_read_is_asked_for(tmp_path: Path, world: tuple[str, Any]) -> None:
    role = f"rowsmith_{uuid4().hex[:8]}"
    world[1].execute(f"CREATE ROLE {role} LOGIN")
    try:
        with pytest.raises(Invalid, match="permission denied for table item"):
            fetched(tmp_path, world[0].replace("postgres@", f"{role}@"), table="item")
    finally:
        world[1].execute(f"DROP ROLE {role}")


ASKS_FOR_THE_PASSWORD = b"R\x00\x00\x00\x08\x00\x00\x00\x03"


def test_no_password_of_the_environment_goes_to_a_server_of_a_url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    passwords = tmp_path / "pgpass"
    passwords.write_text("*:*:*:*:from-the-file\n")
    passwords.chmod(0o600)
    monkeypatch.setenv("PGPASSWORD", "from-the-environment")
    monkeypatch.setenv("PGPASSFILE", str(passwords))
    monkeypatch.setenv("PGOPTIONS", "-c from_the_options=1")
    with Listening(ASKS_FOR_THE_PASSWORD) as server, pytest.raises(Unavailable, match="does not let the user 'u' in without a password"):
        fetched(tmp_path, f"postgresql://u@127.0.0.1:{server.port}/d", query="SELECT 1")
    assert server.heard
    assert b"from" not in b"".join(server.heard)


def test_a_server_that_falls_silent_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It lets somebody in and then says no more."""
    monkeypatch.setattr(module, "_GRACE_S", 0.2)
    ready = b"R\x00\x00\x00\x08\x00\x00\x00\x00" + b"K\x00\x00\x00\x0c\x00\x00\x00\x01\x00\x00\x00\x02" + b"Z\x00\x00\x00\x05I"

    class Silent(Listening):
        def _serve(self) -> None:
            one, _ = self.socket.accept()
            with one:
                while said := one.recv(4096):
                    self.heard.append(said)
                    if len(self.heard) == 1:
                        one.sendall(ready)

    with Silent() as server, pytest.raises(Unavailable, match="cannot be reached"):
        fetched(tmp_path, f"postgresql://u@127.0.0.1:{server.port}/d?sslmode=disable", query="SELECT 1", timeout_s=0.2)


def test_a_secret_is_asked_for_by_the_address(tmp_path: Path, world: tuple[str, Any]) -> None:
    asked: list[tuple[str, str]] = []
    lent = reach(tmp_path, secret=lambda name, address: asked.append((name, address)))
    (one,) = fetch(lent, tmp_path, url=world[0], query="SELECT 1 AS n")
    assert asked == [("DATABASE_PASSWORD", parsed(world[0]).origin)]
    assert json.loads(one.path.read_text()) == {"n": 1}  # type: ignore[union-attr]


def test_what_is_kept_for_the_address_is_sent_there_and_shown_nowhere(tmp_path: Path) -> None:
    with Listening(ASKS_FOR_THE_PASSWORD, most=2) as server:
        lent = reach(tmp_path, server.port, secret=lambda name, address: SecretStr("hush-hush") if str(server.port) in address else None)
        with pytest.raises(Unavailable) as told:
            list(fetch(lent, tmp_path, url=f"postgresql://u@127.0.0.1:{server.port}/d?sslmode=disable", query="SELECT 1"))
    assert b"hush-hush" in b"".join(server.heard)
    assert "hush" not in str(told.value)


def test_a_name_that_leads_elsewhere_the_second_time(world: tuple[str, Any]) -> None:
    """The driver is given the address that was looked at, and resolves nothing."""
    address = parsed(world[0].replace("127.0.0.1", "localhost"))
    leads = iter([["127.0.0.1"], ["169.254.169.254"]])
    assert reached(Allowed(("127.0.0.1",)), address, "localhost", 5432, lambda host, port: next(leads)) == ["127.0.0.1"]
    with pytest.raises(AddressRefused):
        reached(Allowed(("127.0.0.1",)), address, "localhost", 5432, lambda host, port: next(leads))


def test_the_driver_connects_to_the_address_and_keeps_the_name(world: tuple[str, Any]) -> None:
    with module.opened(Allowed(("localhost",)), parsed(world[0].replace("127.0.0.1", "localhost")), 10) as session:
        assert (session.connection.info.host, session.connection.info.hostaddr) == ("localhost", "127.0.0.1")


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(TEXTS, st.none() | st.integers(-(2**63), 2**63 - 1), st.none() | st.floats(), st.binary(), JSON), max_size=30))
def test_whatever_is_put_in_comes_out(tmp_path: Path, world: tuple[str, Any], rows: list[tuple[Any, ...]]) -> None:
    world[1].execute("DROP TABLE IF EXISTS law; CREATE TABLE law (n serial PRIMARY KEY, t text, i bigint, f float8, b bytea, j jsonb)")
    for t, i, f, b, j in rows:
        world[1].execute("INSERT INTO law (t, i, f, b, j) VALUES (%s, %s, %s, %s, %s)", (t, i, f, b, json.dumps(j)))
    found, _ = fetched(tmp_path, world[0], table="law", batch=7)
    finite = [None if f is None or not math.isfinite(f) else f for _, _, f, _, _ in rows]
    assert [(row["t"], row["i"], row["f"], b64decode(row["b"]), row["j"]) for row in found] == [
        (t, i, f, b, j) for (t, i, _, b, j), f in zip(rows, finite, strict=True)
    ]  # fmt: skip
    world[1].execute("DROP TABLE law")


def test_batches_shrink_where_rows_are_wide() -> None:
    pace = Pace(2000)
    pace.learn(50, 50 * 100)
    assert pace.rows == 200
    pace.learn(200, 200 << 20)
    assert pace.rows == 4
    pace.learn(4, 4 << 30)
    assert pace.rows == 1
