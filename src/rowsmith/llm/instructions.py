"""What tells a model in words how to answer, where no schema mode does; and again, where it did not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from rowsmith.llm.providers import Way
from rowsmith.llm.xml_form import XmlForm

JSON = "Answer with one JSON value and nothing else: no other words, no code fence. It must match this JSON Schema:\n"
XML = (
    "Answer with XML in the form below and nothing else: no other words, no code fence. Put a value in place of each pair of brackets and what "
    "stands in it, and close every element. Within a value write & as &amp;, < as &lt; and > as &gt;, or put it into <![CDATA[ and ]]>, "
    "as you do where it begins or ends with space or is the word null.\n"
)
_JSON_AGAIN = "Answer the question again, with one corrected JSON value and nothing else: no other words, no code fence."
REMINDERS: dict[Way, str] = {
    "schema": _JSON_AGAIN,
    "object": _JSON_AGAIN,
    "json": _JSON_AGAIN,
    "tools": "Answer the question again: call the tool once more, with corrected arguments.",
    "xml": "Answer the question again, with the corrected XML and nothing else: no other words, no code fence.",
}
"""What a model is told below the errors of its answer."""


def instructions(schema: Mapping[str, Any] | None, way: Way) -> str:
    """What the model is told beside the question; empty when the request itself says it."""
    if schema is None:
        return ""
    if way == "xml":
        return XML + XmlForm(schema).text()
    return JSON + orjson.dumps(schema).decode() if way in ("object", "json") else ""


def instructed(messages: Sequence[Mapping[str, Any]], told: str) -> Sequence[Mapping[str, Any]]:
    """Copies of the messages with the instructions at the end of the system message, or as one; the messages themselves without any."""
    if not told:
        return messages
    first = messages[0] if messages else {}
    if first.get("role") == "system" and isinstance(first.get("content"), str):
        return [{**first, "content": f"{first['content']}\n\n{told}"}, *messages[1:]]
    return [{"role": "system", "content": told}, *messages]
