from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rowsmith.llm.complaints import fields, path_of
from rowsmith.llm.schema import Schema

SCHEMA = {
    "type": "object",
    "properties": {
        "score": {"type": "integer", "minimum": 1, "maximum": 5, "multipleOf": 1},
        "open": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
        "topic": {"enum": ["a", "b"]},
        "kind": {"const": "x"},
        "text": {"type": "string", "minLength": 3, "maxLength": 5, "pattern": "^a"},
        "tags": {"type": "array", "items": {"type": "string"}, "minItems": 2, "maxItems": 3, "uniqueItems": True},
        "either": {"anyOf": [{"type": "object", "required": ["n"]}, {"type": "integer", "maximum": 3}]},
        "maybe": {"anyOf": [{"type": "string", "minLength": 1}, {"type": "null"}]},
        "a b": {"type": "string"},
        "map": {"type": "object", "minProperties": 1, "propertyNames": {"pattern": "^k"}},
    },
    "required": ["score"],
    "additionalProperties": False,
}


@pytest.mark.parametrize(
    ("value", "lines"),
    [
        ({}, ["score: missing"]),
        ({"score": 7}, ["score: 7 is above 5"]),
        ({"score": 0}, ["score: 0 is below 1"]),
        ({"score": "high"}, ['score: "high" is not a whole number']),
        ({"score": [1]}, ["score: it is a list, not a whole number"]),
        ({"score": {}}, ["score: it is an object, not a whole number"]),
        ({"score": None}, ["score: null is not a whole number"]),
        ({"score": 1, "more": 1, "and": 2}, ["more: not asked for", "and: not asked for"]),
        ({"score": 1, "open": 1}, ["open: 1 is not below 1"]),
        ({"score": 1, "open": 0}, ["open: 0 is not above 0"]),
        ({"score": 1, "topic": "c"}, ['topic: "c" is none of "a", "b"']),
        ({"score": 1, "kind": 3}, ['kind: 3 is not "x"']),
        ({"score": 1, "text": "ab"}, ["text: it has 2 characters, at least 3 are asked for"]),
        ({"score": 1, "text": "abcdef"}, ["text: it has 6 characters, at most 5 are asked for"]),
        ({"score": 1, "text": "bcd"}, ['text: "bcd" does not match ^a']),
        ({"score": 1, "tags": []}, ["tags: it is empty"]),
        ({"score": 1, "tags": ["a", "a"]}, ["tags: it holds an item twice"]),
        ({"score": 1, "tags": ["a", 3]}, ["tags[1]: 3 is not a text"]),
        ({"score": 1, "either": {}}, ["either.n: missing"]),
        ({"score": 1, "either": 5}, ["either: 5 is above 3"]),
        ({"score": 1, "either": "x"}, ['either: "x" has none of the 2 forms that are allowed']),
        ({"score": 1, "maybe": ""}, ["maybe: it is empty"]),
        ({"score": 1, "a b": 1}, ['["a b"]: 1 is not a text']),
        ({"score": 1, "map": {"x\ny": 1}}, ['map: "x\\ny" does not match ^k']),
        ([], ["the answer: it is a list, not an object"]),
        ("x" * 500, ['the answer: "' + "x" * 56 + "... is not an object"]),
    ],
)
def test_what_is_wrong_is_told_by_field(value: Any, lines: list[str]) -> None:
    assert Schema(SCHEMA).errors(value) == lines


def test_paths_are_read_back() -> None:
    detail = 'pairs[0].score: 7 is above 5\npairs[12].score: missing\n["a: b"].c: x: y\nthe answer: it is a list\nno path here'
    assert list(fields(detail)) == ["pairs[].score", "pairs[].score", '["a: b"].c', "the answer"]


@given(st.lists(st.text(min_size=1) | st.integers(0, 9), min_size=1, max_size=4))
def test_every_path_is_one_line_and_is_read_back(parts: list[Any]) -> None:
    path = path_of(parts)
    assert "\n" not in path
    assert len(list(fields(f"{path}: missing"))) == 1


@pytest.mark.parametrize("detail", ["The answer was cut off at max_tokens = 5.", "", "I cannot: no."])
def test_other_details_complain_of_no_field(detail: str) -> None:
    assert list(fields(detail)) == []
