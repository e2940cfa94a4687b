"""URLs of databases: what they say, what may not be said, and where nobody connects. Statements that only read, and values as JSON."""

from __future__ import annotations

import json
import math
import socket
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest
from databases_world import fetched
from hypothesis import given
from hypothesis import strategies as st
from known import BAD, CLOUD, GOOD, NUMBERS

from rowsmith.connectors.databases import fetch, parsed
from rowsmith.connectors.databases.reaching import reached
from rowsmith.connectors.databases.statement import of_table, reading
from rowsmith.connectors.databases.tables import Column, Table, found
from rowsmith.connectors.databases.values import Values, duration, json_column, moment
from rowsmith.core.addresses import PUBLIC, AddressRefused, Allowed
from rowsmith.core.errors import Invalid, NotFound, Unavailable
from rowsmith.core.fetching import Reach

KINDS = ("postgresql", "mysql", "mongodb", "mssql+pyodbc")


@pytest.mark.parametrize(
    ("url", "kind", "hosts", "database"),
    [("postgresql://u:p@db.example:5433/shop", "postgresql", (("db.example", 5433),), "shop"), ("postgres://db.example",
     "postgresql", (("db.example", 5432),), ""),
     ("postgresql+asyncpg://db.example/shop", "postgresql", (("db.example", 5432),), "shop"), ("MariaDB://db.example/shop",
     "mysql", (("db.example", 3306),), "shop"),
     ("mongodb://a.example,b.example:1/shop?replicaSet=x", "mongodb", (("a.example", 27017), ("b.example", 1)), "shop"),
     ("postgresql://[2606:4700::1111]/shop", "postgresql", (("2606:4700::1111", 5432),), "shop"), ("sqlite:///some/file.db",
     "sqlite", (), "some/file.db"),
     ("duckdb:////abs/file.duckdb", "duckdb", (), "/abs/file.duckdb"),
     ("mssql+pyodbc://db.example/shop?driver=ODBC Driver 18 for SQL Server".replace(" ", "+"), "mssql",
     (("db.example", 1433),), "shop"), ("postgresql://bücher.example/sh%20op", "postgresql", (("xn--bcher-kva.example", 5432),), "sh op")],
)  # fmt: skip
def test_what_a_url_says(url: str, kind: str, hosts: tuple[tuple[str, int], ...], database: str) -> None:
    address = parsed(url)
    assert (address.kind, address.hosts, address.database) == (kind, hosts, database)


@pytest.mark.parametrize(
    "url",
    ["", "db.example/shop", "postgresql:db.example", "postgresql://", "postgresql:///shop", "postgresql://%2Fvar%2Frun%2Fpostgresql/shop",
     "postgresql:///shop?host=/tmp",
     "postgresql://db.example/shop?host=169.254.169.254", "postgresql://db.example/shop?hostaddr=10.0.0.1",
     "postgresql://db.example/shop?passfile=/etc/passwd",
     "postgresql://db.example/shop?service=x", "postgresql://db.example/shop?sslkey=/etc/x", "postgresql://db.example/shop?sslrootcert=/etc/x",
     "postgresql://db.example/shop?options=-c%20default_transaction_read_only%3Doff", "postgresql://a.example,b.example/shop",
     "mysql://db.example/shop?unix_socket=/tmp/mysql.sock", "mysql://db.example/shop?read_default_file=/etc/x",
     "mysql://db.example/shop?local_infile=1", "mysql://db.example/shop?charset=latin1",
     "mysql://db.example/shop?ssl_ca=/etc/x", "mssql+pyodbc://db.example/shop?odbc_connect=Server%3Dother",
     "mssql+pyodbc://db.example/shop?driver=/tmp/evil.so",
     "cockroachdb://db.example/shop?plugin=x", "mssql+pyodbc://db.example/shop;Server=10.0.0.1",
     "oracle://db.example/x)(ADDRESS=(HOST=10.0.0.1", "sqlite:///", "sqlite:///:memory:", "sqlite://host/file", "sqlite:///file?mode=rwc",
     "duckdb:///file?access_mode=READ_WRITE",
     "postgresql://u:p@ss@db.example/shop", "postgresql://db.example:0/shop", "postgresql://db.example:99999/shop",
     "postgresql://db.example:5432x/shop",
     "postgresql://db .example/shop", "postgresql://db.example\n/shop", "postgresql://fe80::1%25eth0/shop", "mongodb://a.example,,b.example/shop"],
)  # fmt: skip
def test_what_a_url_may_not_say(url: str) -> None:
    with pytest.raises(Invalid) as told:
        parsed(url)
    assert told.value.fix


