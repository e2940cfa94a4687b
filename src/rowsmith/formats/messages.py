"""Messages as Rowsmith has them: `{messages, tools?}`, each message with all its fields."""

from __future__ import annotations

from rowsmith.core.row import Json, Row
from rowsmith.formats import _chat
from rowsmith.formats._format import Format, unused


class Messages(Format):
    """The conversation with every field of every message as it stands (thoughts, weights, arguments as text or mapping).

    `input` and `answer` become user and assistant. What a trainer or a server wants of messages, its own format gives.
    """

    name = "messages"
    extension = "jsonl"
    needs = _chat.NEEDS
    drops = ("columns beside the conversation",)

    def row(self, row: Row) -> dict[str, Json]:
        """The record; fails with `tool_calls`, `tools` and the reasons of `_chat.conversation`."""
        messages, tools = _chat.conversation(row), _chat.tools_of(row)
        for message in messages:
            _chat.calls_of(message)
        return {"messages": messages, "tools": tools} if tools else {"messages": messages}

    def lost(self, row: Row) -> list[str]:
        """What the record does not hold."""
        return unused(row, _chat.used(row))


FORMAT = Messages()
