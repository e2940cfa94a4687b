"""SQLite and DuckDB files, which may be anybody's: read in a child process, and never written."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from pathlib import Path
from typing import Any

import duckdb
import pytest
from databases_world import fetched, reach
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rowsmith.connectors.containers import read_records
from rowsmith.connectors.databases import duck, fetch, lite, schema
from rowsmith.core.errors import Invalid, NotFound, RowsmithError, Unavailable
from rowsmith.core.fetching import Fetched
from rowsmith.core.records import Record


def hashed(folder: Path) -> dict[str, str]:
    """Every file beside the databases, with its bytes."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder with a database of each kind."""
    folder = tmp_path / "files"
    folder.mkdir()
    with sqlite3.connect(folder / "shop.db") as db:
        db.execute("CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT, price REAL, at DATE)")
        db.executemany("INSERT INTO item VALUES (?, ?, ?, ?)", [(n, f"item {n}", n / 4, "2020-01-02") for n in range(1000, 0, -1)])
        db.execute("CREATE TABLE odd (a, \"b \"\"c\")")
        db.executemany("INSERT INTO odd VALUES (?, ?)", [(b"\x00\xff", 2**62), ("hä", 9e999), (None, 1.5)])
        db.execute("INSERT INTO odd VALUES (CAST(x'ff41' AS TEXT), -1)")
        db.execute("CREATE VIEW dear AS SELECT * FROM item WHERE price > 240")
        db.execute("CREATE VIRTUAL TABLE found USING fts5(body)")
        db.execute("INSERT INTO found VALUES ('hello world')")
    db.close()
    with duckdb.connect(str(folder / "shop.duckdb")) as one:
        one.execute("CREATE TABLE item (id INTEGER PRIMARY KEY, name VARCHAR, price DECIMAL(8,2))")
        one.execute("INSERT INTO item SELECT n, 'item ' || n, n / 4 FROM range(1000, 0, -1) AS t(n)")
        one.execute("CREATE VIEW dear AS SELECT * FROM item WHERE price > 240; CREATE SCHEMA other; CREATE TABLE other.item (a INT)")
        one.execute("CREATE VIEW stolen AS SELECT * FROM read_text('/etc/passwd')")
    return folder


def url(files: Path, kind: str) -> str:
    return f"{kind}:///{files}/shop.{'db' if kind == 'sqlite' else kind}"


both = pytest.mark.parametrize("kind", ["sqlite", "duckdb"])


@both
def test_a_table_a_view_and_a_query(tmp_path: Path, files: Path, kind: str) -> None:
    before = hashed(files)
    rows, facts = fetched(tmp_path, url(files, kind), table="item")
    assert [row["id"] for row in rows] == (list(range(1, 1001)) if kind == "sqlite" else list(range(1000, 0, -1)))
    name = "shop.db" if kind == "sqlite" else "shop.duckdb"
    assert (facts["kind"], facts["database"], facts["host"], facts["key"], facts["read_only"]) == (kind, name, "", ["id"], "file")
    assert {row["id"]: row["price"] for row in rows}[2] == (0.5 if kind == "sqlite" else "0.50")
    assert len(fetched(tmp_path, url(files, kind), table="dear")[0]) == 40
    asked: dict[str, Any] = {"columns": ["name"], "where": "price > 1 AND name LIKE '%9'", "limit": 2, "key": ["id"]}
    assert fetched(tmp_path, url(files, kind), table="item", **asked)[0] == [{"name": "item 9"}, {"name": "item 19"}]
    assert fetched(tmp_path, url(files, kind), query="SELECT count(*) AS n FROM item; -- all")[0] == [{"n": 1000}]
    assert len(fetched(tmp_path, url(files, kind), query="SELECT * FROM item", batch=3, limit=10)[0]) == 10
    assert hashed(files) == before, "not a byte has changed, and nothing lies beside"


