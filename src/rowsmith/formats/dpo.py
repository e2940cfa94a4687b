"""Preferences as text: `{prompt, chosen, rejected}`."""

from __future__ import annotations

from rowsmith.core.row import Json, Row
from rowsmith.formats import _chat, _preference, _reading, _turns
from rowsmith.formats._format import Format


class Dpo(Format):
    """A question and two answers, all plain text. Preferences that are conversations go as `trl-dpo` or `openai-preference`.

    Two answers that say the same are left out: a trainer takes them without complaint and learns nothing.
    """

    name = "dpo"
    consumer = "trl-dpo"
    needs = _preference.NEEDS
    drops = _preference.DROPS
    keys = ("prompt", "chosen", "rejected")
    rank = 0

    def row(self, row: Row) -> dict[str, Json]:
        """The record; fails with the reasons of `_preference.texts`."""
        asked, chosen, rejected = _preference.texts(row)
        return {"prompt": asked, "chosen": chosen, "rejected": rejected}

    def lost(self, row: Row) -> list[str]:
        """What the record does not hold."""
        return _chat.lost(row, _turns.FIELDS, _preference.USED)

    def read(self, record: dict[str, Json]) -> dict[str, Json]:
        """The preference; fails with the reasons of `_reading.texts`."""
        asked, chosen, rejected = _reading.texts(record, "prompt", "chosen", "rejected")
        return {"input": asked, "chosen": chosen, "rejected": rejected}


FORMAT = Dpo()
