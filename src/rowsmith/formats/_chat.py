"""The conversation in a row, for the formats of trainers: `messages`, or `input` and `answer`; and `tools`, which the model may call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeGuard

import orjson

from rowsmith.core.errors import RowFailed
from rowsmith.core.row import Json, Row
from rowsmith.formats._format import json_bytes, says, unused

NEEDS = (("messages",), ("input", "answer"))
ROLES = ("system", "developer", "user", "assistant", "tool")
_SPEAKERS = ("system", "user", "assistant")

Message = dict[str, Any]


def used(row: Row) -> tuple[str, ...]:
    """The columns that the conversation is made of."""
    return ("messages", "tools") if says(row.data.get("messages")) else ("input", "answer", "tools")


def lost(row: Row, fields: frozenset[str], columns: Sequence[str] | None = None) -> list[str]:
    """Columns beyond these (default: the conversation), and fields of the messages in them beyond these fields, that say something."""
    columns = used(row) if columns is None else columns
    return [*unused(row, columns), *fields_lost(row, fields, columns)]


def fields_lost(row: Row, fields: frozenset[str], columns: Sequence[str]) -> list[str]:
    """Fields beyond these of the messages in these columns that say something, as `column.field`."""
    found: set[str] = set()
    for column in columns:
        messages = row.data.get(column)
        if column == "tools" or not isinstance(messages, list):
            continue
        for message in messages:
            if isinstance(message, dict) and not message.keys() <= fields:
                found |= {f"{column}.{name}" for name, value in message.items() if name not in fields and says(value)}
    return sorted(found) if found else []


def conversation(row: Row) -> list[Message]:
    """The messages, checked: known roles, and something answered at the end.

    Raises:
        RowFailed: `no_conversation`, `messages`, `role`, `not_text`, `empty_input`, `turn_order`, `empty_answer`.
    """
    messages = checked(row.data.get("messages"), "messages") if says(row.data.get("messages")) else _pair(row)
    if messages[-1]["role"] != "assistant":
        raise RowFailed("turn_order", "The last message is not the assistant's.")
    if not says(messages[-1].get("content")) and not says(messages[-1].get("tool_calls")):
        raise RowFailed("empty_answer", "The last message says nothing.")
    return messages


def plain(data: dict[str, Json]) -> list[tuple[str, str]] | None:
    """The roles and texts of a row's conversation of plain text, in which everyone says something and nobody calls tools: most are, and this is
    the quick way through them. None: it is another one, or none; `conversation` says which."""
    if "tools" in data:
        return None
    messages = data.get("messages")
    if not says(messages):
        asked, answer = data.get("input"), data.get("answer")
        return [("user", asked), ("assistant", answer)] if worded(asked) and worded(answer) else None
    found = []
    for message in messages if type(messages) is list else ():
        if type(message) is not dict or "tool_calls" in message:
            return None
        role, text = message.get("role"), message.get("content")
        if role not in _SPEAKERS or not worded(text):
            return None
        found.append((role, text))
    return found if found and found[-1][0] == "assistant" else None


def worded(value: Json) -> TypeGuard[str]:
    """Whether it is a text that says something."""
    return type(value) is str and value != "" and not value.isspace()


def checked(messages: Json, column: str) -> list[Message]:
    """A value that should be messages: a list of mappings with known roles, at least one.

    Raises:
        RowFailed: `messages`, `role`.
    """
    if not isinstance(messages, list) or not messages or not all(isinstance(message, dict) for message in messages):
        raise RowFailed("messages", f"`{column}` is not a list of mappings.")
    for message in messages:
        if (role := message.get("role")) not in ROLES:
            raise RowFailed("role", f"A message has the role {role!r}; known are {', '.join(sorted(ROLES))}.")
    return messages


def said(row: Row, column: str, role: str) -> list[Message]:
    """The messages in a column that holds messages, or the text that one of this role said.

    Raises:
        RowFailed: `empty_COLUMN`, `not_text`, and the reasons of `checked`.
    """
    value = row.data.get(column)
    if isinstance(value, list) and value:
        return checked(value, column)
    if not says(value) or (isinstance(value, str) and not value.strip()):
        raise RowFailed(f"empty_{column}", f"`{column}` says nothing.")
    if not isinstance(value, str):
        raise RowFailed("not_text", f"`{column}` is neither text nor messages.")
    return [{"role": role, "content": value}]


def turn(asked: str, answer: str) -> list[Message]:
    """One question and its answer as messages."""
    return [{"role": "user", "content": asked}, {"role": "assistant", "content": answer}]


def asked_last(prompt: list[Message]) -> list[Message]:
    """A prompt, which ends with something that an assistant answers.

    Raises:
        RowFailed: `turn_order`.
    """
    if not prompt or prompt[-1]["role"] not in ("user", "tool"):
        raise RowFailed("turn_order", "What comes before the answer does not end with the user or a tool.")
    return prompt


def _pair(row: Row) -> list[Message]:
    asked, answer = row.data.get("input"), row.data.get("answer")
    if asked is None or answer is None:
        raise RowFailed("no_conversation", "It needs `messages`, or `input` and `answer`.")
    if not isinstance(asked, str) or not isinstance(answer, str):
        raise RowFailed("not_text", "`input` and `answer` must be text.")
    if not asked.strip():
        raise RowFailed("empty_input", "`input` is empty.")
    return turn(asked, answer)


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
    if calls and message["role"] != "assistant":
        raise RowFailed("tool_calls", "Only the assistant calls tools.")
    found = []
    for call in calls:
        function = call.get("function") if isinstance(call, dict) else None
        if not isinstance(function, dict) or not isinstance(function.get("name"), str):
            raise RowFailed("tool_calls", "A tool call has no function name.")
        found.append((function["name"], function.get("arguments", {})))
    return found


def arguments_of(arguments: Json) -> dict[str, Json]:
    """The arguments of a tool call as a mapping, parsed where they are JSON text.

    Raises:
        RowFailed: `tool_calls`.
    """
    found = _parsed(arguments)
    if not isinstance(found, dict):
        raise RowFailed("tool_calls", "The arguments of a tool call are no mapping, and no JSON of one.")
    return found


def tools_of(row: Row) -> list[dict[str, Json]]:
    """The tools that the model may call, parsed where they are JSON text; none is an empty list.

    Raises:
        RowFailed: `tools`.
    """
    tools = _parsed(row.data.get("tools"))
    if not says(tools):
        return []
    if not isinstance(tools, list) or not all(isinstance(tool, dict) for tool in tools):
        raise RowFailed("tools", "`tools` is no list of tools, and no JSON of one.")
    return tools


def as_text(value: Json) -> str:
    """Text as it stands, anything else as JSON."""
    return value if isinstance(value, str) else json_bytes(value).decode()


def _parsed(value: Json) -> Json:
    """The value; what its text says where that is JSON."""
    try:
        return orjson.loads(value) if isinstance(value, str) else value
    except orjson.JSONDecodeError:
        return value
