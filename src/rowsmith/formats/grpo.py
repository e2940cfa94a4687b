"""Prompts for reinforcement learning, as text: `{prompt, ...}` and every further column, for reward functions."""

from __future__ import annotations

from rowsmith.core.errors import RowFailed
from rowsmith.core.row import Json, Row
from rowsmith.formats import _chat, _grpo, _reading, _turns
from rowsmith.formats._format import Format


class Grpo(Format):
    """The question as text, and every other column as it stands: what a reward function compares with, such as `answer`.

    Of `messages` the last answer becomes the column `answer`. Prompts that are conversations go as `trl-grpo`.
    """

    name = "grpo"
    consumer = "trl-grpo"
    needs = _grpo.NEEDS
    drops = ("fields of messages beside role and content",)
    keys = ("prompt",)
    rank = 0
    also = _grpo.ANSWERS

    def row(self, row: Row) -> dict[str, Json]:
        """The record; fails with `system_prompt`, `extra_turns` and the reasons of `_turns.turns`, `_grpo.prompt`, `_grpo.further`."""
        found = _turns.turns(_grpo.prompt(row))
        if found[0][0] == "system":
            raise RowFailed("system_prompt", "The format has no place for a system prompt.")
        if len(found) > 1:
            raise RowFailed("extra_turns", f"The format holds one question; the row has {len(found)} messages before the answer.")
        return {"prompt": found[0][1], **_grpo.further(row, {"prompt"})}

    def lost(self, row: Row) -> list[str]:
        """What the record does not hold."""
        return _chat.fields_lost(row, _turns.FIELDS, _grpo.used(row))

    def read(self, record: dict[str, Json]) -> dict[str, Json]:
        """The prompt as `input`, or as `messages` where there is an `input` beside it; fails with the reasons of `_reading.text`."""
        return _grpo.asked(record, [{"role": "user", "content": _reading.text(record, "prompt")}], plain=True)


FORMAT = Grpo()
