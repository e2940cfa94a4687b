"""What tells a model in words how to answer, where no schema mode does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from rowsmith.llm.providers import Way

JSON = "Answer with one JSON value and nothing else: no other words, no code fence. It must match this JSON Schema:\n"


def instructions(schema: Mapping[str, Any] | None, way: Way) -> str:
    """What the model is told beside the question; empty when the request itself says it."""
    return JSON + orjson.dumps(schema).decode() if schema is not None and way in ("object", "json") else ""


def instructed(messages: Sequence[Mapping[str, Any]], told: str) -> Sequence[Mapping[str, Any]]:
    """Copies of the messages with the instructions at the end of the system message, or as one; the messages themselves without any."""
    if not told:
        return messages
    first = messages[0] if messages else {}
    if first.get("role") == "system" and isinstance(first.get("content"), str):
        return [{**first, "content": f"{first['content']}\n\n{told}"}, *messages[1:]]
    return [{"role": "system", "content": told}, *messages]