def test_a_password_is_in_nothing_that_is_shown() -> None:
    address = parsed("postgresql://me:hush%2Fhush@db.example/shop")
    assert address.password is not None
    assert address.password.get_secret_value() == "hush/hush"
    assert "hush" not in f"{address!r} {address} {address.shown} {address.origin} {address.hidden('hush/hush and hush%2Fhush')}"


@pytest.mark.parametrize(
    "url",
    ["postgresql://me:hush@db.example:5433/sh%2Fop?sslmode=require", "mongodb://m%40e:hush@a.example,[2606:4700::1111]:1/shop", "sqlite:///some/file.db",
     "mssql+pyodbc://db.example/shop?driver=ODBC+Driver+18", "mysql://db.example"],
)  # fmt: skip
def test_what_is_stored_of_a_url_says_the_same_but_the_password(url: str) -> None:
    address = parsed(url)
    assert "hush" not in address.url
    assert parsed(address.url) == replace(address, password=None)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("host", [*sorted({*BAD, *CLOUD}), *NUMBERS])
def test_no_database_is_reached_where_nobody_may_go(tmp_path: Path, kind: str, host: str) -> None:
    place = f"[{host}]" if ":" in host else host
    with pytest.raises(AddressRefused):
        list(fetch(Reach(PUBLIC, tmp_path), tmp_path, url=f"{kind}://u:p@{place}/shop", table="item"))


@pytest.mark.parametrize("address", GOOD)
def test_public_addresses_are_reached_at_the_port_of_the_kind_alone(address: str) -> None:
    url = f"postgresql://[{address}]/shop" if ":" in address else f"postgresql://{address}/shop"
    there = parsed(url)
    assert reached(PUBLIC, there, address, 5432) == [address]
    with pytest.raises(AddressRefused, match="port 6432"):
        reached(PUBLIC, there, address, 6432)
    assert reached(Allowed((), (6432,)), there, address, 6432) == [address]


@pytest.mark.parametrize("answers", [["10.0.0.1"], ["8.8.8.8", "127.0.0.1"], ["169.254.169.254"], ["::ffff:10.0.0.1"], ["8.8.8.8", "fd00:ec2::254"]])
def test_every_address_of_a_name_has_to_be_allowed(answers: Sequence[str]) -> None:
    with pytest.raises(AddressRefused):
        reached(PUBLIC, parsed("postgresql://db.example/shop"), "db.example", 5432, lambda host, port: answers)


def test_a_name_that_leads_nowhere() -> None:
    def nobody(host: str, port: int) -> Sequence[str]:
        raise socket.gaierror("no")

    for resolve in (nobody, lambda host, port: []):
        with pytest.raises(Unavailable, match=r"There is no host db\.example"):
            reached(PUBLIC, parsed("postgresql://db.example/shop"), "db.example", 5432, resolve)


