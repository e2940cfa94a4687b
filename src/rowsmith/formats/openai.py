"""OpenAI's chat lines: `{messages: [{role, content}], tools?}`. Also read by TRL, Axolotl, MLX-LM, Azure, Together and Fireworks."""

from __future__ import annotations

from rowsmith.core.errors import RowFailed
from rowsmith.core.row import Json, Row
from rowsmith.formats import _chat
from rowsmith.formats._format import Format, says

_FIELDS = frozenset({"role", "content", "name", "weight", "tool_calls", "tool_call_id"})


class OpenAi(Format):
    """`messages` with system prompts, turns, tools and weights kept; `input` and `answer` become user and assistant.

    Arguments of tool calls are JSON text. Content that is null beside a tool call is written as empty text, because chat templates fail
    on null.
    """

    name = "openai"
    extension = "jsonl"
    needs = _chat.NEEDS
    drops = ("columns beside the conversation", "fields of messages that the API does not know")

    def row(self, row: Row) -> dict[str, Json]:
        """The record; fails with `tool_calls` and the reasons of `_chat.conversation`."""
        record: dict[str, Json] = {"messages": [_message(message) for message in _chat.conversation(row)]}
        return record | ({"tools": row.data["tools"]} if "tools" in _chat.used(row) and says(row.data.get("tools")) else {})

    def lost(self, row: Row) -> list[str]:
        """What the record does not hold."""
        return _chat.lost(row, _FIELDS)


def _message(message: _chat.Message) -> dict[str, Json]:
    kept = {"role": message["role"], "content": _content(message)}
    kept |= {name: message[name] for name in ("name", "weight", "tool_call_id") if says(message.get(name))}
    if message["role"] == "tool" and "tool_call_id" not in kept:
        raise RowFailed("tool_calls", "A result of a tool has no tool_call_id.")
    if calls := _chat.calls_of(message):
        if message["role"] != "assistant":
            raise RowFailed("tool_calls", "Only the assistant calls tools.")
        kept["tool_calls"] = [_call(call, *found) for call, found in zip(message["tool_calls"], calls, strict=True)]
    return kept


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


FORMAT = OpenAi()
