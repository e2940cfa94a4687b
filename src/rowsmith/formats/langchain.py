"""LangChain (langchain-core 1.7.2): `{messages}`, each list as `convert_to_messages` reads it."""

from __future__ import annotations

from rowsmith.core.row import Json, Row
from rowsmith.formats import _chat, _openai, _reading
from rowsmith.formats._format import Format


class LangChain(Format):
    """Conversations with system prompts and tool calls. Documents go as `langchain-documents`.

    `convert_to_messages` stops at a result without its call's id, and at arguments that are no JSON of a mapping: such rows are left out.
    """

    name = "langchain"
    consumer = "langchain"
    needs = _chat.NEEDS
    drops = ("columns beside the messages, tools too", "weights and fields of messages that LangChain does not know")
    keys = ("messages",)
    rank = 2

    def row(self, row: Row) -> dict[str, Json]:
        """The record; fails with the reasons of `_openai.message`, `_chat.arguments_of` and `_chat.conversation`."""
        return {"messages": [_message(message) for message in _chat.conversation(row)]}

    def lost(self, row: Row) -> list[str]:
        """What the record does not hold."""
        return _chat.lost(row, _openai.FIELDS - {"weight"}, [name for name in _chat.used(row) if name != "tools"])

    def read(self, record: dict[str, Json]) -> dict[str, Json]:
        """The conversation; fails with the reasons of `_reading.messages`."""
        return {"messages": _reading.under(record, "messages", _openai.FIELDS - {"weight"})}


def _message(message: _chat.Message) -> dict[str, Json]:
    for _, arguments in _chat.calls_of(message):
        _chat.arguments_of(arguments)
    return {name: value for name, value in _openai.message(message).items() if name != "weight"}


FORMAT = LangChain()