@pytest.mark.parametrize(
    "asked",
    [{}, {"table": "a", "query": "SELECT 1"}, {"query": "SELECT 1", "columns": ["a"]}, {"query": "SELECT 1", "where": "a = 1"},
     {"table": "a", "limit": -1}, {"table": "a", "filter": {"a": 1}}, {"table": "a", "batch": 0},
     {"table": "a", "timeout_s": 0}, {"table": "a", "max_bytes": 0}],
)  # fmt: skip
def test_what_makes_no_sense_together(tmp_path: Path, asked: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        fetched(tmp_path, "postgresql://127.0.0.1/shop", **asked)


def test_a_database_that_nobody_knows(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="no database 'nosuchbase' that SQLAlchemy knows"):
        fetched(tmp_path, "nosuchbase://127.0.0.1:5432/shop", table="a")


def test_a_driver_that_is_not_installed(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="pip install"):
        fetched(tmp_path, "mssql+pymssql://127.0.0.1:5432/shop", table="a")


# -- statements -----------------------------------------------------------------------------------------------------------------------------

ITEM = Table("item", "public", "table", (Column("id", "int", False, True), Column("na\"me", "text")))


@pytest.mark.parametrize("dialect", ["postgres", "mysql", "sqlite", "duckdb", "tsql", "oracle", "snowflake", ""])
def test_a_table_becomes_a_statement_that_reads(dialect: str) -> None:
    sql = of_table(ITEM, [], "id > 3 AND id IN (SELECT 1)", ["id"], 5, dialect)
    assert reading(sql, dialect) == sql
    assert "ORDER BY" in sql


@pytest.mark.parametrize("end", ["", ";", " ; ;", "; -- done", " -- done", " /* done */ ;", "\n"])
def test_what_stands_behind_a_statement_is_left_away(end: str) -> None:
    assert reading(f"SELECT 'ä; --' AS \"x\"{end}", "postgres") == "SELECT 'ä; --' AS \"x\""


@pytest.mark.parametrize(
    ("dialect", "said", "sent"),
    [("mysql", "SELECT 1 /* , load_file('x') */ AS a", "SELECT 1 AS a"), ("postgres", "SELECT /* /* */ 1, */ 2", "SELECT 2"),
     ("mysql", "SELECT 1 # , load_file('x')\n, 2", "SELECT 1 , 2"), ("mysql", "SELECT {# load_file('x') #} 1", "SELECT 1"),
     ("postgres", "SELECT 'a'\n'b' -- c\n, '--', \"/*\"", "SELECT 'a'\n'b' , '--', \"/*\""),
     ("postgres", "SELECT $a$ -- $b$ $a$", "SELECT $a$ -- $b$ $a$")],
)  # fmt: skip
def test_what_is_no_word_is_not_sent(dialect: str, said: str, sent: str) -> None:
    assert reading(said, dialect) == sent


@pytest.mark.parametrize(
    ("dialect", "said"),
    [("mysql", "SELECT 1--1, load_file('x')"), ("mysql", "SELECT /* /* */ load_file('x') /* */ */ 1"), ("mysql", "SELECT $$, load_file('x'), $$"),
     ("mysql", "SELECT 'a\\\\', load_file('x') -- '"), ("postgres", "SELECT '\\', pg_sleep(1) --'"), ("postgres", "SELECT E'\\'', pg_sleep(1) --'"),
     ("", "SELECT '\\', sleep(1) --'"), ("mysql", "SELECT /*+ SET_VAR(max_execution_time = 0) */ 1"), ("sqlite", "SELECT [a], load_extension('x')"),
     ("clickhouse", "SELECT * FROM url('http://x')"), ("clickhouse", "SELECT * FROM file('x')"), ("tsql", "SELECT * FROM OPENROWSET('a', 'b', 'c')"),
     ("tsql", "EXEC xp_cmdshell 'x'"), ("oracle", "SELECT utl_http.request('http://x') FROM dual"), ("duckdb", "SELECT 'SELECT 1'.query()")],
)  # fmt: skip
def test_tricks_are_refused(dialect: str, said: str) -> None:
    with pytest.raises(Invalid):
        reading(said, dialect)


@given(st.text(max_size=60))
def test_whatever_is_said_is_a_statement_or_refused(text: str) -> None:
    for dialect in ("postgres", "mysql"):
        try:
            said = reading(text, dialect)
        except Invalid:
            continue
        assert reading(said, dialect) == said


@pytest.mark.parametrize("text", ["SELECT " + "(" * 5000 + "1" + ")" * 5000, "SELECT 1" + " UNION SELECT 1" * 5000, "SELECT '" + "x" * 200_000 + "'"])
def test_what_is_made_to_break_parsers(text: str) -> None:
    try:
        said = reading(text, "postgres")
    except Invalid as error:
        said = error.fix
    assert said


def test_tables_are_found_by_name() -> None:
    tables = [Table("item", "public", "table", ()), Table("item", "other", "table", (), None, False), Table("thing", "a", "table", (), None, False),
              Table("thing", "b", "table", (), None, False)]  # fmt: skip
    assert found(tables, "item").schema == "public"
    assert found(tables, "other.item").schema == "other"
    assert found(tables, "public.item").schema == "public"
    with pytest.raises(Invalid, match=r"Write one of: a\.thing, b\.thing"):
        found(tables, "thing")
    with pytest.raises(NotFound):
        found(tables, "nothing")


# -- values ---------------------------------------------------------------------------------------------------------------------------------

SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.binary(), st.decimals(), st.datetimes(), st.uuids(), st.timedeltas()
)
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3))


