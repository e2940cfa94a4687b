"""OpenAI's chat lines: `{messages: [{role, content}], tools?}`. Also read by Axolotl, MLX-LM, Azure and Fireworks."""

from __future__ import annotations

from typing import Any

from rowsmith.core.errors import RowFailed
from rowsmith.core.row import Json, Row
from rowsmith.formats import _chat, _openai, _pictures, _plain, _reading
from rowsmith.formats._format import Format


class OpenAi(Format):
    """`messages` with system prompts, turns, tools and weights kept; `input` and `answer` become user and assistant.

    Arguments of tool calls are JSON text. Content that is null beside a tool call is written as empty text, because chat templates fail
    on null. Images are data URLs where they are shown: those of the columns `image` and `images` in the first message of the user, before its
    text. OpenAI takes images of the user alone.
    """

    name = "openai"
    consumer = "openai"
    needs = _chat.NEEDS
    drops = ("columns beside the conversation", "fields of messages that the API does not know")
    keys = ("messages", "tools")
    attached = "inline"
    plain = _plain.CHAT
    rank = 0

    def row(self, row: Row) -> dict[str, Json]:
        """The record; fails with `tool_calls`, `tools` and the reasons of `_chat.conversation` and `_pictures.seen`."""
        said = _openai.with_images(_chat.conversation(row), row)
        record: dict[str, Json] = {"messages": [_openai.message(message) for message in said]}
        tools = _chat.tools_of(row)
        return {**record, "tools": tools} if tools else record

    def lost(self, row: Row) -> list[str]:
        """What the record does not hold."""
        return _pictures.lost(_chat.lost(row, _openai.FIELDS), row)

    def read(self, record: dict[str, Json]) -> dict[str, Json]:
        """The conversation; fails with `tool_calls` and the reasons of `_reading.conversation`."""
        found = _reading.conversation(record, fields=_openai.FIELDS)
        if any(not isinstance(arguments, str) for message in found["messages"] for _, arguments in _chat.calls_of(message)):
            raise RowFailed("tool_calls", "The arguments of a tool call are not JSON text.")
        return found

    def quick_read(self, record: dict[str, Any]) -> dict[str, Any]:
        """The messages as they stand."""
        return record

    def quick_row(self, data: dict[str, Any]) -> dict[str, Any] | None:
        """A conversation in which everyone says something."""
        messages = _plain.conversation(data)
        return None if messages is None else {"messages": [{"role": one["role"], "content": one["content"]} for one in messages]}


FORMAT = OpenAi()
