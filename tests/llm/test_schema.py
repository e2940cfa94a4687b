from __future__ import annotations

from typing import Any

import pytest
from asking import QA

from rowsmith.core.errors import Invalid
from rowsmith.llm.schema import Schema, name_of


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ({"type": "objekt"}, "no JSON Schema"),
        ({"type": "object", "properties": {"a": {"minLength": "x"}}}, "properties.a"),
        ({"$ref": "https://example.org/schema.json"}, "outside"),
        ({"properties": {"a": {"$ref": "other.json#/a"}}}, "outside"),
    ],
)
def test_a_schema_that_cannot_be_used_is_refused(schema: dict[str, Any], said: str) -> None:
    with pytest.raises(Invalid, match=said):
        Schema(schema)


def test_a_reference_to_nothing_is_named() -> None:
    with pytest.raises(Invalid, match="#/\\$defs/gone"):
        Schema({"type": "object", "properties": {"a": {"$ref": "#/$defs/gone"}}})


def test_references_within_are_followed() -> None:
    schema = Schema({"$defs": {"pair": QA}, "type": "array", "items": {"$ref": "#/$defs/pair"}})
    assert schema.errors([{"input": "a", "answer": "b"}]) == []
    assert schema.errors([{"input": "a"}]) == ["[0].answer: missing"]


@pytest.mark.parametrize(
    ("schema", "good", "bad"),
    [
        (QA, {"input": "a", "answer": "b"}, {"input": "a"}),
        ({"type": "string", "enum": ["a", "b"]}, "a", "c"),
        ({"type": "string", "minLength": 2, "maxLength": 3}, "ab", "a"),
        ({"type": "integer", "minimum": 1, "maximum": 5}, 5, 6),
        ({"type": "integer"}, 5, True),
        ({"type": "number"}, 0.5, float("nan")),
        ({"type": "boolean"}, False, 0),
        ({"type": "array", "items": {"type": "string"}, "maxItems": 1}, ["a"], ["a", "b"]),
    ],
)
def test_the_quick_check(schema: dict[str, Any], good: Any, bad: Any) -> None:
    assert Schema(schema).surely(good)
    assert not Schema(schema).surely(bad)


@pytest.mark.parametrize("schema", [{}, {"type": ["string", "null"]}, {"type": "string", "pattern": "a"}, {"type": "object", "minProperties": 1}])
def test_what_goes_beyond_it_is_left_to_jsonschema(schema: dict[str, Any]) -> None:
    assert not Schema(schema).surely("a")


def test_very_large_answers_are_refused_where_checking_them_would_take_long() -> None:
    schema = Schema({"type": "array", "items": {"anyOf": [{"type": "integer"}, {"type": "object"}]}})
    assert schema.valid([1] * 19_000)
    assert not schema.valid([1] * 21_000)
    assert schema.errors([1] * 60_000) == ["the answer: it holds more than 20,000 values"]
    assert Schema({"type": "array", "items": {"type": "integer"}}).valid([1] * 60_000)


NAMES = [("Pair", "Pair"), ("A pair, of texts", "A_pair_of_texts"), ("x" * 99, "x" * 64), ("?", "answer"), (3, "answer")]


@pytest.mark.parametrize(("title", "name"), NAMES)
def test_the_name_that_providers_know_it_by(title: Any, name: str) -> None:
    assert name_of({"title": title}) == name


def test_errors_are_few_and_short() -> None:
    errors = Schema({"type": "array", "items": {"type": "string"}}).errors([[["x" * 5000] * 9]] * 50)
    assert len(errors) == 10
    assert all(len(error) < 300 for error in errors)