@both
def test_what_is_fetched_is_read_like_any_other_file(tmp_path: Path, files: Path, kind: str) -> None:
    (one,) = fetch(reach(tmp_path), tmp_path, url=url(files, kind), table="item")
    assert isinstance(one, Fetched)
    records = list(read_records(one.path, one.name))
    assert [record.data for record in records if isinstance(record, Record)] == [json.loads(line) for line in one.path.read_text().splitlines()]
    assert len(records) == 1000
    assert one.name == f"shop.{'db' if kind == 'sqlite' else kind}/item.jsonl"


@both
def test_the_schema(tmp_path: Path, files: Path, kind: str) -> None:
    tables = {one.known_as: one for one in schema(reach(tmp_path), url(files, kind))}
    assert set(tables) >= {"item", "dear"}
    item = tables["item"]
    assert (item.kind, item.key, tables["dear"].kind) == ("table", ("id",), "view")
    assert [one.type for one in item.columns] == (["INTEGER", "TEXT", "REAL", "DATE"] if kind == "sqlite" else ["INTEGER", "VARCHAR", "DECIMAL(8,2)"])
    assert item.rows == (None if kind == "sqlite" else 1000)
    assert ("other.item" in tables) == (kind == "duckdb")


def test_every_value_of_sqlite(tmp_path: Path, files: Path) -> None:
    rows, facts = fetched(tmp_path, url(files, "sqlite"), table="odd")
    assert rows == [{"a": "AP8=", 'b "c': 2**62}, {"a": "hä", 'b "c': None}, {"a": None, 'b "c': 1.5}, {"a": "/0E=", 'b "c': -1}]
    odd = "Numbers that JSON has none for (NaN, infinity) are null: 1."
    assert facts["notes"] == ["The column 'a' holds bytes, which are written as base64.", odd]
    assert fetched(tmp_path, url(files, "sqlite"), table="found", where="found MATCH 'hello'")[0] == [{"body": "hello world"}]


TYPES = {
    "h": ("HUGEINT", "170141183460469231731687303715884105727", "170141183460469231731687303715884105727"),
    "n": ("DECIMAL(10,2)", "12.5", "12.50"),
    "d": ("DATE", "'2020-02-29'", "2020-02-29"),
    "ever": ("DATE", "'infinity'", "infinity"),
    "ts": ("TIMESTAMP", "'2020-01-01 10:00:00.5'", "2020-01-01T10:00:00.5"),
    "tz": ("TIMESTAMPTZ", "'2020-01-01 10:00:00+02'", "2020-01-01T08:00:00+00:00"),
    "t": ("TIME", "'10:20:30'", "10:20:30"),
    "i": ("INTERVAL", "'1 year 2 days'", "1 year 2 days"),
    "s": ("STRUCT(a INT, b VARCHAR)", "{'a': 1, 'b': 'x'}", {"a": 1, "b": "x"}),
    "l": ("INT[]", "[1, 2, NULL]", [1, 2, None]),
    "m": ("MAP(VARCHAR, INT)", "MAP {'k': 1}", {"k": 1}),
    "j": ("JSON", "'{\"a\": [1]}'", {"a": [1]}),
    "b": ("BLOB", r"'\xAA'::BLOB", "qg=="),
    "u": ("UUID", "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
    "f": ("DOUBLE", "'nan'", None),
    "e": ("ENUM('a', 'b')", "'a'", "a"),
    "no": ("VARCHAR", "NULL", None),
}


def test_every_type_of_duckdb(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "t.duckdb")) as one:
        one.execute(f"CREATE TABLE every ({', '.join(f'{name} {kind}' for name, (kind, *_) in TYPES.items())})")
        one.execute(f"INSERT INTO every VALUES ({', '.join(literal for _, literal, _ in TYPES.values())})")
    (row,), _ = fetched(tmp_path, f"duckdb:///{tmp_path}/t.duckdb", table="every")
    assert row == {name: value for name, (*_, value) in TYPES.items()}


