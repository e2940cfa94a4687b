"""TRL's DPO trainer (1.16.0): `{prompt, chosen, rejected, tools?}`, all lists of messages. Its KTO trainer takes them apart by itself."""

from __future__ import annotations

from rowsmith.core.row import Json, Row
from rowsmith.formats import _chat, _preference, _reading, _trl
from rowsmith.formats._format import Format


class TrlDpo(Format):
    """What was asked, and two ways to go on. All are always messages, because TRL refuses a mix; plain text is `dpo`. Read are records of others
    as well: with `messages` in place of `prompt`, with answers that are one message or text, and with answers that repeat what was asked.

    Two answers that say the same are left out (L06).
    """

    name = "trl-dpo"
    consumer = "trl-dpo"
    needs = _preference.NEEDS
    drops = _trl.DROPS
    keys = ("prompt", "messages", "chosen", "rejected", "tools")
    rank = 0

    def row(self, row: Row) -> dict[str, Json]:
        """The record; fails with the reasons of `_preference.preference`, `_trl.messages` and `_trl.with_tools`."""
        found = _preference.preference(row)
        chosen, rejected = (_trl.messages(answer, before=found.prompt) for answer in (found.chosen, found.rejected))
        return _trl.with_tools({"prompt": _trl.messages(found.prompt), "chosen": chosen, "rejected": rejected}, row)

    def lost(self, row: Row) -> list[str]:
        """What the record does not hold."""
        return _chat.lost(row, _trl.FIELDS, _preference.USED)

    def read(self, record: dict[str, Json]) -> dict[str, Json]:
        """The preference, all parts as messages; fails with the reasons of `_preference.read`."""
        return {**_preference.columns(_preference.read(record)), **_reading.tools(record)}


FORMAT = TrlDpo()
