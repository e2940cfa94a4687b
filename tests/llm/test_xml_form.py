from __future__ import annotations

from typing import Any

import pytest
from asking import QA

from rowsmith.llm.xml_form import XmlForm

NODE = {"$defs": {"node": {"type": "object", "properties": {"name": {"type": "string"}, "next": {"$ref": "#/$defs/node"}}}}, "$ref": "#/$defs/node"}


def form(schema: Any) -> str:
    return XmlForm(schema).text()


def test_an_object_is_an_element_for_each_field() -> None:
    assert form(QA) == "<reply>\n  <input>[text]</input>\n  <answer>[text]</answer>\n</reply>"


def test_lists_hold_items_and_lists_may_hold_lists() -> None:
    schema = {"type": "object", "properties": {"m": {"type": "array", "items": {"type": "array", "items": {"type": "integer"}}}}, "required": ["m"]}
    assert form(schema) == (
        "<reply>\n  <m>[an item element for each]\n    <item>[an item element for each]\n      <item>[whole number]</item>\n"
        "    </item>\n  </m>\n</reply>"
    )


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ({"type": "string", "description": "What is\n asked."}, "[text; What is asked.]"),
        ({"type": "string", "minLength": 2, "maxLength": 9, "pattern": "^a"}, "[text at least 2 characters at most 9 characters matching ^a]"),
        ({"enum": ["a", "b"]}, "[one of: a | b]"),
        ({"type": "integer", "enum": [1, 2]}, "[one of: 1 | 2]"),
        ({"const": "x"}, "[always x]"),
        ({"type": "integer", "minimum": 1, "maximum": 5}, "[whole number from 1 to 5]"),
        ({"type": "number", "exclusiveMinimum": 0}, "[number above 0]"),
        ({"type": "boolean"}, "[true or false]"),
        ({"type": ["string", "null"]}, "[text; null for none]"),
        ({"type": ["integer", "null"]}, "[whole number; null for none]"),
        ({"type": ["integer", "boolean"]}, "[true or false or a whole number]"),
        ({"anyOf": [{"type": "number"}, {"type": "null"}]}, "[number; null for none]"),
        ({"type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": 3}, "[1 to 3 items]\n    <item>[text]</item>\n  "),
        ({"type": "array", "items": {"type": "string"}, "minItems": 2, "maxItems": 2}, "[exactly 2 items]\n    <item>[text]</item>\n  "),
        ({"type": "object"}, '[JSON that matches {"type":"object"}]'),
        ({"anyOf": [{"type": "string"}, {"type": "integer"}]}, '[JSON that matches {"anyOf":[{"type":"string"},{"type":"integer"}]}]'),
        (True, "[JSON that matches {}]"),
    ],
)
def test_what_belongs_into_an_element_is_said(field: Any, said: str) -> None:
    assert f"<x>{said}</x>" in form({"type": "object", "properties": {"x": field}, "required": ["x"]})


def test_what_may_be_left_out_is_said() -> None:
    assert "<x>[text; may be left out]</x>" in form({"type": "object", "properties": {"x": {"type": "string"}}})


def test_a_schema_that_holds_itself_ends_in_json() -> None:
    assert '<next>[JSON that matches {"$ref":"#/$defs/node","$defs":' in form(NODE)


def test_names_that_can_be_no_tags_are_changed_and_no_two_are_alike() -> None:
    made = XmlForm({"type": "object", "properties": {name: {"type": "string"} for name in ("a b", "a_b", "A B", "1st", "", "<x>", "reply", "ä")}})
    assert list(made.shape.fields) == ["a_b", "a_b_", "A_B__", "_1st", "_", "_x_", "reply", "ä"]
    assert [name for name, _ in made.shape.fields.values()] == ["a b", "a_b", "A B", "1st", "", "<x>", "reply", "ä"]
    assert made.root == "row"


def test_any_schema_has_a_form() -> None:
    assert form({"type": "array", "items": {"type": "string"}}) == "<reply>[an item element for each]\n  <item>[text]</item>\n</reply>"
    assert form({}) == "<reply>[JSON that matches {}]</reply>"
