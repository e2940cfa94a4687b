"""Texts with a class: `{text, label}`."""

from __future__ import annotations

from rowsmith.core.errors import RowFailed
from rowsmith.core.row import Json, Row
from rowsmith.formats import _reading, text
from rowsmith.formats._format import Format, unused


class Classification(Format):
    """One label for each text: a name, a whole number, or true or false. It stands as it is."""

    name = "classification"
    needs = (("text", "label"),)
    drops = ("columns beside text and label",)
    keys = ("text", "label")
    rank = 0

    def row(self, row: Row) -> dict[str, Json]:
        """The record; fails with `label` and the reasons of `text`."""
        found, label = text.text_in(row), row.data.get("label")
        if not isinstance(label, str | int) or label == "":
            raise RowFailed("label", "`label` is no name, no whole number, and not true or false.")
        return {"text": found, "label": label}

    def lost(self, row: Row) -> list[str]:
        """What the record does not hold."""
        return unused(row, ("text", "label"))

    def read(self, record: dict[str, Json]) -> dict[str, Json]:
        """Text and label; fails with `label` and the reasons of `_reading.text`."""
        (label,) = _reading.need(record, "label")
        found = _reading.text(record, "text")
        if not isinstance(label, str | int) or label == "":
            raise RowFailed("label", "`label` is no name, no whole number, and not true or false.")
        return {"text": found, "label": label}


FORMAT = Classification()
