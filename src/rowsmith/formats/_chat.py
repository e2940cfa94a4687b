"""The conversation in a row, for the formats of trainers: `messages` (and `tools`), or `input` and `answer`."""

from __future__ import annotations

from typing import Any

from rowsmith.core.errors import RowFailed
from rowsmith.core.row import Json, Row
from rowsmith.formats._format import json_bytes, says, unused

NEEDS = (("messages",), ("input", "answer"))
ROLES = {"system", "developer", "user", "assistant", "tool"}

Message = dict[str, Any]


def used(row: Row) -> tuple[str, ...]:
    """The columns that the conversation is made of."""
    return ("messages", "tools") if says(row.data.get("messages")) else ("input", "answer")


def lost(row: Row, fields: frozenset[str]) -> list[str]:
    """Columns beyond the conversation, and fields of messages beyond these, that say something."""
    messages = row.data.get("messages") or [] if used(row)[0] == "messages" else []
    extra = {f"messages.{name}" for message in messages for name, value in message.items() if name not in fields and says(value)}
    return [*unused(row, used(row)), *sorted(extra)]


def conversation(row: Row) -> list[Message]:
    """The messages, checked: known roles, something asked, and something answered at the end.

    Raises:
        RowFailed: `no_conversation`, `messages`, `role`, `not_text`, `turn_order`, `empty_answer`.
    """
    messages = row.data.get("messages") if used(row)[0] == "messages" else _pair(row)
    if not isinstance(messages, list) or not all(isinstance(message, dict) for message in messages):
        raise RowFailed("messages", "`messages` is not a list of mappings.")
    for message in messages:
        if message.get("role") not in ROLES:
            raise RowFailed("role", f"A message has the role {message.get('role')!r}; known are {', '.join(sorted(ROLES))}.")
    if messages[-1]["role"] != "assistant":
        raise RowFailed("turn_order", "The last message is not the assistant's.")
    if not says(messages[-1].get("content")) and not says(messages[-1].get("tool_calls")):
        raise RowFailed("empty_answer", "The last message says nothing.")
    return messages


def _pair(row: Row) -> list[Message]:
    asked, answer = row.data.get("input"), row.data.get("answer")
    if asked is None or answer is None:
        raise RowFailed("no_conversation", "It needs `messages`, or `input` and `answer`.")
    if not isinstance(asked, str) or not isinstance(answer, str):
        raise RowFailed("not_text", "`input` and `answer` must be text.")
    if not asked.strip():
        raise RowFailed("empty_input", "`input` is empty.")
    return [{"role": "user", "content": asked}, {"role": "assistant", "content": answer}]


def text_of(message: Message) -> str:
    """The text of a message; text parts are joined.

    Raises:
        RowFailed: `not_text`, for a part that is not text.
    """
    content = message.get("content")
    if content is None:
        return ""
    parts = content if isinstance(content, list) else [{"type": "text", "text": content}]
    if not all(isinstance(part, dict) and part.get("type") == "text" and isinstance(part.get("text"), str) for part in parts):
        raise RowFailed("not_text", f"A message of the {message['role']} is not text.")
    return "".join(part["text"] for part in parts)


def calls_of(message: Message) -> list[tuple[str, Json]]:
    """The tool calls of a message: name and arguments, as they stand (text or mapping).

    Raises:
        RowFailed: `tool_calls`, when they are not what a tool call is.
    """
    calls = message.get("tool_calls") or []
    if not isinstance(calls, list):
        raise RowFailed("tool_calls", "`tool_calls` is not a list.")
    found = []
    for call in calls:
        function = call.get("function") if isinstance(call, dict) else None
        if not isinstance(function, dict) or not isinstance(function.get("name"), str):
            raise RowFailed("tool_calls", "A tool call has no function name.")
        found.append((function["name"], function.get("arguments", {})))
    return found


def as_text(value: Json) -> str:
    """Text as it stands, anything else as JSON."""
    return value if isinstance(value, str) else json_bytes(value).decode()
