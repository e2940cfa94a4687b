"""The canonical shapes of training examples, and whether a row has one: which columns it has to have, and what they have to say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from rowsmith.core.row import Json

OTHER = "other"
"""The shape of a row that has none of them."""
ROLES = frozenset({"system", "developer", "user", "assistant", "tool"})


class Fit(NamedTuple):
    """The shape whose columns a row has (`other`: none), and why it does not fit it; empty where it does."""

    shape: str
    problem: str


def fit(data: Mapping[str, Json]) -> Fit:
    """Which shape a row has."""
    for name, columns in _SHAPES.items():
        if all(column in data for column in columns):
            return Fit(name, next((f"{column} {problem}" for column, check in columns.items() if (problem := check(data[column]))), ""))
    return Fit(OTHER, "")


SIDES = ("chosen", "rejected")
"""The answers of a preference."""


def texts(value: Json) -> list[str]:
    """The texts in a value; of a message what is said, and not who says it."""
    found: list[str] = []
    _texts(value, found)
    return found


def _texts(value: Json, found: list[str]) -> None:
    if isinstance(value, str):
        found.append(value)
    elif isinstance(value, list):
        for item in value:
            _texts(item, found)
    elif isinstance(value, dict):
        skipped = ("role", "type", "id", "tool_call_id") if "role" in value or "type" in value else ()
        for name, item in value.items():
            if name not in skipped:
                _texts(item, found)


def _text(value: Any) -> str:
    return "is not text" if not isinstance(value, str) else "" if value.strip() else "is empty"


def _said(value: Any) -> str:
    """Text, or messages."""
    return _messages(value) if isinstance(value, list) else _text(value)


def _choices(value: Any) -> str:
    return "" if isinstance(value, list) and len(value) > 1 else "is no list of at least two"


def _any(value: Any) -> str:
    return "is empty" if value is None or value == "" else ""


def _messages(value: Any) -> str:
    if not isinstance(value, list) or not value:
        return "is no list of messages"
    for message in value:
        if not isinstance(message, dict) or message.get("role") not in ROLES:
            return "has a message without a known role"
        if not message.get("content") and not message.get("tool_calls"):
            return "has a message that says nothing"
    return ""


_SHAPES: dict[str, dict[str, Callable[[Any], str]]] = {
    "messages": {"messages": _messages},
    "input, chosen, rejected": {"input": _said, "chosen": _said, "rejected": _said},
    "input, choices, answer": {"input": _text, "choices": _choices, "answer": _any},
    "input, answer": {"input": _text, "answer": _text},
    "text, label": {"text": _text, "label": _any},
    "text": {"text": _text},
}
"""By their columns, those that need more of them first."""
