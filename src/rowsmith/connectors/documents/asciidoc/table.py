"""Tables of AsciiDoc between lines of |===, whose cells begin with a bar."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import chain, repeat

_CELL = re.compile(r"(?:^|\s)(?:(\d+)?(?:\.(\d+))?([+*])?)?(?:[<^>](?:\.[<^>])?|\.[<^>])?([aehlmsdv])?(?<!\\)\|")
"""What may stand before a bar: how often the cell is repeated or how many columns and rows it spans, how it is set, and its style."""
_MOST_CELLS = 1000


@dataclass
class _Cell:
    """A cell: how often it stands there, how many columns and rows it takes, and its words."""

    times: int
    across: int
    down: int
    text: str = ""


def rows_of(lines: list[str], style: str) -> list[list[str]]:
    """The rows of a table; `style` is what stands in brackets before it, and may say how many columns there are."""
    cells, first = _cells(lines)
    return _grid(cells, _width(style) or first or 1)


def _width(style: str) -> int:
    """How many columns `cols` names; 0 where it is not there."""
    found = re.search(r'cols\s*=\s*(?:"([^"]*)"|(\S+?)(?:,|$))', style)
    if found is None:
        return 0
    parts = [one.strip() for one in re.split("[,;]", (found[1] or found[2]).strip())]
    if len(parts) == 1 and parts[0].isdecimal():
        return min(int(parts[0][:4]), _MOST_CELLS)
    times = [int(one[1][:4]) if (one := re.match(r"(\d+)\*", part)) else 1 for part in parts]
    return min(sum(times), _MOST_CELLS)


def _cells(lines: list[str]) -> tuple[list[_Cell], int]:
    """All cells of a table in order, and how many columns those on its first line take."""
    cells: list[_Cell] = []
    first = 0
    for line in lines:
        at = 0
        for found in _CELL.finditer(line):
            _go_on(cells, line[at : found.start()])
            times = min(int(found[1][:3]), _MOST_CELLS) if found[1] else 1
            down = int(found[2][:3]) if found[2] else 1
            cells.append(_Cell(times, 1, down) if found[3] == "*" else _Cell(1, times, down))
            at = found.end()
        _go_on(cells, line[at:])
        first = first or sum(cell.times * cell.across for cell in cells)
    return cells, first


def _go_on(cells: list[_Cell], words: str) -> None:
    if cells and words.strip():
        cells[-1].text = " ".join(f"{cells[-1].text} {words}".replace("\\|", "|").split())


def _grid(cells: list[_Cell], width: int) -> list[list[str]]:
    """The rows; a cell that spans others stands in the first of their places."""
    rows: list[list[str]] = []
    row: list[str] = []
    held: dict[int, int] = {}
    for cell in chain.from_iterable(repeat(one, one.times) for one in cells):
        _fill(row, held, width)
        if len(row) >= width:
            rows.append(row)
            row = []
            _fill(row, held, width)
        for extra in range(cell.across):
            held[len(row)] = cell.down - 1
            row.append("" if extra else cell.text)
    return [*rows, row] if row else rows


def _fill(row: list[str], held: dict[int, int], width: int) -> None:
    """Places that a cell of a row above takes."""
    while len(row) < width and held.get(len(row), 0) > 0:
        held[len(row)] -= 1
        row.append("")
