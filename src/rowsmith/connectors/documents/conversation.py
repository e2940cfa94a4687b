"""A conversation as a document: its messages in the shape that rows have them, and the same as text, turn by turn.

A message is {role, content}; of the assistant also `tool_calls` [{id, type: "function", function: {name, arguments}}], of a tool `tool_call_id`;
`name` where somebody in particular speaks; `thinking` where the model's own thoughts were kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson

from rowsmith.connectors.containers.limits import Refused
from rowsmith.connectors.documents.writing import Writing, fenced
from rowsmith.core.documents import Document
from rowsmith.core.lines import json_value
from rowsmith.core.row import Json

Message = dict[str, Any]


def message(role: str, content: str, sent_at: Json = None, **more: Json) -> Message:
    """One, with the further fields that say something; when it was sent (ISO 8601) becomes a mark."""
    told = {"sent_at": sent_at, **more}
    return {"role": role, "content": content, **{name: value for name, value in told.items() if value not in (None, "", [])}}


def tool_call(key: str, name: str, arguments: Json) -> dict[str, Json]:
    """A call of a tool; its arguments are JSON text, as models give them."""
    text = arguments if isinstance(arguments, str) else orjson.dumps(arguments).decode()
    return {"id": key, "type": "function", "function": {"name": name, "arguments": text}}


def conversation(
    kind: str, messages: Sequence[Message], columns: dict[str, Json], member: str = "", notes: Sequence[str] = ()
) -> Document:
    """The document: `messages` is a column of it, `started_at` is when the first of them was sent unless that is told, and its marks say where each
    turn begins, from 1, and when it was sent, as far as that is known from the first one on."""
    out = Writing()
    begun = sent = messages[0].get("sent_at") if messages else None
    for number, one in enumerate(messages, 1):
        out.mark("turns", number)
        if begun:
            sent = one.get("sent_at", sent)
            out.mark("times", str(sent))
        out.heading(2, " ".join(filter(None, (one["role"].capitalize(), f"({one['name']})" if one.get("name") else ""))))
        for block in _blocks(one):
            out.block(block)
    out.notes += notes
    said = [{name: value for name, value in one.items() if name != "sent_at"} for one in messages]
    return out.document(kind, {"started_at": begun, **columns, "messages": said}, member)


def _blocks(one: Message) -> Iterator[str]:
    if one["role"] == "tool":
        yield fenced(one["content"]) if one["content"].strip() else ""
    else:
        yield one["content"]
    for call in one.get("tool_calls", ()):
        function = call["function"]
        yield f"Calls `{function['name']}`:\n\n{fenced(function['arguments'], 'json')}"


def joined(parts: Json, kinds: Sequence[str]) -> str:
    """The text of content that is a text, or a list of parts of which those of these kinds are text."""
    if isinstance(parts, str):
        return parts
    found = [one if isinstance(one, str) else text_of(one, "text") if one_of(one, "type") in kinds else "" for one in listed(parts)]
    return "\n\n".join(text for text in found if text.strip())


def left_out(parts: Json, kinds: Sequence[str]) -> list[str]:
    """The kinds of parts, beyond these, that are no text: pictures, say."""
    return [str(one.get("type")) for one in listed(parts) if isinstance(one, dict) and one.get("type") not in kinds]


def json_lines(text: str) -> tuple[list[dict[str, Any]], int]:
    """The JSON objects of a text, one a line, and how many lines are none: the last line of a log that is still written may be cut off."""
    found, broken = [], 0
    for line in text.split("\n"):
        if not line.strip():
            continue
        try:
            value = json_value(line.encode(), "utf-8")
        except ValueError:
            value = None
        if isinstance(value, dict):
            found.append(value)
        else:
            broken += 1
    return found, broken


def broken_lines(count: int) -> list[str]:
    """What is to be said of lines that are no JSON."""
    return [f"{count:,} of its lines are no JSON objects, and are left out."] if count else []


def require(messages: Sequence[Message]) -> None:
    """Hold a conversation to saying something.

    Raises:
        Refused: it has no message.
    """
    if not messages:
        raise Refused("There is no message in it.", "Give the record of a conversation.", "no_text")


def at(seconds: Json) -> str:
    """Seconds since 1970 as ISO 8601; empty where they are none."""
    try:
        return datetime.fromtimestamp(float(seconds), UTC).isoformat(timespec="seconds") if seconds else ""
    except (ValueError, TypeError, OverflowError, OSError):
        return ""


def one_of(value: Json, name: str) -> Json:
    """A field of a mapping; None where it is none, or has none."""
    return value.get(name) if isinstance(value, dict) else None


def text_of(value: Json, name: str) -> str:
    """A field that is a text; empty where it is none."""
    found = one_of(value, name)
    return found if isinstance(found, str) else ""


def listed(value: Json) -> list[Any]:
    """A list; an empty one for anything else."""
    return value if isinstance(value, list) else []
