"""Spreadsheets as documents: each sheet with anything in it a heading and a Markdown table."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time
from typing import IO, Any

from rowsmith.connectors.containers.limits import Refused
from rowsmith.connectors.containers.unpack import require_small
from rowsmith.connectors.documents.given import Given
from rowsmith.connectors.documents.package import Package
from rowsmith.connectors.documents.writing import Writing
from rowsmith.core.documents import Document

_FIX = "Open it and save it again; it may be damaged or ask for a password."
_MOST_CELLS = 2_000_000
"""Cells that a spreadsheet read as a document may have; larger ones are tables of records."""


def workbook(kind: str, file: IO[bytes], given: Given) -> Iterator[Document]:
    """The document; its marks say where each sheet begins.

    Raises:
        Refused: it cannot be read, or is far larger than anything that is read as a text.
    """
    from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    require_small(file, given.size, given.limits)
    file.seek(0)
    out = Writing()
    try:
        book: Any = CalamineWorkbook.from_filelike(file)
        for at, sheet in enumerate(book.sheets_metadata):
            filled = sheet.typ == SheetTypeEnum.WorkSheet and _sheet(sheet.name, book.get_sheet_by_index(at), out)
            if filled and sheet.visible != SheetVisibleEnum.Visible:
                out.notes.append(f"The sheet {sheet.name!r} is hidden.")
    except (CalamineError, OSError, ValueError) as error:
        raise Refused(f"The spreadsheet cannot be read: {error}.", _FIX) from None
    file.seek(0)
    with Package(file, given) as package:
        yield out.document(kind, package.properties())


def _sheet(name: str, sheet: Any, out: Writing) -> bool:
    """Write a sheet, and say whether it holds anything."""
    if sheet.total_height * max(sheet.total_width, 1) > _MOST_CELLS:
        what = f"The sheet {name!r} has {sheet.total_height:,} rows and {sheet.total_width:,} columns, too many for a text."
        raise Refused(what, "Read it as records: read.records.", "too_large")
    rows = [[_said(cell) for cell in row] for row in sheet.to_python()]
    if not any(any(row) for row in rows):
        return False
    out.mark("sheets", name)
    out.heading(2, name)
    out.table(rows)
    return True


def _said(value: Any) -> str:
    """A cell as people read it: whole numbers without a point, days without midnight."""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    return value.isoformat() if isinstance(value, date | time) else str(value)
