"""Unsloth (2026.10.9): `{conversations: [{role, content}]}`."""

from __future__ import annotations

from rowsmith.core.row import Json, Row
from rowsmith.formats import _chat, _reading, _turns
from rowsmith.formats._format import Format


class Unsloth(Format):
    """What `standardize_data_formats` and the notebooks read: a column `conversations` whose messages have exactly two keys, both text.

    Without that column it changes nothing in silence, and a third key stops it (L32). Conversations with tools go as `trl-sft`, which
    Unsloth's trainer takes.
    """

    name = "unsloth"
    consumer = "unsloth"
    needs = _chat.NEEDS
    drops = _turns.DROPS
    keys = ("conversations",)
    rank = 0

    def row(self, row: Row) -> dict[str, Json]:
        """The record; fails with the reasons of `_turns.of`."""
        return {"conversations": _turns.plain(_turns.of(row))}

    def lost(self, row: Row) -> list[str]:
        """What the record does not hold."""
        return _chat.lost(row, _turns.FIELDS)

    def read(self, record: dict[str, Json]) -> dict[str, Json]:
        """The conversation; fails with the reasons of `_reading.messages`."""
        return {"messages": _reading.under(record, "conversations", _turns.FIELDS)}


FORMAT = Unsloth()
