"""Law: an expression means the same for one row (Python) and for many (DuckDB)."""

from __future__ import annotations

import math
from typing import Any

import duckdb
import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rowsmith.core.expressions import Expression, parse_value, reach
from rowsmith.core.functions import lower_text, upper_text
from rowsmith.core.review import Review, summary
from rowsmith.core.terms import OF, Typed, json_as

NAMES = ["a", "b", "c", "o.a", 'o."x/y~"', "tags", 'tags."0"', "gone", '"odd name"']
NAMES += ["reviews.verdict", "reviews.people", "reviews.score", "reviews.labels.a", "reviews.differ"]
LETTERS = "abAB%_\\!'\" \t\n\u00a0\u3000\u001c0019.-+eİßſéΣςǅ文🤦\u0301\0"
SPECIAL = ["true", " False ", "12", " -1.5e3 ", "1e999", "nan", "inf", "3.", ".5", "1_0", "0x1", "٣"]
texts = st.one_of(st.text(LETTERS, max_size=6), st.sampled_from(SPECIAL))
whole = st.one_of(st.integers(-12, 12), st.sampled_from([2**53, 2**53 + 1, -(2**63), 2**64 - 1, 10**15]))
floats = st.one_of(
    st.sampled_from([0.0, -0.0, 0.5, -0.5, 2.5, 1.005, 0.1, 1e15, 1e16, 1e300, 5e-324]), st.floats(allow_nan=False, allow_infinity=False)
)
scalars = st.one_of(st.none(), st.booleans(), whole, floats, texts)
values = st.one_of(scalars, st.lists(scalars, max_size=3), st.dictionaries(st.sampled_from(["a", "x/y~"]), scalars, max_size=2))
reviews = st.builds(
    Review, n=st.integers(1, 9), row=st.just("r"), hash=st.sampled_from("hhg"), verdict=st.sampled_from(["", "accept", "reject"]),
    score=st.sampled_from([None, 0.5, 2.0]), label=st.sampled_from([None, "a", "b"]), note=st.none(), fields=st.none(),
    author=st.sampled_from("ab"), created_at=st.sampled_from([1.0, 2.0]), branch=st.just("main"), decides=st.booleans(),
)  # fmt: skip
rows = st.fixed_dictionaries(
    {},
    optional={
        "a": values, "b": values, "c": values, "odd name": values, "tags": st.one_of(values, st.lists(st.one_of(scalars, st.just([1])))),
        "o": st.dictionaries(st.sampled_from(["a", "x/y~"]), values), "reviews": st.lists(reviews, max_size=4).map(lambda said: summary(said, "h")),
    },
)  # fmt: skip

names = st.sampled_from(NAMES)


def quote(text: str) -> str:
    return "'" + text.replace("\0", "").replace("'", "''") + "'"


text_literals = texts.map(quote)
odd_numbers = st.sampled_from(["0.5", "2.5", "1e300", "9007199254740993", "0.1"])
number_literals = st.one_of(st.integers(0, 12).map(str), odd_numbers, st.floats(0, 1e9).map(repr))


