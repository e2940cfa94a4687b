"""The expression language on one row: what it means, and what it refuses."""

from __future__ import annotations

from typing import Any

import pytest

from rowsmith.core.errors import Invalid
from rowsmith.core.expressions import parse, parse_value

ROW: dict[str, Any] = {
    "text": "Ein Satz, 100% wahr.", "n": 3, "x": 2.5, "yes": True, "none": None, "tags": ["a", 2, None], "odd name": "o",
    "messages": [{"role": "user", "content": "hi"}], "scores": {"judge": {"overall": 4}}, "origin": {"source": {"name": "book"}},
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("n = 3", True), ("n <> 3", False), ("n != 4", True), ("n >= 3 AND x < 3", True), ("NOT (n = 3)", False), ("n = 4 OR yes", True),
        ("scores.judge.overall >= 4", True), ("origin.source.name = 'book'", True), ('messages."0".content = \'hi\'', True),
        ('"odd name" = \'o\'', True),
        ("gone = 1", None), ("gone IS NULL", True), ("none IS NULL", True), ("n IS NOT NULL", True), ("scores.gone.deeper IS NULL", True),
        ("gone = 1 OR yes", True), ("gone = 1 AND NOT yes", False), ("NOT (gone = 1)", None), ("yes IS TRUE", True),
        ("gone IS FALSE", False),
        ("n IN (1, 2, 3)", True), ("n NOT IN (1, gone)", None), ("n BETWEEN 1 AND 3", True), ("n BETWEEN 4 AND gone", False),
        ("text LIKE 'Ein%'", True), ("text LIKE 'ein%'", False), ("text ILIKE 'EIN%'", True), ("text LIKE '%100!%%' ESCAPE '!'", True),
        ("text LIKE 'E_n %'", True),
        ("text NOT LIKE '%x%'", True), ("text LIKE '%Satz%Ein%'", False), ("length(text) = 20", True), ("length(tags) = 3", True),
        ("word_count(text) = 4", True),
        ("contains(text, 'Satz')", True), ("contains(tags, 'a')", True), ("contains(tags, 2)", True), ("contains(tags, '2')", False),
        ("contains(n, '3')", None),
        ("starts_with(text, 'Ein') AND ends_with(text, '.')", True), ("n / 0 IS NULL", True), ("n / 2 = 1.5", True), ("-n % 2 = -1", True),
        ("n = text", None), ("text = 'x' OR n = 3", True), ("text > 3", None), ("coalesce(gone, n) = 3", True),
        ("CASE WHEN n > 2 THEN yes ELSE false END", True),
    ],
)  # fmt: skip
def test_conditions(text: str, answer: bool | None) -> None:
    assert parse(text).test(ROW) is answer


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("n + 1", 4), ("n * x", 7.5), ("round(x)", 3), ("round(-x)", -3), ("round(x / 3, 2)", 0.83), ("abs(-n)", 3),
        ("length(text) + 0", 20),
        ("upper('straße')", "STRAẞE"), ("trim('  a\t')", "a"), ("lower(text) || '!'", "ein satz, 100% wahr.!"), ("tags", ["a", 2, None]),
        ("CAST(n AS TEXT)", "3"), ("CAST(' 12 ' AS INTEGER)", 12), ("CAST('12a' AS DOUBLE)", None), ("x::integer", 3),
        ("CAST('TRUE' AS BOOLEAN)", True),
        ("CASE n WHEN 1 THEN 'one' WHEN 3 THEN 'three' END", "three"), ("CAST(3.0 AS TEXT)", "3"), ("9007199254740992 + 1", 2.0**53),
        ("1e308 * 10", None),
    ],
)  # fmt: skip
def test_values(text: str, value: Any) -> None:
    found = parse_value(text).value(ROW)
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"), ("a >", "near '>'"), ("(a = 1", "cannot be read"), ("a = 'x", "a quote"), ("length(a)", "gives number"),
        ("'x'", "gives text"),
        ("length(a) > 'x'", "mixes a number with text"), ("b AND length(a) > 'x'", "at character 7"),
        ("lower(3) = 'a'", "is a number, and text is needed here"),
        ("a = NULL", "IS NULL"), ("lenght(a) > 3", "Did you mean 'length'"), ("read_text('/etc/passwd') = ''", "no function"),
        ("a IN (SELECT 1)", "list of values"),
        ("a IN tags", "contains(tags, 'a')"), ("a LIKE b", "single quotes"), ("a LIKE 'x!' ESCAPE '!'", "escape character"),
        ("round(a, b) > 1", "0 to 15"),
        ("CAST(a AS DATE) = 'x'", "Cast to TEXT"), ("true > false", "in an order"), ("a; b", "lacks"), ("SELECT 1", "lacks"),
        ("$1 = 2", "lacks"), ("a.*", "no name"),
        ("1e999 > a", "beyond the range"), ("(" * 200 + "a" + ")" * 200, "nested more than"), ("NOT " * 2000 + "a", "nested more than"),
        ("a" * 10_001, "10,001 characters"),
        ("trim(BOTH 'x' FROM a) = ''", "trim"), ("a BETWEEN SYMMETRIC 3 AND 1", "lacks"), ("length(a, b) > 1", "lacks"),
        ("a LIKE ANY ('x')", "single quotes"), ("CAST(a AS INT[]) = 1", "Cast to TEXT"), ("a.b(c) = 1", "no name"),
        ("a COLLATE nocase = 'x'", "lacks"),
        ("a = 'x\0'", "NUL"), ("CASE WHEN a THEN 1 ELSE 'x' END = 1", "mixes a number with text"),
    ],
)  # fmt: skip
def test_refusals_say_what_and_where(text: str, said: str) -> None:
    with pytest.raises(Invalid) as error:
        parse(text)
    assert said in str(error.value)
    assert error.value.fix


def test_names_are_listed_for_checks() -> None:
    expression = parse("length(text) > 3 AND scores.judge.overall >= 4 AND \"odd name\" = 'x'")
    assert expression.names == {"text", "scores.judge.overall", "odd name"}
    assert expression.columns == {"text", "scores", "odd name"}
    assert expression.values(ROW) == {"text": ROW["text"], "scores.judge.overall": 4, "odd name": "o"}


def test_a_pattern_with_many_wildcards_is_quick() -> None:
    # Tried piece by piece this ends at once; with every way to share the letters out it would not end.
    assert parse("text LIKE '" + "%a" * 200 + "%b'").test({"text": "a" * 100_000}) is False
