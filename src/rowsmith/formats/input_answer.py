"""Pairs for evaluations: `{input, answer}`, both text."""

from __future__ import annotations

from typing import Any

from rowsmith.core.row import Json, Row
from rowsmith.formats import _chat, _plain, _reading, _turns
from rowsmith.formats._format import Format


class InputAnswer(Format):
    """One question and the answer that is expected, in JSON Lines. The same as a table: `input-answer-csv`."""

    name = "input-answer"
    needs = _chat.NEEDS
    drops = _turns.DROPS
    keys = ("input", "answer")
    rank = 0
    plain = _plain.PAIR

    def row(self, row: Row) -> dict[str, Json]:
        """The record; fails with the reasons of `_turns.one_turn` and `_turns.of`."""
        asked, answer = _turns.one_turn(_turns.of(row))
        return {"input": asked, "answer": answer}

    def lost(self, row: Row) -> list[str]:
        """What the record does not hold."""
        return _chat.lost(row, _turns.FIELDS)

    def read(self, record: dict[str, Json]) -> dict[str, Json]:
        """The pair; fails with the reasons of `_reading.texts`."""
        return _reading.pair(*_reading.texts(record, "input", "answer"))

    def quick_read(self, record: dict[str, Any]) -> dict[str, Any] | None:
        """Two texts that say something."""
        return self.quick_row(record)

    def quick_row(self, data: dict[str, Any]) -> dict[str, Any] | None:
        """Two texts."""
        pair = _plain.pair(data)
        return None if pair is None else {"input": pair[0], "answer": pair[1]}


FORMAT = InputAnswer()
