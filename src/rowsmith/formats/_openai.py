"""Messages as OpenAI's API takes them: arguments are JSON text, calls have ids, results name theirs."""

from __future__ import annotations

from rowsmith.core.errors import RowFailed
from rowsmith.core.row import Json, Row
from rowsmith.formats import _chat, _pictures
from rowsmith.formats._format import says

FIELDS = frozenset({"role", "content", "name", "weight", "tool_calls", "tool_call_id"})


def message(found: _chat.Message) -> dict[str, Json]:
    """One message. Content that is null beside a tool call is written as empty text, because chat templates fail on null.

    Raises:
        RowFailed: `tool_calls`, `not_text`.
    """
    kept = {"role": found["role"], "content": _content(found)}
    kept |= {name: found[name] for name in ("name", "weight", "tool_call_id") if says(found.get(name))}
    if found["role"] == "tool" and "tool_call_id" not in kept:
        raise RowFailed("tool_calls", "A result of a tool has no tool_call_id.")
    if calls := _chat.calls_of(found):
        kept["tool_calls"] = [_call(call, *told) for call, told in zip(found["tool_calls"], calls, strict=True)]
    return kept


def with_images(messages: list[_chat.Message], row: Row) -> list[_chat.Message]:
    """The messages with the images of the row as parts; each is written as a reference, in whose place its bytes come.

    Raises:
        RowFailed: the reasons of `_pictures.seen`.
    """
    if not _pictures.of_columns(row) and all(isinstance(message.get("content"), str) for message in messages):
        return messages
    seen = _pictures.seen(messages, row, others=True)
    made = []
    for n, message in enumerate(seen.messages):
        content = message.get("content")
        if isinstance(content, list):
            content = [_shown(part["image"]) if part["type"] == "image" else part for part in content]
        if n == seen.place and seen.before:
            text = [{"type": "text", "text": content}] if isinstance(content, str) else content or []
            content = [*map(_shown, seen.before), *text]
        made.append({**message, "content": content} if content is not message.get("content") else message)
    return made


def _shown(image: _pictures.Reference) -> dict[str, Json]:
    return {"type": "image_url", "image_url": {"url": image}}


def _content(message: _chat.Message) -> Json:
    content = message.get("content")
    if content is None:
        return ""
    if isinstance(content, str) or (isinstance(content, list) and all(isinstance(part, dict) and part.get("type") for part in content)):
        return content
    raise RowFailed("not_text", f"The content of a message of the {message['role']} is neither text nor a list of parts.")


def _call(call: dict[str, Json], name: str, arguments: Json) -> dict[str, Json]:
    if not says(call.get("id")):
        raise RowFailed("tool_calls", "A tool call has no id.")
    return {"id": call["id"], "type": "function", "function": {"name": name, "arguments": _chat.as_text(arguments)}}
