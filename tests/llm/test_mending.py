from __future__ import annotations

import json
from typing import Any

import pytest
from asking import GOOD, QA
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from rowsmith.llm.schema import Schema

CARD = {
    "$defs": {"topic": {"type": "string", "enum": ["price", "free delivery", "C++"]}},
    "type": "object",
    "properties": {
        "score": {"type": "integer", "minimum": 1, "maximum": 5},
        "share": {"type": ["number", "null"]},
        "good": {"type": "boolean"},
        "topic": {"$ref": "#/$defs/topic"},
        "note": {"type": "string"},
        "extra": {"anyOf": [{"type": "object", "properties": {"n": {"type": "integer"}}, "additionalProperties": False}, {"type": "null"}]},
        "tags": {"type": "array", "items": {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}},
    },
    "required": ["score"],
    "additionalProperties": False,
}
PAIRS = {
    "type": "object",
    "properties": {"pairs": {"type": "array", "items": QA, "minItems": 1}},
    "required": ["pairs"],
    "additionalProperties": False,
}


def results(value: Any, schema: Any = QA, *, strict: bool = True) -> list[Any]:
    return Schema(schema).mending.results(value, strict=strict)


@pytest.mark.parametrize(
    ("given_", "meant"),
    [
        ({"score": "4"}, {"score": 4}),
        ({"score": "4/5"}, {"score": 4}),
        ({"score": "4 - good"}, {"score": 4}),
        ({"score": 4.0}, {"score": 4}),
        ({"score": 1, "share": "0.5"}, {"score": 1, "share": 0.5}),
        ({"score": 1, "share": "None"}, {"score": 1, "share": None}),
        ({"score": 1, "good": "True"}, {"score": 1, "good": True}),
        ({"score": 1, "good": " no. "}, {"score": 1, "good": False}),
        ({"score": 1, "topic": "Price."}, {"score": 1, "topic": "price"}),
        ({"score": 1, "topic": "free_delivery"}, {"score": 1, "topic": "free delivery"}),
        ({"score": 1, "note": None}, {"score": 1}),
        ({"score": 1, "extra": None}, {"score": 1, "extra": None}),
        ({"score": 1, "extra": {"n": "3"}}, {"score": 1, "extra": {"n": 3}}),
        ({"Score": 1, "NOTE": "x"}, {"score": 1, "note": "x"}),
        ({"score": 1, "tags": {"name": "x"}}, {"score": 1, "tags": [{"name": "x"}]}),
        ({"score": 1, "tags": '[{"name": "x"}]'}, {"score": 1, "tags": [{"name": "x"}]}),
        ({"score": 1, "extra": '{"n": 2}'}, {"score": 1, "extra": {"n": 2}}),
        ({"score": 1, "more": "x", "extra": {"n": 1, "m": 2}}, {"score": 1, "extra": {"n": 1}}),
    ],
)
def test_fields_are_mended(given_: Any, meant: Any) -> None:
    found = results(given_, CARD)
    assert found == [meant]
    assert json.dumps(found[0]) == json.dumps(meant)


@pytest.mark.parametrize(
    "value",
    [
        {"score": "about 4"}, {"score": "1,000"}, {"score": 4.5}, {"score": "high"}, {"score": True}, {"score": None},
        {"score": 1, "good": "perhaps"}, {"score": 1, "good": 1}, {"score": 1, "topic": "delivery"}, {"score": 1, "note": 5},
        {"score": 1, "tags": "a, b"}, {"note": "x"}, {}, [], "x", None,
        {"SCORE": 1, "Score": 2},
    ],
)  # fmt: skip
def test_what_was_meant_is_not_guessed(value: Any) -> None:
    assert results(value, CARD) == []


@pytest.mark.parametrize(
    "value",
    [
        GOOD,
        [GOOD],
        [[GOOD]],
        {"answer": GOOD},
        {"result": GOOD, "confidence": 0.9, "ok": True},
        {"Final Answer": GOOD, "thoughts": "x"},
        {"any name": GOOD},
        {"data": {"items": [GOOD]}},
        {"type": "object", "properties": GOOD, "required": ["input", "answer"], "additionalProperties": False},
        {"name": "Pair", "arguments": GOOD},
        {"type": "function", "function": {"name": "Pair", "arguments": json.dumps(GOOD)}},
        json.dumps(GOOD),
        json.dumps(json.dumps(GOOD)),
        {**GOOD, "more": {"input": 1}},
    ],
)
def test_boxes_are_opened(value: Any) -> None:
    assert results(value) == [GOOD]


def test_a_box_that_is_missing_is_put_around() -> None:
    assert results([GOOD, GOOD], PAIRS) == [{"pairs": [GOOD, GOOD]}]
    assert results(GOOD, PAIRS) == [{"pairs": [GOOD]}]
    assert results({"pairs": GOOD}, PAIRS) == [{"pairs": [GOOD]}]


@pytest.mark.parametrize(
    "value", [{"draft": GOOD, "thoughts": "x"}, {"answer": GOOD, "other": {"a": 1}}, [GOOD, GOOD], {"a": {"b": {"c": {"d": {"e": GOOD}}}}}]
)
def test_what_stands_beside_other_things_is_not_taken_for_the_whole(value: Any) -> None:
    assert results(value) == []


def test_an_object_is_no_item_where_any_object_would_be() -> None:
    schema = {"type": "object", "properties": {"rows": {"type": "array", "items": {"type": "object"}}}, "required": ["rows"]}
    assert results({"row": [1]}, schema) == []
    assert results([{"a": 1}], schema) == [{"rows": [{"a": 1}]}]


def test_two_meanings_are_both_told() -> None:
    other = {"input": "a", "answer": "b"}
    assert len(results({**other, "result": GOOD})) == 2


def test_fields_are_left_off_only_from_what_was_read_as_json() -> None:
    value = {**GOOD, "more": 1}
    assert results(value) == [GOOD]
    assert results(value, strict=False) == []


def test_open_schemas_keep_every_field() -> None:
    schema = {"type": "object", "properties": {"input": {"type": "string"}}, "required": ["input"]}
    assert results({"input": "x", "more": 1, "Input ": "y"}, schema) == [{"input": "x", "more": 1, "Input ": "y"}]
    assert results({"Input": "x", "more": 1}, schema) == [{"input": "x", "more": 1}]


LEAVES = st.none() | st.booleans() | st.integers(-3, 9) | st.sampled_from(["4", "yes", "Price", "x", "null", "2.0"]) | st.floats(allow_nan=False)
NAMES = st.sampled_from([*CARD["properties"], "Score", "more", "answer", "pairs", "input", "name"])
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(NAMES, inner, max_size=4), max_leaves=8)


@given(VALUES, st.sampled_from([QA, CARD, PAIRS]), st.booleans())
def test_every_result_fits_and_the_value_stays_as_it_was(value: Any, schema: Any, strict: bool) -> None:
    before = json.dumps(value)
    found = results(value, schema, strict=strict)
    for result in found:
        Draft202012Validator(schema).validate(result)
    assert json.dumps(value) == before
    if Draft202012Validator(schema).is_valid(value):
        assert found == [value]
