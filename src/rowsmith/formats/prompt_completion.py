"""Prompt and completion as text: `{prompt, completion}`. Read by TRL, MLX-LM, Together, and Bedrock for models other than Nova."""

from __future__ import annotations

from rowsmith.core.row import Json, Row
from rowsmith.formats import _chat, _reading, _turns
from rowsmith.formats._format import Format


class PromptCompletion(Format):
    """One question and one answer, both plain text. Longer conversations, and prompts for a system, go as `trl-prompt-completion`."""

    name = "prompt-completion"
    consumer = "trl-sft"
    needs = _chat.NEEDS
    drops = _turns.DROPS
    keys = ("prompt", "completion")
    rank = 0

    def row(self, row: Row) -> dict[str, Json]:
        """The record; fails with the reasons of `_turns.one_turn` and `_turns.of`."""
        asked, answer = _turns.one_turn(_turns.of(row))
        return {"prompt": asked, "completion": answer}

    def lost(self, row: Row) -> list[str]:
        """What the record does not hold."""
        return _chat.lost(row, _turns.FIELDS)

    def read(self, record: dict[str, Json]) -> dict[str, Json]:
        """The pair; fails with the reasons of `_reading.texts`."""
        return _reading.pair(*_reading.texts(record, "prompt", "completion"))


FORMAT = PromptCompletion()
