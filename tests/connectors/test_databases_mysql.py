"""MySQL and MariaDB, a real server, and a rogue one that asks for files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit
from uuid import uuid4

import pymysql
import pytest
from databases_world import fetched, mysql, reach
from pydantic import SecretStr
from rogue_mysql import Rogue

from rowsmith.connectors.databases import fetch, parsed, schema
from rowsmith.connectors.databases import mysql as module
from rowsmith.connectors.databases.reaching import SECRET
from rowsmith.core.addresses import Allowed
from rowsmith.core.errors import Invalid, NotFound, RowsmithError, Unavailable
from rowsmith.core.fetching import Fetched

HERE = Allowed(("127.0.0.1",))
TYPES = {
    "u": ("bigint unsigned", "18446744073709551615", 18446744073709551615),
    "n": ("decimal(30,10)", "12345678901234567890.5", "12345678901234567890.5000000000"),
    "d": ("date", "'2020-02-29'", "2020-02-29"),
    "never": ("date", "'0000-00-00'", "0000-00-00"),
    "ts": ("datetime(3)", "'2020-01-02 03:04:05.678'", "2020-01-02T03:04:05.678"),
    "tz": ("timestamp", "'2020-01-02 03:04:05'", "2020-01-02T03:04:05+00:00"),
    "t": ("time", "'-838:59:59'", "-838:59:59"),
    "y": ("year", "2020", 2020),
    "b": ("blob", "x'dead'", "3q0="),
    "v": ("varbinary(4)", "x'00'", "AA=="),
    "f": ("double", "0.1", 0.1),
    "e": ("enum('a','b')", "'a'", "a"),
    "s": ("set('a','b')", "'a,b'", "a,b"),
    "x": ("text character set utf8mb4", "'häé 😀'", "häé 😀"),
    "latin": ("varchar(9) character set latin1", "'ä'", "ä"),
    "bi": ("bit(3)", "b'101'", 5),
    "bo": ("boolean", "true", 1),
    "no": ("text", "NULL", None),
}


@pytest.fixture(scope="module")
def world() -> Iterator[tuple[str, Any]]:
    with mysql() as (url, writer):
        writer.execute("SET NAMES utf8mb4")
        writer.execute("SET SESSION sql_mode = '', time_zone = '+00:00'")
        writer.execute(f"CREATE TABLE every ({', '.join(f'{name} {kind}' for name, (kind, *_) in TYPES.items())})")
        writer.execute(f"INSERT INTO every VALUES ({', '.join(literal for _, literal, _ in TYPES.values())})")
        writer.execute("CREATE TABLE item (id int PRIMARY KEY, name varchar(40), price decimal(8,2))")
        writer.executemany("INSERT INTO item VALUES (%s, %s, %s)", [(n, f"item {n}", n / 4) for n in range(3000, 0, -1)])
        writer.execute("CREATE VIEW dear AS SELECT * FROM item WHERE price > 700")
        writer.execute("ANALYZE TABLE item")
        writer.fetchall()
        yield url, writer


def test_every_type(tmp_path: Path, world: tuple[str, Any]) -> None:
    (row,), facts = fetched(tmp_path, world[0], table="every")
    assert row == {name: value for name, (*_, value) in TYPES.items()}
    assert facts["notes"] == [f"The column {name!r} holds bytes, which are written as base64." for name in ("b", "v")]
    assert {one["name"]: one["type"] for one in facts["columns"]}["n"] == "decimal(30,10)"


def test_a_table_and_a_query(tmp_path: Path, world: tuple[str, Any]) -> None:
    rows, facts = fetched(tmp_path, world[0], table="item")
    assert [row["id"] for row in rows] == list(range(1, 3001))
    assert (facts["kind"], facts["key"], facts["read_only"]) == ("mysql", ["id"], "server")
    asked = {"columns": ["name"], "where": "price > 1 AND name LIKE '%9'", "limit": 2}
    assert fetched(tmp_path, world[0], table="item", **asked)[0] == [{"name": "item 9"}, {"name": "item 19"}]
    rows, facts = fetched(tmp_path, world[0], query="SELECT count(*) AS n, '100%s' AS said FROM dear;")
    assert rows == [{"n": 200, "said": "100%s"}]
    assert [one["type"] for one in facts["columns"]] == ["bigint", "varchar"]


def test_a_result_that_is_not_read_to_its_end_is_left(tmp_path: Path, world: tuple[str, Any]) -> None:
    """The driver reads all that is left when a cursor is closed: of this one that would take hours."""
    query = "SELECT a.id FROM item a, item b, item c"
    assert len(fetched(tmp_path, world[0], query=query, limit=3)[0]) == 3
    with pytest.raises(Invalid, match="Two columns"):
        fetched(tmp_path, world[0], query="SELECT a.id, b.id FROM item a, item b, item c")


def test_a_result_of_terabytes_costs_no_more_than_it_may(tmp_path: Path, world: tuple[str, Any]) -> None:
    with pytest.raises(Invalid, match=r"more than max_bytes \("):
        fetched(tmp_path, world[0], query="SELECT repeat('x', 1000000) AS x FROM item a, item b", max_bytes=40_000_000)
    assert not list(tmp_path.glob("*.jsonl"))


def test_a_server_that_goes_away_amid_the_rows(tmp_path: Path, world: tuple[str, Any]) -> None:
    def end(note: str) -> None:
        world[1].execute("SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()")
        for (number,) in world[1].fetchall():
            world[1].execute(f"KILL {number}")

    with pytest.raises(Unavailable, match="cannot be reached"):
        list(fetch(reach(tmp_path, note=end), tmp_path, url=world[0], query="SELECT a.id FROM item a, item b"))
    assert not list(tmp_path.glob("*.jsonl"))


def test_the_schema(tmp_path: Path, world: tuple[str, Any]) -> None:
    tables = {one.known_as: one for one in schema(reach(tmp_path), world[0])}
    assert set(tables) == {"every", "item", "dear"}
    assert (tables["item"].key, tables["item"].kind, tables["dear"].kind) == (("id",), "table", "view")
    assert 2000 < (tables["item"].rows or 0) < 4000
    assert [(one.name, one.type) for one in tables["item"].columns][2] == ("price", "decimal(8,2)")
    name = world[0].rpartition("/")[2]
    every = [one.known_as for one in schema(reach(tmp_path), world[0].rpartition("/")[0])]
    assert f"{name}.item" in every
    assert fetched(tmp_path, world[0].rpartition("/")[0], table=f"{name}.item", limit=1)[0][0]["id"] == 1


@pytest.mark.parametrize(
    "statement", ["INSERT INTO item VALUES (0, '', 0)", "UPDATE item SET price = 0", "DELETE FROM item", "CREATE TABLE made (n int)",
    "DROP TABLE item",
                  "TRUNCATE TABLE item", "ALTER TABLE item ADD n int"],
)  # fmt: skip
def test_the_session_itself_refuses_to_write(world: tuple[str, Any], statement: str) -> None:
    """With a cursor of the driver, past all that looks at statements."""
    with module.opened(HERE, parsed(world[0]), 10) as session, session.connection.cursor() as cursor:
        with pytest.raises(pymysql.Error, match="READ ONLY"):
            cursor.execute(statement)
        cursor.execute("ROLLBACK")
        with pytest.raises(pymysql.Error, match="READ ONLY"):
            cursor.execute(statement)
    world[1].execute("SELECT count(*) FROM item WHERE price > 0")
    assert world[1].fetchone() == (3000,)


@pytest.mark.parametrize(
    "query",
    ["DELETE FROM item", "SELECT 1; DROP TABLE item", "SELECT 1 INTO OUTFILE '/tmp/rowsmith-made'", "SELECT 1 INTO DUMPFILE '/tmp/rowsmith-made'",
     "SELECT 1 /*! INTO OUTFILE '/tmp/rowsmith-made' */", "SELECT 1 /*M! INTO OUTFILE '/tmp/rowsmith-made' */", "SELECT load_file('/etc/passwd')",
     "SELECT LOAD_FILE ('/etc/passwd')", "SELECT `sleep`(1000)", "SELECT benchmark(1000000000, sha1('x'))", "SELECT get_lock('x', 100)",
     "SELECT * FROM item FOR UPDATE", "SELECT * FROM item LOCK IN SHARE MODE", "SET SESSION TRANSACTION READ WRITE", "CALL p()", "SELECT @x := 1",
     "LOAD DATA LOCAL INFILE '/etc/passwd' INTO TABLE item", "SELECT 1 INTO @x", "HANDLER item OPEN", "SHOW TABLES", "DO sleep(10)"],
)  # fmt: skip
def test_what_is_no_reading_select_is_never_sent(tmp_path: Path, world: tuple[str, Any], query: str) -> None:
    with pytest.raises(Invalid):
        fetched(tmp_path, world[0], query=query)
    assert not Path("/tmp/rowsmith-made").exists()


def test_errors_in_the_users_words(tmp_path: Path, world: tuple[str, Any]) -> None:
    server, _, name = world[0].rpartition("/")
    with pytest.raises(NotFound, match="no database 'nowhere'"):
        fetched(tmp_path, f"{server}/nowhere", table="item")
    with pytest.raises(NotFound, match=r"no table 'itme'.*Did you mean 'item'"):
        fetched(tmp_path, world[0], table="itme")
    with pytest.raises(Invalid, match="Unknown column 'nme'"):
        fetched(tmp_path, world[0], query="SELECT nme FROM item")
    with pytest.raises(Unavailable, match=r"was not done within 0\.3 s"):
        fetched(tmp_path, world[0], query="SELECT count(*) FROM item a, item b, item c WHERE a.price * b.price = c.price", timeout_s=0.3)
    with pytest.raises(Unavailable, match="does not let the user 'nobody' in with this password") as told:
        fetched(tmp_path, f"mysql://nobody:hush-hush@{server.rpartition('@')[2]}/{name}", table="item")
    assert "hush" not in str(told.value)


def test_a_user_with_a_password_who_may_read_alone(tmp_path: Path, world: tuple[str, Any]) -> None:
    """In the URL, or kept as a secret for the address."""
    name, user = world[0].rpartition("/")[2], f"reader_{uuid4().hex[:8]}"
    world[1].execute(f"CREATE USER {user}@'127.0.0.1' IDENTIFIED BY 'p@ss/wörd'")
    try:
        world[1].execute(f"GRANT SELECT ON {name}.item TO {user}@'127.0.0.1'")
        host = world[0].rpartition("@")[2]
        assert fetched(tmp_path, f"mysql://{user}:{quote('p@ss/wörd', safe='')}@{host}", table="item", limit=1)[0][0]["id"] == 1
        lent = reach(tmp_path, urlsplit(world[0]).port or 3306, secret=lambda kept, address: SecretStr("p@ss/wörd") if kept == SECRET else None)
        (one,) = fetch(lent, tmp_path, url=f"mysql://{user}@{host}", table="item", limit=1)
        assert isinstance(one, Fetched)
        assert "wörd" not in json.dumps(one.facts, ensure_ascii=False)
        with pytest.raises(Invalid, match="SELECT command denied"):
            fetched(tmp_path, f"mysql://{user}:{quote('p@ss/wörd', safe='')}@{host}", query="SELECT * FROM every")
    finally:
        world[1].execute(f"DROP USER {user}@'127.0.0.1'")


LEFT = b"\x01\x00\x00\x00\x01"
"""What a client says that goes."""


@pytest.mark.parametrize("when", [2, 3])
def test_a_rogue_server_that_asks_for_a_file_gets_none(tmp_path: Path, when: int) -> None:
    """Instead of an answer to the first or the second question."""
    secret = tmp_path / "secret"
    secret.write_text("what nobody may have")
    with Rogue("file", str(secret), when) as rogue, pytest.raises(Invalid, match="asked for a file of this machine, and got none"):
        fetched(tmp_path, f"mysql://u:p@127.0.0.1:{rogue.port}/d", query="SELECT 1")
    assert rogue.got in ([LEFT], [b""]), "the client went, and sent nothing"


def test_nor_one_that_asks_before_any_question(tmp_path: Path) -> None:
    """The driver takes the question for an answer there, and goes on; no file is sent."""
    secret = tmp_path / "secret"
    secret.write_text("what nobody may have")
    with Rogue("file", str(secret), 1) as rogue, pytest.raises(RowsmithError):
        fetched(tmp_path, f"mysql://u:p@127.0.0.1:{rogue.port}/d", query="SELECT 1")
    assert len(rogue.got) == 1 and rogue.got[0][4:].startswith(b"\x03SHOW SESSION VARIABLES")


def test_the_driver_says_that_it_gives_no_files(tmp_path: Path) -> None:
    with Rogue("file") as rogue, pytest.raises(RowsmithError):
        fetched(tmp_path, f"mysql://u:p@127.0.0.1:{rogue.port}/d", query="SELECT 1")
    assert int.from_bytes(rogue.heard[0][:4], "little") & 128 == 0


def test_a_server_that_asks_for_the_password_in_clear_gets_none(tmp_path: Path) -> None:
    with Rogue("password") as rogue, pytest.raises(Unavailable, match="asks for the password in clear text") as told:
        fetched(tmp_path, f"mysql://u:hush-hush@127.0.0.1:{rogue.port}/d", query="SELECT 1")
    assert rogue.got in ([LEFT], [b""])
    assert b"hush" not in b"".join(rogue.heard) and "hush" not in str(told.value)


def test_a_server_that_falls_silent_or_speaks_nonsense(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CONNECT_S", 0.5)
    with Rogue("silence") as rogue, pytest.raises(Unavailable):
        fetched(tmp_path, f"mysql://u:p@127.0.0.1:{rogue.port}/d", query="SELECT 1")
    with Rogue("garbage") as rogue, pytest.raises(RowsmithError):
        fetched(tmp_path, f"mysql://u:p@127.0.0.1:{rogue.port}/d", query="SELECT 1")


def test_the_driver_is_given_a_connection_to_the_address(world: tuple[str, Any]) -> None:
    with module.opened(Allowed(("localhost",)), parsed(world[0].replace("127.0.0.1", "localhost")), 10) as session:
        assert session.connection.host == "localhost"
        assert session.connection._sock.getpeername()[0] == "127.0.0.1"
