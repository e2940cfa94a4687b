"""Alpaca: `{instruction, input, output}`, one turn."""

from __future__ import annotations

from rowsmith.core.row import Json, Row
from rowsmith.formats import _chat, _turns
from rowsmith.formats._format import Format


class Alpaca(Format):
    """The question as `instruction`, the answer as `output`; `input` is empty.

    Plain Alpaca has no place for a system prompt, further turns or tools: such rows are left out and counted, never cut.
    """

    name = "alpaca"
    extension = "jsonl"
    needs = _chat.NEEDS
    drops = _turns.DROPS

    def row(self, row: Row) -> dict[str, Json]:
        """The record; fails with the reasons of `_turns.one_turn` and `_chat.conversation`."""
        asked, answer = _turns.one_turn(_chat.conversation(row), row)
        return {"instruction": asked, "input": "", "output": answer}

    def lost(self, row: Row) -> list[str]:
        """What the record does not hold."""
        return _chat.lost(row, _turns.FIELDS)


FORMAT = Alpaca()
