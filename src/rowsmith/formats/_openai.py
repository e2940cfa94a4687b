"""Messages as OpenAI's API takes them: arguments are JSON text, calls have ids, results name theirs."""

from __future__ import annotations

from collections.abc import Sequence

from rowsmith.core.errors import RowFailed
from rowsmith.core.row import Json
from rowsmith.formats import _chat
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


def with_images(images: Sequence[dict[str, Json]], content: Json) -> Json:
    """The content of a message with images before it; each is written as a reference, in whose place its bytes come."""
    text = [{"type": "text", "text": content}] if isinstance(content, str) else list(content or ())
    return [*({"type": "image_url", "image_url": {"url": image}} for image in images), *text]


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
