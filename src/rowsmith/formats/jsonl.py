"""JSON Lines: the columns as they stand."""

from __future__ import annotations

from rowsmith.core.row import Json, Row
from rowsmith.formats._format import Format


class Jsonl(Format):
    """One JSON object a line, with the row's columns as they stand. Loses nothing."""

    name = "jsonl"
    extension = "jsonl"
    provenance = "column"
    rank = 2

    def row(self, row: Row) -> dict[str, Json]:
        """The columns."""
        return row.data

    def read(self, record: dict[str, Json]) -> dict[str, Json]:
        """The columns."""
        return record


FORMAT = Jsonl()
