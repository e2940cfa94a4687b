"""Preferences for a reward model: `{chosen, rejected}`, two whole conversations of plain messages."""

from __future__ import annotations

from rowsmith.core.row import Json, Row
from rowsmith.formats import _chat, _preference, _turns
from rowsmith.formats._format import Format


class Reward(Format):
    """Both conversations begin with what was asked. Messages have a role and text, and nothing else; with tools, `trl-reward`."""

    name = "reward"
    extension = "jsonl"
    needs = _preference.NEEDS
    drops = _preference.DROPS

    def row(self, row: Row) -> dict[str, Json]:
        """The record; fails with the reasons of `_preference.preference` and `_turns.turns`."""
        found = _preference.preference(row)
        chosen, rejected = (_turns.plain(_turns.turns(found.prompt + answer, row)) for answer in (found.chosen, found.rejected))
        return {"chosen": chosen, "rejected": rejected}

    def lost(self, row: Row) -> list[str]:
        """What the record does not hold."""
        return _chat.lost(row, _turns.FIELDS, _preference.USED)


FORMAT = Reward()
