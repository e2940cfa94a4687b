"""Spreadsheets for tests: `workbook([["a"], [1]])`."""

from __future__ import annotations

import io
from typing import Any

import xlsxwriter


def workbook(*sheets: list[list[Any]]) -> bytes:
    """An XLSX file with these sheets, which are called Sheet1, Sheet2 and so on: rows of cells."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        for rows in sheets:
            sheet = book.add_worksheet()
            for at, row in enumerate(rows):
                for column, cell in enumerate(row):
                    sheet.write_string(at, column, cell) if isinstance(cell, str) else sheet.write(at, column, cell)
    return out.getvalue()
