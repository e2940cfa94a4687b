"""TRL's reward trainer (1.16.0): `{chosen, rejected, tools?}`, two whole conversations."""

from __future__ import annotations

from rowsmith.core.row import Json, Row
from rowsmith.formats import _chat, _preference, _reading, _trl
from rowsmith.formats._format import Format


class TrlReward(Format):
    """Both conversations begin with what was asked, which TRL recommends and finds out by itself. Answers that say the same are left out."""

    name = "trl-reward"
    consumer = "trl-reward"
    needs = _preference.NEEDS
    drops = _trl.DROPS
    keys = ("chosen", "rejected", "tools")

    def row(self, row: Row) -> dict[str, Json]:
        """The record; fails with the reasons of `_preference.preference`, `_trl.messages` and `_trl.with_tools`."""
        found = _preference.preference(row)
        chosen, rejected = (_trl.messages(found.prompt + answer) for answer in (found.chosen, found.rejected))
        return _trl.with_tools({"chosen": chosen, "rejected": rejected}, row)

    def lost(self, row: Row) -> list[str]:
        """What the record does not hold."""
        return _chat.lost(row, _trl.FIELDS, _preference.USED)

    def read(self, record: dict[str, Json]) -> dict[str, Json]:
        """The preference, parted where the two begin to differ; fails with the reasons of `_preference.parted`."""
        return {**_preference.columns(_preference.parted(*_reading.answers(record))), **_reading.tools(record)}


FORMAT = TrlReward()
