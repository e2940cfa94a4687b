"""TRL's SFT trainer (1.16.0): `{messages, tools?}`."""

from __future__ import annotations

from rowsmith.core.errors import RowFailed
from rowsmith.core.row import Json, Row
from rowsmith.formats import _chat, _reading, _trl
from rowsmith.formats._format import Format


class TrlSft(Format):
    """Conversations as the chat template wants them: arguments of tool calls as mappings, empty content beside a call, names of tools at
    their results.

    TRL's loss covers every turn unless `assistant_only_loss` is set (L05), which `trl-prompt-completion` does not need.
    """

    name = "trl-sft"
    consumer = "trl-sft"
    needs = _chat.NEEDS
    drops = _trl.DROPS
    keys = ("messages", "tools")
    rank = 2

    def row(self, row: Row) -> dict[str, Json]:
        """The record; fails with the reasons of `_trl.messages`, `_trl.with_tools` and `_chat.conversation`."""
        return _trl.with_tools({"messages": _trl.messages(_chat.conversation(row))}, row)

    def lost(self, row: Row) -> list[str]:
        """What the record does not hold."""
        return _chat.lost(row, _trl.FIELDS)

    def read(self, record: dict[str, Json]) -> dict[str, Json]:
        """The conversation; fails with `tool_calls` and the reasons of `_reading.conversation`."""
        found = _reading.conversation(record, fields=_trl.FIELDS)
        if any(not isinstance(arguments, dict) for message in found["messages"] for _, arguments in _chat.calls_of(message)):
            raise RowFailed("tool_calls", "The arguments of a tool call are no mapping.")
        return found


FORMAT = TrlSft()
