"""Preferences for a reward model: `{chosen, rejected}`, two whole conversations of plain messages."""

from __future__ import annotations

from rowsmith.core.row import Json, Row
from rowsmith.formats import _chat, _preference, _reading, _turns
from rowsmith.formats._format import Format


class Reward(Format):
    """Both conversations begin with what was asked. Messages have a role and text, and nothing else; with tools, `trl-reward`."""

    name = "reward"
    consumer = "trl-reward"
    needs = _preference.NEEDS
    drops = _preference.DROPS
    keys = ("chosen", "rejected")
    rank = 0

    def row(self, row: Row) -> dict[str, Json]:
        """The record; fails with the reasons of `_preference.preference` and `_turns.turns`."""
        found = _preference.preference(row)
        chosen, rejected = (_turns.plain(_turns.turns(found.prompt + answer, row)) for answer in (found.chosen, found.rejected))
        return {"chosen": chosen, "rejected": rejected}

    def lost(self, row: Row) -> list[str]:
        """What the record does not hold."""
        return _chat.lost(row, _turns.FIELDS, _preference.USED)

    def read(self, record: dict[str, Json]) -> dict[str, Json]:
        """The preference, parted where the two begin to differ; fails with the reasons of `_preference.parted`."""
        found = _preference.parted(*_reading.answers(record))
        for message in (message for part in found for message in part):
            _reading.only(message, _turns.FIELDS, f"A message of the {message['role']}")
        return _preference.columns(found)


FORMAT = Reward()
