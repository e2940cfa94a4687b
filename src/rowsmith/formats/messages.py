"""Messages as Rowsmith has them: `{messages, tools?}`, each message with all its fields."""

from __future__ import annotations

from typing import Any

from rowsmith.core.row import Json, Row
from rowsmith.formats import _chat, _plain, _reading
from rowsmith.formats._format import Format, unused


class Messages(Format):
    """The conversation with every field of every message as it stands (thoughts, weights, arguments as text or mapping).

    `input` and `answer` become user and assistant. What a trainer or a server wants of messages, its own format gives.
    """

    name = "messages"
    consumer = "axolotl"
    needs = _chat.NEEDS
    drops = ("columns beside the conversation",)
    keys = ("messages", "tools")
    plain = _plain.CHAT

    def row(self, row: Row) -> dict[str, Json]:
        """The record; fails with `tools` and the reasons of `_chat.conversation` and `_reading.messages`."""
        messages, tools = _reading.messages(_chat.conversation(row), "messages"), _chat.tools_of(row)
        return {"messages": messages, "tools": tools} if tools else {"messages": messages}

    def lost(self, row: Row) -> list[str]:
        """What the record does not hold."""
        return unused(row, _chat.used(row))

    def read(self, record: dict[str, Json]) -> dict[str, Json]:
        """The conversation; fails with the reasons of `_reading.conversation`."""
        return _reading.conversation(record)

    def quick_read(self, record: dict[str, Any]) -> dict[str, Any]:
        """The messages as they stand."""
        return record


FORMAT = Messages()
