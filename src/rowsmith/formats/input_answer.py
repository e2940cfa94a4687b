"""Pairs for evaluations: `{input, answer}`, both text."""

from __future__ import annotations

from rowsmith.core.row import Json, Row
from rowsmith.formats import _chat, _turns
from rowsmith.formats._format import Format


class InputAnswer(Format):
    """One question and the answer that is expected, in JSON Lines. The same as a table: `input-answer-csv`."""

    name = "input-answer"
    extension = "jsonl"
    needs = _chat.NEEDS
    drops = _turns.DROPS

    def row(self, row: Row) -> dict[str, Json]:
        """The record; fails with the reasons of `_turns.one_turn` and `_chat.conversation`."""
        asked, answer = _turns.one_turn(_chat.conversation(row), row)
        return {"input": asked, "answer": answer}

    def lost(self, row: Row) -> list[str]:
        """What the record does not hold."""
        return _chat.lost(row, _turns.FIELDS)


FORMAT = InputAnswer()
