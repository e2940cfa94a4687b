"""Answers that are made up for a form in XML fit its schema."""

from __future__ import annotations

from typing import Any

import pytest

from rowsmith.llm.schema import Schema
from rowsmith.llm.xml_answer import values
from rowsmith.testing.answers import made_up
from rowsmith.testing.request import Request
from rowsmith.testing.xml_forms import form_in

PAIR = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"], "additionalProperties": False}
FIELDS: dict[str, Any] = {
    "text": {"type": "string", "description": "What is; asked."},
    "bounded": {"type": "string", "minLength": 3, "maxLength": 9},
    "whole": {"type": "integer", "minimum": 1, "maximum": 5},
    "share": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
    "good": {"type": "boolean"},
    "topic": {"enum": ["price", "free delivery"]},
    "always": {"const": "x"},
    "maybe": {"type": ["integer", "null"]},
    "tags": {"type": "array", "items": {"type": "string"}, "minItems": 2},
    "three": {"type": "array", "items": PAIR, "minItems": 3, "maxItems": 3},
    "any": {"type": "object", "additionalProperties": {"type": "integer"}},
}


def asked(schema: Any) -> Request:
    said = f"Answer so:\n{Schema(schema).xml.text()}"
    data = {"messages": [{"role": "system", "content": said}, {"role": "user", "content": "words & <more> words"}]}
    return Request("/", said.encode(), data, b"digest")


@pytest.mark.parametrize(
    "schema", [{"type": "object", "properties": FIELDS, "required": list(FIELDS)}, {"type": "array", "items": PAIR}, {"type": "integer"}]
)
def test_they_fit_the_schema(schema: Any) -> None:
    text = made_up(asked(schema), b"seed").text
    assert text is not None
    (found,), problem = values(text, Schema(schema).xml)
    assert (Schema(schema).errors(found.value), problem, found.missing) == ([], "", False)


def test_the_same_request_gets_the_same_answer() -> None:
    schema = {"type": "object", "properties": FIELDS}
    assert made_up(asked(schema), b"seed") == made_up(asked(schema), b"seed")
    assert made_up(asked(schema), b"seed") != made_up(asked(schema), b"other")


@pytest.mark.parametrize("text", ["", "<p>\nsome\n</p>", "<a>[1]</b>", "no form"])
def test_other_texts_hold_no_form(text: str) -> None:
    assert form_in([text]) == ""
