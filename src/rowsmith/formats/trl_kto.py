"""TRL's KTO trainer (1.16.0): `{prompt, completion, label, tools?}`, prompt and completion as lists of messages."""

from __future__ import annotations

from rowsmith.core.row import Json, Row
from rowsmith.formats import _chat, _preference, _reading, _trl
from rowsmith.formats._format import Format


class TrlKto(Format):
    """The last message is the completion that `label` calls good or not; the label is true or false, since a text stops TRL (L07)."""

    name = "trl-kto"
    consumer = "trl-kto"
    needs = _preference.LABELLED
    drops = _trl.DROPS
    keys = ("prompt", "completion", "label", "tools")
    rank = 0

    def row(self, row: Row) -> dict[str, Json]:
        """The record; fails with the reasons of `_preference.label` and `trl-prompt-completion`."""
        label = _preference.label(row)
        *prompt, last = _chat.conversation(row)
        asked, answered = _trl.messages(_chat.asked_last(prompt)), _trl.messages([last])
        return _trl.with_tools({"prompt": asked, "completion": answered, "label": label}, row)

    def lost(self, row: Row) -> list[str]:
        """What the record does not hold."""
        return _chat.lost(row, _trl.FIELDS, (*_chat.used(row), "label"))

    def read(self, record: dict[str, Json]) -> dict[str, Json]:
        """The conversation and its label; fails with the reasons of `_reading.messages` and `_reading.label`."""
        return {**_trl.prompt_completion(record), "label": _reading.label(record)}


FORMAT = TrlKto()
