"""Comma-separated values, after RFC 4180 with line ends `\\n`.

Text stands as it is, other values as JSON. A null or absent value is an empty field, empty text is a quoted empty field.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pydantic import Field

from rowsmith.core.ids import cleaned
from rowsmith.core.row import Json, Row
from rowsmith.formats._format import Format, json_bytes

_QUOTED = re.compile(r'[",\r\n]|^\s|\s$|^$')
_FORMULA = re.compile("[=+\\-@\t\r\n＝＋－＠]")


class Csv(Format):
    """A table with a header. Exact by default: reading it back gives every text unchanged."""

    name = "csv"
    extension = "csv"
    header = True

    spreadsheet_safe: bool = Field(
        False,
        description="Put an apostrophe before text that a spreadsheet would take for a formula (= + - @, tab, line break). Not reversible.",
    )
    rank = 3

    def row(self, row: Row) -> dict[str, Json]:
        """The columns."""
        return row.data

    def head(self, columns: Sequence[str]) -> bytes:
        """The names of the columns."""
        return self._record([self._text(name) for name in columns]) if columns else b""

    def line(self, record: dict[str, Json], columns: Sequence[str] = ()) -> bytes:
        """The record's values in the order of the columns."""
        fields = [self._field(record.get(name)) for name in columns or record]
        return self._record(fields)

    def _record(self, fields: list[str]) -> bytes:
        line = ",".join(fields) or '""'  # a lone empty field would be a blank line, which readers skip
        return f"{line}\n".encode()

    def _field(self, value: Json) -> str:
        if value is None:
            return ""
        return self._text(value if isinstance(value, str) else json_bytes(value).decode())

    def _text(self, text: str) -> str:
        safe: str = cleaned(text)
        if self.spreadsheet_safe and _FORMULA.match(safe) and not _number(safe):
            safe = f"'{safe}"
        return '"' + safe.replace('"', '""') + '"' if _QUOTED.search(safe) else safe

    def read(self, record: dict[str, Json]) -> dict[str, Json]:
        """The columns."""
        return record


def _number(text: str) -> bool:
    return re.fullmatch(r"-[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?", text) is not None


FORMAT = Csv()
