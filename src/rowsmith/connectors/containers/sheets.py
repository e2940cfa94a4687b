"""Spreadsheets, XLSX and ODS: one sheet, the first with anything in it unless one is named, whose first row with anything in it names the
columns unless there is no header."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from rowsmith.connectors.containers.limits import Limits, Refused
from rowsmith.connectors.containers.said import Facts, Given, Said, fault, note, record
from rowsmith.connectors.containers.text import numbered, renamed, usable
from rowsmith.core.errors import choose
from rowsmith.core.lines import stored

_MOST_NAMED = 20


def read_sheets(path: str, container: str, given: Given, limits: Limits) -> Iterator[Said]:
    """The facts of a spreadsheet and its records. Numbers that are whole are integers, dates are text; an empty cell is null.

    Raises:
        Refused: it cannot be read, has no such sheet, or its first row names no columns.
    """
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_path(path)
        names = list(book.sheet_names)
        at = _chosen(names, given.sheet, (i for i in range(len(names)) if _filled(book.get_sheet_by_index(i))))
        sheet = book.get_sheet_by_index(at)
        others = [] if given.sheet else [names[i] for i in range(at + 1, len(names)) if _filled(book.get_sheet_by_index(i))]
    except (CalamineError, OSError, ValueError) as error:
        raise Refused(f"The spreadsheet cannot be read: {error}.", "Open it and save it again; it may be damaged or ask for a password.") from None
    rows = _rows(sheet)
    header = _named(next(rows)[1]) if given.header else numbered(max(_width(cells) for _, cells in _rows(sheet)))
    columns = usable(header, limits)
    yield Facts(container, columns=tuple(columns))
    yield from renamed(header, columns)
    if others:
        yield note(f"Of {len(others) + 1} sheets only {names[at]!r} is read; not {', '.join(map(repr, others[:5]))}.")
    for number, cells in rows:
        if any(cell is not None for cell in cells[len(columns) :]):
            yield fault(number, "broken_record", f"The row has a cell beyond the {len(columns)} columns of the header.", str(cells))
        else:
            yield record(number, stored(dict(zip(columns, cells, strict=False))))


def _chosen(names: list[str], wanted: str | None, filled: Iterator[int]) -> int:
    """The position of the sheet that is wanted, else of the first one with anything in it.

    Raises:
        Refused: there is none.
    """
    if wanted is not None and wanted not in names:
        raise Refused(f"It has no sheet {wanted!r}.", choose(wanted, names[:_MOST_NAMED]))
    at = next((i for i in filled if wanted in (None, names[i])), None)
    if at is None:
        if wanted is not None:
            raise Refused(f"The sheet {wanted!r} has nothing in it.", "Put a table into it, or name another sheet.")
        raise Refused("No sheet has anything in it.", "Put a table into the first sheet.")
    return at


def _filled(sheet: Any) -> bool:
    return next(_rows(sheet), None) is not None


def _rows(sheet: Any) -> Iterator[tuple[int, list[Any]]]:
    """The rows with anything in them, each with its number."""
    for number, values in enumerate(sheet.iter_rows(), 1):
        cells = [_cell(value) for value in values]
        if any(cell is not None for cell in cells):
            yield number, cells


def _named(header: list[Any]) -> list[str]:
    return ["" if cell is None else str(cell) for cell in header[: _width(header)]]


def _width(cells: list[Any]) -> int:
    return max(i for i, cell in enumerate(cells, 1) if cell is not None)


def _cell(value: Any) -> Any:
    if value is None or value == "":
        return None
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return str(value) if isinstance(value, timedelta) else value