def test_a_database_with_a_log_beside_it(tmp_path: Path) -> None:
    """What has been committed into the log alone is read, too."""
    db = sqlite3.connect(tmp_path / "wal.db", isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("CREATE TABLE t (a)")
    db.execute("INSERT INTO t VALUES (1)")
    assert (tmp_path / "wal.db-wal").stat().st_size
    assert fetched(tmp_path, f"sqlite:///{tmp_path}/wal.db", table="t")[0] == [{"a": 1}]
    db.close()


SQLITE = ("ATTACH '{}' AS other", "SELECT load_extension('x')", "PRAGMA query_only = OFF", "INSERT INTO item VALUES (0, '', 0, '')",
          "VACUUM INTO '{}'",
          "SELECT writefile('{}', 'x')", "SELECT 1; DROP TABLE item", "CREATE TABLE made (n)", "DETACH main",
          "SELECT fts3_tokenizer('simple')")  # fmt: skip
DUCKDB = ("COPY item TO '{}'", "SELECT * FROM read_csv('/etc/passwd')", "SELECT * FROM '/etc/passwd'", "ATTACH '{}' AS other", "INSTALL httpfs",
          "LOAD httpfs",
          "SET enable_external_access = true", "PRAGMA enable_profiling", "EXPORT DATABASE '{}'", "INSERT INTO item VALUES (0, '', 0)",
          "SELECT getenv('HOME')",
          "SELECT * FROM glob('/etc/*')", "SELECT 1; SELECT 2", "SELECT * FROM query('SELECT 1')", "SELECT * FROM stolen", "CALL pragma_version()",
          "FROM read_text('/etc/passwd')", "SELECT * FROM read_blob('/etc/passwd')", "CREATE TABLE made (n INT)")  # fmt: skip


@pytest.mark.parametrize(("kind", "query"), [*(("sqlite", one) for one in SQLITE), *(("duckdb", one) for one in DUCKDB)])
def test_what_is_no_reading_select_is_never_carried_out(tmp_path: Path, files: Path, kind: str, query: str) -> None:
    before = hashed(files)
    with pytest.raises(Invalid):
        fetched(tmp_path, url(files, kind), query=query.format(files / "made"))
    assert hashed(files) == before


@pytest.mark.parametrize(
    "statement", ["INSERT INTO item VALUES (0, '', 0, '')", "DELETE FROM item", "DROP TABLE item", "CREATE TABLE made (n)", "ATTACH ':memory:' AS m",
                  "PRAGMA query_only = OFF", "VACUUM", "SELECT load_extension('x')", "UPDATE sqlite_master SET name = 'x'"],
)  # fmt: skip
def test_the_session_of_sqlite_itself_refuses_to_write(files: Path, statement: str) -> None:
    """With the driver's own cursor, past all that looks at statements."""
    with lite.opened(files / "shop.db", 10, files) as session, pytest.raises(sqlite3.Error):
        session.connection.execute(statement).fetchall()


@pytest.mark.parametrize(
    "statement", ["INSERT INTO item VALUES (0, '', 0)", "DROP TABLE item", "SET enable_external_access = true", "SET lock_configuration = false",
                  "COPY item TO '/tmp/rowsmith-made'", "ATTACH '/tmp/rowsmith-made' AS m", "SELECT * FROM read_text('/etc/passwd')",
                  "INSTALL httpfs"],
)  # fmt: skip
def test_the_session_of_duckdb_itself_refuses_to_write(files: Path, statement: str) -> None:
    with duck.opened(files / "shop.duckdb", 10, files) as session, pytest.raises(duckdb.Error):
        session.connection.execute(statement).fetchall()
    assert not Path("/tmp/rowsmith-made").exists()


@both
def test_errors_in_the_users_words(tmp_path: Path, files: Path, kind: str) -> None:
    here = url(files, kind)
    with pytest.raises(NotFound, match="There is no file"):
        fetched(tmp_path, f"{here}x", table="item")
    with pytest.raises(NotFound, match=r"no table 'itme'.*Did you mean 'item'"):
        fetched(tmp_path, here, table="itme")
    with pytest.raises(NotFound, match=r"no column 'nme'.*Did you mean 'name'"):
        fetched(tmp_path, here, table="item", columns=["nme"])
    with pytest.raises(Invalid, match="nme"):
        fetched(tmp_path, here, query="SELECT nme FROM item")
    slow = "SELECT count(*) FROM item a, item b, item c, item d WHERE a.price * b.price < c.price * d.price"
    with pytest.raises(Unavailable, match=r"was not done within 0\.5 s"):
        fetched(tmp_path, here, query=slow, timeout_s=0.5)


@both
def test_what_is_no_database(tmp_path: Path, kind: str) -> None:
    for name, content in (("text", b"no database at all\n" * 400), ("empty", b""), ("short", b"SQLite format 3\0")):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(RowsmithError):
            fetched(tmp_path, f"{kind}:///{tmp_path}/{name}", table="item")


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(0, 200_000), noise=st.binary(min_size=1, max_size=64), cut=st.booleans())
def test_a_damaged_file_is_an_error_or_rows_and_never_the_end(tmp_path: Path, files: Path, place: int, noise: bytes, cut: bool) -> None:
    whole = (files / "shop.db").read_bytes()
    at = place % len(whole)
    broken = tmp_path / "broken.db"
    broken.write_bytes(whole[:at] if cut else whole[:at] + noise + whole[at + len(noise) :])
    try:
        rows, _ = fetched(tmp_path, f"sqlite:///{broken}", table="item")
    except RowsmithError as error:
        rows = []
        told = error.what, error.fix
    else:
        told = "read", ""
    assert len(rows) <= 2000 and told[0]


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(0, 2_000_000), noise=st.binary(min_size=1, max_size=64))
def test_a_damaged_file_of_duckdb_likewise(tmp_path: Path, files: Path, place: int, noise: bytes) -> None:
    whole = (files / "shop.duckdb").read_bytes()
    at = place % len(whole)
    broken = tmp_path / "broken.duckdb"
    broken.write_bytes(whole[:at] + noise + whole[at + len(noise) :])
    try:
        rows, _ = fetched(tmp_path, f"duckdb:///{broken}", table="item")
    except RowsmithError as error:
        rows, told = [], error.what
    else:
        told = "read"
    assert len(rows) <= 2000 and told


