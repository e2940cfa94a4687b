"""score.sql: queries are carried out on a database made for them, and wrong SQL is rejected by it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from running import Bench
from step_context import SQL, StepContext, row

from rowsmith.core.errors import Invalid, RowFailed
from rowsmith.core.row import Drop
from rowsmith.steps.score.sql import Sql

SHOP = """
CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT NOT NULL, price REAL);
INSERT INTO item VALUES (1, 'cup', 4.5), (2, 'pot', 20), (3, 'tea', 3);
"""


def scored(sql: Any, schema: str = SHOP, *, data: dict[str, Any] | None = None, **more: Any) -> Any:
    (found,) = Sql(**more).rows(row({"sql": sql, "schema": schema, **(data or {})}), StepContext(Path()))
    return found


def test_a_query_that_works_is_scored_by_its_result() -> None:
    found = scored("```sql\nSELECT name FROM item WHERE price > 3.5 ORDER BY price;\n```")
    score = found.scores["sql"]
    assert (score["ok"], score["columns"], score["rows"], score["error"]) == (True, ["name"], 2, "")
    assert found.data["sql"] == "SELECT name FROM item WHERE price > 3.5 ORDER BY price;"
    other = scored("WITH dear AS (SELECT * FROM item WHERE price > 4) SELECT name FROM dear ORDER BY price DESC")
    assert other.scores["sql"]["hash"] == score["hash"]
    assert other.scores["sql"]["hash"] != scored("SELECT name FROM item").scores["sql"]["hash"]


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("SELECT nam FROM item", "no such column"),
        ("SELECT * FROM shop", "no such table"),
        ("SELEC * FROM item", "no SELECT|cannot be read"),
        ("DELETE FROM item", "no SELECT"),
        ("INSERT INTO item VALUES (4, 'x', 1)", "no SELECT"),
        ("DROP TABLE item", "no SELECT"),
        ("PRAGMA table_info(item)", "no SELECT"),
        ("ATTACH DATABASE '/etc/passwd' AS x", "no SELECT"),
        ("SELECT 1; DROP TABLE item", "2 statements"),
        ("SELECT load_extension('x')", "load_extension"),
        ("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n", "not done within 0.2 s"),
        ("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n LIMIT 20000", "more than 10,000 rows"),
        ("SELECT hex(zeroblob(100000000))", "too big"),
        ("", "empty"),
    ],
)
def test_wrong_sql_is_rejected_by_carrying_it_out(sql: str, said: str) -> None:
    import re

    found = scored(sql, action="drop", time_s=0.2)
    assert isinstance(found, Drop) and found.reason == "wrong_sql"
    assert re.search(said, found.detail), found.detail


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ("CREATE TABEL item (id)", "syntax error"),
        ("SELECT 1", "makes no table"),
        ("ATTACH DATABASE '/tmp/x.db' AS x; CREATE TABLE x.y (a)", "not authorized|too many"),
        ("CREATE TABLE t (a); INSERT INTO t WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n", "interrupted|full"),
    ],
)
def test_a_schema_that_makes_no_database_fails_the_row(schema: str, said: str) -> None:
    with pytest.raises(RowFailed, match=said):
        scored("SELECT 1", schema, time_s=0.5)


def test_candidates_are_voted_on_by_what_they_give() -> None:
    count, other = "SELECT count(*) FROM item", "SELECT 3 - 1"
    found = scored([other, "SELECT count(id) AS n FROM item WHERE id > 0", count, "SELECT count(*) FROM itm"])
    assert found.data["sql"] == count  # of equal results the shortest
    assert (found.scores["sql"]["agree"], found.scores["sql"]["of"]) == (2, 4)
    assert scored([other, count], agree=0.6, action="drop").reason == "no_majority"


def test_a_result_that_is_not_the_expected_one_is_rejected() -> None:
    gold = {"gold": "SELECT name FROM item ORDER BY name"}
    assert not scored("SELECT name FROM item ORDER BY id DESC", data=gold, expected="gold").origin.get("flags")
    assert scored("SELECT name FROM item ORDER BY id DESC", data=gold, expected="gold", ordered=True, action="drop").reason == "other_result"
    assert scored("SELECT name FROM item WHERE id < 3", data=gold, expected="gold", action="drop").reason == "other_result"
    assert scored("SELECT * FROM item WHERE id > 3", action="drop").reason == "few_rows"


def test_the_database_may_stand_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "shop.sql").write_text(SHOP, encoding="utf-8")
    with Bench(tmp_path) as bench:
        rows = [{"sql": "SELECT name FROM item"}, {"sql": "SELECT nothing FROM item"}]
        step = {"kind": "score.sql", "files": ["shop.sql"], "action": "drop"}
        found = bench.runs.start(bench.recipe({"kind": "read.rows", "rows": rows}, step))
        assert (found.kept, found.dropped) == (1, {"wrong_sql": 1})
        with pytest.raises(Invalid, match="both given"):
            bench.runs.start(bench.recipe({"kind": "read.rows", "rows": rows}, {**step, "schema": "sql"}))


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(-5, 5), st.sampled_from(["a", "b", None])), max_size=6), st.randoms())
def test_the_hash_of_a_result_is_that_of_its_rows_in_any_order(rows: list[tuple[int, str | None]], chance: Any) -> None:
    mixed = list(rows)
    chance.shuffle(mixed)

    def made(some: list[tuple[int, str | None]]) -> str:
        values = ", ".join(f"({n}, {'NULL' if s is None else repr(s)})" for n, s in some)
        return "CREATE TABLE t (n, s);" + (f"INSERT INTO t VALUES {values};" if some else "")

    one, other = (SQL.query(made(some), ["SELECT n, s FROM t", "SELECT n + 1, s FROM t"], 5) for some in (rows, mixed))
    assert one[0].hash == other[0].hash
    assert (one[0].ordered == other[0].ordered) == (rows == mixed)
    assert not rows or one[0].hash != one[1].hash
