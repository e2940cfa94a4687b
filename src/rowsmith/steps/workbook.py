"""Records as a spreadsheet (XLSX), in which nothing is live: text is text, whatever it begins with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from rowsmith.core.errors import Invalid
from rowsmith.formats import json_bytes
from rowsmith.steps.collected import Collected, pieces
from rowsmith.steps.kinds import Kinds

MOST_ROWS = 1_048_575
MOST_COLUMNS = 16_384
MOST_CHARACTERS = 32_767
_FIX = "Write CSV, Parquet or JSON Lines instead, which have no such limit."


class WorkbookLayout:
    """Collects records, and gives a workbook of one sheet at the end, with every column of every record in its header.

    Texts, numbers and flags are cells of their kind, lists and mappings JSON text. What no cell holds is refused, never cut (L42).
    """

    def __init__(self, columns: dict[str, Any]) -> None:
        self._columns = columns
        self._rows = 0
        self._lines = Collected()

    def lines(self, data: bytes, kinds: Kinds | None = None) -> bytes:
        """Take more records; no bytes come of them yet.

        Raises:
            Invalid: a spreadsheet cannot hold one.
        """
        for line in data.splitlines():
            self._take(line)
        self._lines.add(data)
        return b""

    def _take(self, line: bytes) -> None:
        self._rows += 1
        if self._rows > MOST_ROWS:
            raise Invalid(f"A spreadsheet holds {MOST_ROWS:,} rows, and there are more.", _FIX)
        for name, value in orjson.loads(line).items():
            self._columns.setdefault(name, len(self._columns))
            if _length(_cell(value)) > MOST_CHARACTERS:
                raise Invalid(f"Row {self._rows:,}: {name!r} has more than the {MOST_CHARACTERS:,} characters that a cell holds.", _FIX)
        if len(self._columns) > MOST_COLUMNS:
            raise Invalid(f"A spreadsheet holds {MOST_COLUMNS:,} columns, and there are more.", _FIX)

    def keep(self, path: Path, kinds: Kinds) -> bool:
        """They are given."""
        return False

    def full(self) -> bool:
        """No further line comes; the columns may still."""
        self._lines.done()
        return False

    def end(self) -> Iterator[bytes]:
        """The bytes of the file."""
        import xlsxwriter

        made = self._lines.folder / "made.xlsx"
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "tmpdir": str(self._lines.folder)}
        with xlsxwriter.Workbook(str(made), options) as book:
            sheet = book.add_worksheet("rows")
            sheet.freeze_panes(1, 0)
            for name, column in self._columns.items():
                sheet.write_string(0, column, name)
            for number, line in enumerate(self._lines.lines(), 1):
                _write(sheet, number, {self._columns[name]: value for name, value in orjson.loads(line).items()})
        yield from pieces(made)

    def close(self) -> None:
        """Let the scratch files go."""
        self._lines.close()


def _write(sheet: Any, number: int, cells: dict[int, Any]) -> None:
    for column in sorted(cells):
        match value := _cell(cells[column]):
            case None:
                pass
            case bool():
                sheet.write_boolean(number, column, value)
            case str():
                sheet.write_string(number, column, value)
            case _:
                sheet.write_number(number, column, value)


def _cell(value: Any) -> Any:
    """The value as a cell holds it: whole numbers beyond 2**53 would lose digits, so they are text."""
    if isinstance(value, str | bool | float) or value is None or (isinstance(value, int) and abs(value) <= 2**53):
        return value
    return json_bytes(value).decode()


def _length(value: Any) -> int:
    """Characters as a spreadsheet counts them: units of UTF-16."""
    return len(value.encode("utf-16-le", "surrogatepass")) // 2 if isinstance(value, str) and len(value) > MOST_CHARACTERS // 2 else 0
