"""LLaMA-Factory (0.9.5), preferences: a folder of `{conversations, chosen, rejected}` and the `dataset_info.json` that lists them."""

from __future__ import annotations

from collections.abc import Mapping

from rowsmith.core.errors import RowFailed
from rowsmith.core.row import Json, Row
from rowsmith.formats import _chat, _pictures, _preference, _reading, _turns, sharegpt
from rowsmith.formats._llama_factory import LlamaFactoryFolder


class LlamaFactoryPreference(LlamaFactoryFolder):
    """For the stages `rm` and `dpo`: the conversation ends with the user, and `chosen` and `rejected` are one turn each, a mapping of `from` and
    `value`; texts there would make the row none (L26)."""

    name = "llama-factory-preference"
    consumer = "llama-factory"
    needs = _preference.NEEDS
    drops = _preference.DROPS
    keys = ("conversations", "chosen", "rejected", "images")
    rank = 1

    def row(self, row: Row) -> dict[str, Json]:
        """The record; fails with the reasons of `_preference.preference`, `_preference.single`, `_turns.turns`, `_turns.alternating` and
        `sharegpt.marked`."""
        found = _preference.preference(row)
        prompt, shown = sharegpt.marked(found.prompt, row)
        asked = _turns.turns(prompt, row)
        answers = [_turns.turns([_preference.single(answer)])[0] for answer in (found.chosen, found.rejected)]
        _turns.alternating([*asked, answers[0]])
        chosen, rejected = (sharegpt.spoken(*answer) for answer in answers)
        said = [sharegpt.spoken(*turn) for turn in asked]
        for answer in (chosen, rejected):
            sharegpt.require_marks([*said, answer], shown)
        return {"conversations": said, "chosen": chosen, "rejected": rejected, **({"images": shown} if shown else {})}

    def lost(self, row: Row) -> list[str]:
        """What the record does not hold."""
        return _pictures.lost(_chat.lost(row, _turns.FIELDS, _preference.USED), row)

    def read(self, record: dict[str, Json]) -> dict[str, Json]:
        """The preference, all parts as messages; fails with the reasons of `sharegpt` and `preference`."""
        _, chosen, rejected = _reading.need(record, "conversations", "chosen", "rejected")
        if not isinstance(chosen, dict) or not isinstance(rejected, dict):
            raise RowFailed("preference", "`chosen` and `rejected` are no turns with `from` and `value`.")
        prompt = sharegpt.FORMAT.read({name: record[name] for name in ("conversations", "images") if name in record})
        answers = {"chosen": _messages([chosen]), "rejected": _messages([rejected])}
        return {"input": prompt["messages"], **answers, **({"images": prompt["images"]} if "images" in prompt else {})}

    def column_names(self) -> Mapping[str, str]:
        """Conversations, both answers and images."""
        return {"conversations": "messages", "chosen": "chosen", "rejected": "rejected", "images": "images"}


def _messages(turns: Json) -> Json:
    return sharegpt.FORMAT.read({"conversations": turns})["messages"]


FORMAT = LlamaFactoryPreference()