def joined(pattern: str, *parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(*parts).map(lambda found: pattern.format(*found))


def numbers(depth: int) -> st.SearchStrategy[str]:
    leaf = st.one_of(names, number_literals)
    if depth == 0:
        return leaf
    n, t, c, m = numbers(depth - 1), strings(depth - 1), conditions(depth - 1), anything(depth - 1)
    return st.one_of(
        leaf,
        joined("({} {} {})", n, st.sampled_from("+-*/%"), n),
        joined("round({}, {})", n, st.integers(0, 6).map(str)),
        joined("round({})", n), joined("abs({})", n), joined("(- {})", n), joined("length({})", t), joined("length({})", names),
        joined("word_count({})", t), joined("coalesce({}, {}, 1)", n, n), joined("CASE WHEN {} THEN {} ELSE 0 END", c, n),
        joined("CAST({} AS DOUBLE)", m), joined("CAST({} AS INTEGER)", m),
    )  # fmt: skip


def strings(depth: int) -> st.SearchStrategy[str]:
    leaf = st.one_of(names, text_literals)
    if depth == 0:
        return leaf
    t, c, m = strings(depth - 1), conditions(depth - 1), anything(depth - 1)
    return st.one_of(
        leaf, joined("lower({})", t), joined("upper({})", t), joined("trim({})", t), joined("({} || {})", t, t), joined("CAST({} AS TEXT)", m),
        joined("coalesce({}, '')", t), joined("CASE {} WHEN 'a' THEN 'x' WHEN {} THEN {} END", t, t, t), joined("CASE WHEN {} THEN 'a' END", c),
    )  # fmt: skip


def conditions(depth: int) -> st.SearchStrategy[str]:
    if depth == 0:
        return st.sampled_from(["true", "false", "a = true", "b IS NULL"])
    n, t, c, m = numbers(depth - 1), strings(depth - 1), conditions(depth - 1), anything(depth - 1)
    sign, order = st.sampled_from(["=", "<>", "<", "<=", ">", ">="]), st.sampled_from(["", "NOT "])
    like = st.sampled_from(["LIKE", "ILIKE", "NOT LIKE"])
    return st.one_of(
        joined("({} {} {})", n, sign, n), joined("({} {} {})", t, sign, t), joined("({} {} {})", names, sign, names),
        joined("({} {}BETWEEN {} AND {})", n, order, n, n), joined("({} {}IN ({}, {}))", t, order, t, t),
        joined("({} {}IN ({}, {}))", names, order, names, names),
        joined("({} {} {})", t, like, text_literals), joined("({} {} {} ESCAPE '!')", t, like, texts.map(lambda x: quote(x.replace("!", "!!")))),
        joined("({} AND {})", c, c), joined("({} OR {})", c, c), joined("(NOT {})", c), joined("({} IS {}NULL)", m, order),
        joined("({} IS {}TRUE)", c, order), joined("(o.a IS {}FALSE)", order), joined("contains({}, {})", t, t), joined("contains(tags, {})", m),
        joined("starts_with({}, {})", t, t), joined("ends_with({}, {})", t, t), joined("CAST({} AS BOOLEAN)", m), joined("coalesce({}, false)", c),
    )  # fmt: skip


def anything(depth: int) -> st.SearchStrategy[str]:
    return st.one_of(names, numbers(depth), strings(depth), conditions(depth)) if depth else st.one_of(names, number_literals, text_literals)


@pytest.fixture(scope="module")
def database() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(config={"threads": 1})


def typed(paths: tuple[tuple[str, ...], ...], scopes: list[dict[str, Any]]) -> dict[tuple[str, ...], Typed]:
    """The names whose values are of one kind in these scopes."""
    found = {}
    for path in paths:
        values = [value for scope in scopes if (value := reach(scope, path)) is not None]
        kinds = [kind for kind in ("text", "number", "bool") if all(OF[kind](value) is not None for value in values)]
        if kinds:
            pointer = "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in path)
            found[path] = Typed(kinds[0], json_as(kinds[0], f"json_extract(body, '{pointer}')"))
    return found


def by_duckdb(
    database: duckdb.DuckDBPyConnection, expression: Expression, scopes: list[dict[str, Any]], known: dict[tuple[str, ...], Typed] | None = None
) -> list[Any]:
    bodies = [orjson.dumps(scope).decode() for scope in scopes]
    sql = expression.duckdb({"": "body"}, known)
    table = "(SELECT i, b::JSON AS body FROM (SELECT unnest(?) AS b, unnest(?) AS i))"
    found = database.execute(f"SELECT {sql} FROM {table} ORDER BY i", [bodies, list(range(len(bodies)))])
    out = [value for (value,) in found.fetchall()]
    return [orjson.loads(value) if expression.kind == "any" and value is not None else value for value in out]


def same(mine: Any, theirs: Any) -> bool:
    if mine is None or theirs is None or isinstance(mine, bool) or isinstance(theirs, bool):
        return mine is theirs
    return bool(mine == theirs)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(st.one_of(conditions(3), numbers(3), strings(3), names), st.lists(rows, min_size=1, max_size=6))
def test_python_and_duckdb_agree(database: duckdb.DuckDBPyConnection, text: str, scopes: list[dict[str, Any]]) -> None:
    expression = parse_value(text)
    mine = [expression.value(scope) for scope in scopes]
    theirs = by_duckdb(database, expression, scopes)
    for scope, here, there in zip(scopes, mine, theirs, strict=True):
        assert same(here, there), f"{text} on {scope}: Python {here!r}, DuckDB {there!r}"
        assert not isinstance(here, float) or math.isfinite(here)
    assert all(map(same, mine, by_duckdb(database, expression, scopes, typed(expression.paths, scopes)))), f"{text}, typed, on {scopes}"


def test_letter_cases_agree_for_every_letter(database: duckdb.DuckDBPyConnection) -> None:
    found = database.execute("SELECT chr(i::INT) AS c, lower(c), upper(c) FROM range(1, 1114112) t(i) WHERE i NOT BETWEEN 55296 AND 57343").fetchall()
    assert [char for char, low, up in found if (lower_text(char), upper_text(char)) != (low, up)] == []
