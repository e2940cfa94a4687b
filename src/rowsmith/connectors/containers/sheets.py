"""Spreadsheets, XLSX and ODS: the first sheet with anything in it, whose first row names the columns."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from rowsmith.connectors.containers.limits import Limits, Refused
from rowsmith.connectors.containers.said import Facts, Said, fault, note, record
from rowsmith.connectors.containers.text import usable
from rowsmith.core.lines import stored


def read_sheets(path: str, container: str, limits: Limits) -> Iterator[Said]:
    """The facts of a spreadsheet and its records. Numbers that are whole are integers, dates are text; an empty cell is null.

    Raises:
        Refused: it cannot be read, or its first row names no columns.
    """
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_path(path)
        names = list(book.sheet_names)
        at = next((i for i in range(len(names)) if book.get_sheet_by_index(i).height), None)
        if at is None:
            raise Refused("No sheet has anything in it.", "Put a table into the first sheet.")
        rows = enumerate(book.get_sheet_by_index(at).iter_rows(), (book.get_sheet_by_index(at).start or (0, 0))[0] + 1)
        others = [names[i] for i in range(at + 1, len(names)) if book.get_sheet_by_index(i).height]
    except (CalamineError, OSError, ValueError) as error:
        raise Refused(f"The spreadsheet cannot be read: {error}.", "Open it and save it again; it may be damaged or ask for a password.") from None
    _, first = next(rows)
    width = max((i for i, cell in enumerate(first, 1) if _cell(cell) is not None), default=0)
    columns = usable(["" if (cell := _cell(value)) is None else str(cell) for value in first[:width]], limits)
    yield Facts(container, columns=tuple(columns))
    if others:
        yield note(f"Of {len(others) + 1} sheets only {names[at]!r} is read; not {', '.join(map(repr, others[:5]))}.")
    for number, cells in rows:
        found = [_cell(cell) for cell in cells]
        if any(cell is not None for cell in found[width:]):
            yield fault(number, "broken_record", f"The row has a cell beyond the {width} columns of the header.", str(cells))
        elif any(cell is not None for cell in found):
            yield record(number, stored(dict(zip(columns, found, strict=False))))


def _cell(value: Any) -> Any:
    if value is None or value == "":
        return None
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return str(value) if isinstance(value, timedelta) else value
