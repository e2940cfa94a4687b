"""Single answers with a verdict, as text: `{prompt, completion, label}`."""

from __future__ import annotations

from rowsmith.core.row import Json, Row
from rowsmith.formats import _chat, _preference, _reading, _turns
from rowsmith.formats._format import Format


class Kto(Format):
    """A question, an answer, and whether it is a good one: rows with a column `label` that is true or false.

    Whoever trains with it needs rows of both labels. Conversations go as `trl-kto`.
    """

    name = "kto"
    consumer = "trl-kto"
    needs = _preference.LABELLED
    drops = _turns.DROPS
    keys = ("prompt", "completion", "label")
    rank = 0

    def row(self, row: Row) -> dict[str, Json]:
        """The record; fails with the reasons of `_preference.label`, `_turns.one_turn` and `_turns.of`."""
        label = _preference.label(row)
        asked, answer = _turns.one_turn(_turns.of(row))
        return {"prompt": asked, "completion": answer, "label": label}

    def lost(self, row: Row) -> list[str]:
        """What the record does not hold."""
        return _chat.lost(row, _turns.FIELDS, (*_chat.used(row), "label"))

    def read(self, record: dict[str, Json]) -> dict[str, Json]:
        """Question, answer and label; fails with the reasons of `_reading.texts` and `_reading.label`."""
        return {**_reading.pair(*_reading.texts(record, "prompt", "completion")), "label": _reading.label(record)}


FORMAT = Kto()