@given(st.lists(VALUES, max_size=6))
def test_every_row_is_a_line_of_json_that_says_it_again(row: list[Any]) -> None:
    values = Values([str(n) for n in range(len(row))])
    line = values.line(row)
    assert b"\n" not in line
    told = json.loads(line)
    assert list(told) == [str(n) for n in range(len(row))]
    for value, said in zip(row, told.values(), strict=True):
        if value is None or isinstance(value, bool | str):
            assert said == value
        elif isinstance(value, int):
            assert int(said) == value
            assert isinstance(said, int) == (-(2**63) <= value < 2**64)
        elif isinstance(value, float):
            assert said == value if math.isfinite(value) else said is None
        elif isinstance(value, Decimal):
            assert Decimal(said) == value if value.is_finite() else said is None


@pytest.mark.parametrize(
    ("value", "said"),
    [(Decimal("1E+3"), "1000"), (Decimal("0.00"), "0.00"), (date(2020, 1, 2), "2020-01-02"), (time(1, 2, 3), "01:02:03"),
     (UUID(int=1), str(UUID(int=1))),
     (datetime(2020, 1, 2, tzinfo=UTC), "2020-01-02T00:00:00+00:00"), (memoryview(b"a"), "YQ=="), ((1, {2}), [1, [2]]), (2**64, str(2**64)),
     (timedelta(days=1, seconds=2, microseconds=500_000), "P1DT2.5S"), (timedelta(seconds=-1), "-PT1S"), (1j, "1j"), ({1: 2.5}, {"1": 2.5})],
)  # fmt: skip
def test_what_values_become(value: Any, said: Any) -> None:
    assert orjson.loads(Values(["a"]).line([value])) == {"a": said}


def test_lone_surrogates_stay_what_they_are() -> None:
    assert json.loads(Values(["a"]).line(["x\ud800y"])) == {"a": "x\ud800y"}


@given(st.timedeltas(min_value=timedelta(days=-10**6), max_value=timedelta(days=10**6)))
def test_a_length_of_time_says_days_and_seconds(value: timedelta) -> None:
    said = duration(value)
    days, _, seconds = said.lstrip("-P").rpartition("T")
    length = timedelta(days=int(days.rstrip("D") or 0)) + timedelta(microseconds=round(Decimal(seconds.rstrip("S")) * 10**6))
    assert (-length if said.startswith("-") else length) == value


@pytest.mark.parametrize(
    ("text", "said"),
    [("2020-01-02 03:04:05", "2020-01-02T03:04:05"), ("2020-01-02 03:04:05.6+00", "2020-01-02T03:04:05.6+00:00"), ("infinity", "infinity"),
     ("0044-03-15 12:00:00 BC", "0044-03-15 12:00:00 BC"), ("12020-01-02 03:04:05", "12020-01-02 03:04:05")],
)  # fmt: skip
def test_moments(text: str, said: str) -> None:
    assert moment(text) == said


@pytest.mark.parametrize(
    ("text", "said"), [('{"a": 12345678901234567890123}', {"a": 12345678901234567890123}), ("1e400", math.inf), ('{"a":[1.5]}', {"a": [1.5]})],
)  # fmt: skip
def test_json_columns_lose_no_digit(text: str, said: Any) -> None:
    assert json_column(text) == json_column(text.encode()) == said
