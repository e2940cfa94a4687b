"""JSON Lines: the columns as they stand."""

from __future__ import annotations

from typing import Any, ClassVar

from rowsmith.core.row import Json, Row
from rowsmith.formats import _plain
from rowsmith.formats._format import Format, Provenance


class Jsonl(Format):
    """One JSON object a line, with the row's columns as they stand. Loses nothing."""

    name = "jsonl"
    provenance: ClassVar[Provenance] = "column"
    rank = 2
    plain = _plain.COLUMNS
    as_they_stand = True

    def row(self, row: Row) -> dict[str, Json]:
        """The columns."""
        return row.data

    def read(self, record: dict[str, Json]) -> dict[str, Json]:
        """The columns."""
        return record

    def quick_read(self, record: dict[str, Any]) -> dict[str, Any]:
        """The columns."""
        return record

    def quick_row(self, data: dict[str, Any]) -> dict[str, Any]:
        """The columns."""
        return data


FORMAT = Jsonl()
