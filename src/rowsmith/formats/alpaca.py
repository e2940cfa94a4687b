"""Alpaca: `{instruction, input, output}`, one turn."""

from __future__ import annotations

from typing import Any, TypedDict

from rowsmith.core.errors import RowFailed
from rowsmith.core.row import Json, Row
from rowsmith.formats import _chat, _plain, _reading, _turns
from rowsmith.formats._format import Format, Shape, says


class Plain(TypedDict):
    """A record of three texts."""

    instruction: str
    input: str
    output: str


class Alpaca(Format):
    """The question as `instruction`, the answer as `output`; `input` is empty.

    Plain Alpaca has no place for a system prompt, further turns or tools: such rows are left out and counted, never cut.
    """

    name = "alpaca"
    consumer = "llama-factory"
    needs = _chat.NEEDS
    drops = _turns.DROPS
    keys = ("instruction", "input", "output", "system", "history")
    rank = 0
    plain = Shape(Plain, lambda record: 6)

    def row(self, row: Row) -> dict[str, Json]:
        """The record; fails with the reasons of `_turns.one_turn` and `_turns.of`."""
        asked, answer = _turns.one_turn(_turns.of(row))
        return {"instruction": asked, "input": "", "output": answer}

    def lost(self, row: Row) -> list[str]:
        """What the record does not hold."""
        return _chat.lost(row, _turns.FIELDS)

    def read(self, record: dict[str, Json]) -> dict[str, Json]:
        """A question with its `input` below it, and the answer; with `system` or `history` it is `messages`. Fails as `_reading.texts`."""
        asked, answer = _reading.texts(record, "instruction", "output")
        beside, history, system = record.get("input"), record.get("history"), record.get("system")
        if (not isinstance(beside, str) and says(beside)) or (not isinstance(system, str) and says(system)):
            raise RowFailed("not_text", "`input` and `system` must be text.")
        asked = f"{asked}\n\n{beside}" if beside and beside.strip() else asked
        if not system and not says(history):
            return _reading.pair(asked, answer)
        before = [{"role": "system", "content": system}] if says(system) else []
        turns = [*_turns_of(history), (asked, answer)]
        return {"messages": before + [said for turn in turns for said in _chat.turn(*turn)]}

    def quick_read(self, record: dict[str, Any]) -> dict[str, Any] | None:
        """A record of three texts."""
        asked, beside, answer = record["instruction"], record["input"], record["output"]
        if not asked or not answer or asked.isspace() or answer.isspace():
            return None
        return {"input": f"{asked}\n\n{beside}" if beside and not beside.isspace() else asked, "answer": answer}

    def quick_row(self, data: dict[str, Any]) -> dict[str, Any] | None:
        """A question and its answer, and nothing else."""
        pair = _plain.pair(data)
        return None if pair is None else {"instruction": pair[0], "input": "", "output": pair[1]}


def _turns_of(history: Json) -> list[tuple[str, str]]:
    turns = history or []
    pairs = isinstance(turns, list) and all(isinstance(turn, list) and len(turn) == 2 for turn in turns)
    if not pairs or not all(isinstance(text, str) for turn in turns for text in turn):
        raise RowFailed("history", "`history` is no list of questions with their answers.")
    return [(asked, answer) for asked, answer in turns]


FORMAT = Alpaca()
