"""Together (3.1.1), conversations: `{messages: [{role, content}]}`."""

from __future__ import annotations

from rowsmith.core.row import Json, Row
from rowsmith.formats import _chat, _reading, _turns
from rowsmith.formats._format import Format


class Together(Format):
    """A system prompt first, then user and assistant in turns, all text. Its own check of a file looks at less than its server does (L40).

    Together also reads `text`, `prompt-completion` and `openai-preference`; a file holds one of them.
    """

    name = "together"
    consumer = "together"
    needs = _chat.NEEDS
    drops = _turns.DROPS
    keys = ("messages",)
    rank = 3

    def row(self, row: Row) -> dict[str, Json]:
        """The record; fails with the reasons of `_turns.in_turns`."""
        return {"messages": _turns.in_turns(row)}

    def lost(self, row: Row) -> list[str]:
        """What the record does not hold."""
        return _chat.lost(row, _turns.FIELDS)

    def read(self, record: dict[str, Json]) -> dict[str, Json]:
        """The conversation; fails with the reasons of `_reading.messages`."""
        return {"messages": _reading.under(record, "messages", _turns.FIELDS)}


FORMAT = Together()