@pytest.mark.parametrize("view", ["load_extension('/tmp/evil.so')", "fts3_tokenizer('simple')", "(SELECT * FROM pragma_database_list)"])
def test_a_view_does_no_more_than_a_query(tmp_path: Path, view: str) -> None:
    """What stands in a stranger's file is carried out as somebody asks for it."""
    with sqlite3.connect(tmp_path / "evil.db") as db:
        db.execute(f"CREATE VIEW evil AS SELECT {view} AS x" if not view.startswith("(") else f"CREATE VIEW evil AS SELECT 1 AS x FROM {view}")
    db.close()
    with pytest.raises(Invalid):
        fetched(tmp_path, f"sqlite:///{tmp_path}/evil.db", table="evil")


def test_a_bomb_of_a_view_costs_no_more_than_it_may(tmp_path: Path) -> None:
    """A view of 10 GB in 20 kB."""
    with sqlite3.connect(tmp_path / "bomb.db") as db:
        db.execute("CREATE VIEW bomb AS SELECT hex(zeroblob(2000000000)) AS x")
        db.execute("CREATE VIEW many AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT hex(zeroblob(1000000)) AS x FROM n")
    db.close()
    with pytest.raises(RowsmithError):
        fetched(tmp_path, f"sqlite:///{tmp_path}/bomb.db", table="bomb")
    with pytest.raises(Invalid, match="more than"):
        fetched(tmp_path, f"sqlite:///{tmp_path}/bomb.db", table="many", max_bytes=50_000_000)
    assert not list(tmp_path.glob("*.jsonl"))


def test_the_child_has_no_key_of_ours(tmp_path: Path, files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing that runs there can read one, for the environment has none; a query cannot either."""
    monkeypatch.setenv("OPENAI_API_KEY", "hush-hush")
    assert os.environ["OPENAI_API_KEY"]
    with pytest.raises(Invalid):
        fetched(tmp_path, url(files, "duckdb"), query="SELECT getenv('OPENAI_API_KEY')")
