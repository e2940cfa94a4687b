from __future__ import annotations

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rowsmith.testing.answers import Unfit, fitting

_leaf = st.one_of(
    st.just({"type": "string"}),
    st.builds(lambda a, b: {"type": "string", "minLength": a, "maxLength": a + b}, st.integers(0, 60), st.integers(0, 60)),
    st.sampled_from([{"type": "string", "format": "date"}, {"type": "string", "pattern": "[0-9a-f]$"}]),
    st.builds(lambda a, b: {"type": "integer", "minimum": a, "maximum": a + b}, st.integers(-50, 50), st.integers(0, 9)),
    st.builds(lambda a: {"type": "integer", "minimum": a, "multipleOf": 7}, st.integers(-50, 50)),
    st.builds(lambda a, b: {"type": "integer", "exclusiveMinimum": a, "exclusiveMaximum": a + b}, st.integers(-50, 50), st.integers(2, 9)),
    st.builds(lambda a, b: {"type": "number", "minimum": a, "maximum": a + b}, st.integers(-50, 50), st.integers(0, 9)),
    st.builds(lambda a: {"type": "number", "exclusiveMinimum": a, "exclusiveMaximum": a + 1}, st.integers(-50, 50)),
    st.builds(lambda v: {"enum": v}, st.lists(st.one_of(st.text(max_size=5), st.integers(-9, 9), st.none()), min_size=1, max_size=4)),
    st.sampled_from([{"type": "boolean"}, {"type": "null"}, {"const": 3}, {}, {"type": ["integer", "null"]}, {"$ref": "#/$defs/score"}]),
)


def _wider(inner: st.SearchStrategy[dict]) -> st.SearchStrategy[dict]:
    names = st.dictionaries(st.sampled_from("abcdef"), inner, max_size=4)
    return st.one_of(
        st.builds(lambda p: {"type": "object", "properties": p, "required": list(p), "additionalProperties": False}, names),
        st.builds(lambda s, a, b: {"type": "array", "items": s, "minItems": a, "maxItems": a + b}, inner, st.integers(0, 4), st.integers(0, 2)),
        st.builds(lambda s: {"anyOf": s}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda s, t: {"allOf": [{"type": "object", "properties": {"l": s}, "required": ["l"]}, {"properties": {"r": t}}]}, inner, inner),
    )


@given(st.recursive(_leaf, _wider, max_leaves=12), st.binary(min_size=16, max_size=16))
def test_made_up_values_fit_their_schema(schema: dict, seed: bytes) -> None:
    whole = {**schema, "$defs": {"score": {"type": "integer", "minimum": 1, "maximum": 5}}}
    value = fitting(whole, ["some", "words"], seed)
    jsonschema.validate(value, whole)
    assert fitting(whole, ["some", "words"], seed) == value


def test_a_schema_that_contains_itself_comes_to_an_end() -> None:
    tree = {
        "type": "object",
        "properties": {
            "name": {"type": "string"},
            "children": {"type": "array", "items": {"$ref": "#"}},
            "next": {"anyOf": [{"$ref": "#"}, {"type": "null"}]},
        },
        "required": ["name", "children", "next"],
    }
    jsonschema.validate(fitting(tree, ["a"], bytes(16)), tree)


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        ({"type": "string", "pattern": "^Q[0-9]{4}$"}, "pattern"),
        (False, "No value fits"),
        ({"type": "integer", "minimum": 1, "maximum": 1, "multipleOf": 5}, "No integer"),
        ({"$ref": "#/$defs/none"}, "has no"),
        ({"type": "object", "properties": {"a": {"$ref": "#"}}, "required": ["a"]}, "without end"),
        ({"type": "date"}, "no JSON type"),
    ],
)
def test_what_cannot_be_made_up_is_said(schema: object, message: str) -> None:
    with pytest.raises(Unfit, match=message):
        fitting(schema, ["a"], bytes(16))
