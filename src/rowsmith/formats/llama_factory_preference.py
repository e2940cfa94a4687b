"""LLaMA-Factory (0.9.5), preferences: a folder of `{conversations, chosen, rejected}` and the `dataset_info.json` that lists them."""

from __future__ import annotations

from collections.abc import Mapping

from rowsmith.core.errors import RowFailed
from rowsmith.core.row import Json, Row
from rowsmith.formats import _chat, _preference, _reading, _turns, sharegpt
from rowsmith.formats._llama_factory import LlamaFactoryFolder


class LlamaFactoryPreference(LlamaFactoryFolder):
    """For the stages `rm` and `dpo`: the conversation ends with the user, and `chosen` and `rejected` are one turn each, a mapping of `from` and
    `value`; texts there would make the row none (L26)."""

    name = "llama-factory-preference"
    consumer = "llama-factory"
    needs = _preference.NEEDS
    drops = _preference.DROPS
    keys = ("conversations", "chosen", "rejected")
    rank = 1

    def row(self, row: Row) -> dict[str, Json]:
        """The record; fails with the reasons of `_preference.preference`, `_preference.single`, `_turns.turns` and `_turns.alternating`."""
        found = _preference.preference(row)
        asked = _turns.turns(found.prompt, row)
        answers = [_turns.turns([_preference.single(answer)])[0] for answer in (found.chosen, found.rejected)]
        _turns.alternating([*asked, answers[0]])
        chosen, rejected = (sharegpt.spoken(*answer) for answer in answers)
        return {"conversations": [sharegpt.spoken(*turn) for turn in asked], "chosen": chosen, "rejected": rejected}

    def lost(self, row: Row) -> list[str]:
        """What the record does not hold."""
        return _chat.lost(row, _turns.FIELDS, _preference.USED)

    def read(self, record: dict[str, Json]) -> dict[str, Json]:
        """The preference, all parts as messages; fails with the reasons of `sharegpt` and `preference`."""
        asked, chosen, rejected = _reading.need(record, "conversations", "chosen", "rejected")
        if not isinstance(chosen, dict) or not isinstance(rejected, dict):
            raise RowFailed("preference", "`chosen` and `rejected` are no turns with `from` and `value`.")
        return {"input": _messages(asked), "chosen": _messages([chosen]), "rejected": _messages([rejected])}

    def column_names(self) -> Mapping[str, str]:
        """Conversations and both answers."""
        return {"conversations": "messages", "chosen": "chosen", "rejected": "rejected"}


def _messages(turns: Json) -> Json:
    return sharegpt.FORMAT.read({"conversations": turns})["messages"]


FORMAT = LlamaFactoryPreference()
