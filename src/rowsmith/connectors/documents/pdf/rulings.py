"""Tables that are drawn with lines: their columns and rows, from the lines and boxes on a page."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from rowsmith.connectors.documents.pdf.pieces import Piece, Turn

_MOST_OBJECTS, _MOST_LINES = 20_000, 800
_THIN, _NEAR, _SHORT = 2.0, 2.5, 6.0
"""Points: how thick a line is at most, how near two lines are that touch, and how long one is at least."""


@dataclass(slots=True)
class Grid:
    """A table drawn with lines: where its columns and rows begin and end, from the left and from the top."""

    xs: list[float]
    ys: list[float]
    cells: dict[tuple[int, int], list[Piece]] = field(default_factory=dict)

    def place(self, piece: Piece) -> bool:
        """Take a piece that stands within the table; whether it does."""
        middle, height = (piece.x0 + piece.x1) / 2, piece.base + piece.size * 0.3
        if not (self.xs[0] < middle < self.xs[-1] and self.ys[-1] < height < self.ys[0]):
            return False
        column = sum(x <= middle for x in self.xs) - 1
        row = sum(y >= height for y in self.ys) - 1
        self.cells.setdefault((row, column), []).append(piece)
        return True

    def piece(self, joined: Any) -> Piece | None:
        """The table as one piece; None where it holds fewer than two columns or rows of words. `joined` makes the text of a cell."""
        rows = [[joined(self.cells.get((row, column), [])) for column in range(len(self.xs) - 1)] for row in range(len(self.ys) - 1)]
        rows = [row for row in rows if any(row)]
        used = [column for column in range(len(self.xs) - 1) if any(row[column] for row in rows)]
        if len(rows) < 2 or len(used) < 2:
            return None
        size = next(iter(self.cells.values()))[0].size
        cells = [[row[column] for column in used] for row in rows]
        return Piece("", self.xs[0], self.xs[-1], self.ys[0] - size, size, rows=cells, bottom=self.ys[-1])


def grids_of(page: Any, turn: Turn) -> list[Grid]:
    """The tables that are drawn on a page (a pypdfium2.PdfPage), which lies so."""
    lying: list[tuple[float, float, float]] = []
    upright: list[tuple[float, float, float]] = []
    for left, bottom, right, top in _boxes(page, turn):
        wide, high = right - left, top - bottom
        if wide >= _SHORT:
            lying += [(y, left, right) for y in ([(bottom + top) / 2] if high <= _THIN else [bottom, top])]
        if high >= _SHORT:
            upright += [(x, bottom, top) for x in ([(left + right) / 2] if wide <= _THIN else [left, right])]
    if len(lying) + len(upright) > _MOST_LINES or len(lying) < 3 or len(upright) < 3:
        return []
    return [grid for group in _touching(lying, upright) if (grid := _grid(*group))]


def _boxes(page: Any, turn: Turn) -> Iterator[tuple[float, float, float, float]]:
    """Left, bottom, right and top of everything that is drawn on a page, and is no text, picture, or the page's own ground."""
    import pypdfium2.raw as pdfium

    width, height = page.get_size()
    values = [ctypes.c_float() for _ in range(4)]
    for at in range(min(pdfium.FPDFPage_CountObjects(page.raw), _MOST_OBJECTS)):
        drawn = pdfium.FPDFPage_GetObject(page.raw, at)
        if pdfium.FPDFPageObj_GetType(drawn) != pdfium.FPDF_PAGEOBJ_PATH or not pdfium.FPDFPageObj_GetBounds(drawn, *values):
            continue
        count = pdfium.FPDFPath_CountSegments(drawn)
        boxes = _strokes(pdfium, drawn, count) if 5 < count <= _MOST_LINES else [(values[0].value, values[1].value, values[2].value, values[3].value)]
        for left, bottom, right, top in (turn.box(*box) for box in boxes):
            if not (right - left > width * 0.97 or top - bottom > height * 0.97):
                yield left, bottom, right, top


def _strokes(pdfium: Any, drawn: Any, count: int) -> Iterator[tuple[float, float, float, float]]:
    """The straight lines that a path is made of, as boxes."""
    matrix, x, y = pdfium.FS_MATRIX(), ctypes.c_float(), ctypes.c_float()
    pdfium.FPDFPageObj_GetMatrix(drawn, matrix)
    here: tuple[float, float] | None = None
    for at in range(count):
        segment = pdfium.FPDFPath_GetPathSegment(drawn, at)
        pdfium.FPDFPathSegment_GetPoint(segment, x, y)
        there = matrix.a * x.value + matrix.c * y.value + matrix.e, matrix.b * x.value + matrix.d * y.value + matrix.f
        if here and pdfium.FPDFPathSegment_GetType(segment) == pdfium.FPDF_SEGMENT_LINETO:
            yield min(here[0], there[0]), min(here[1], there[1]), max(here[0], there[0]), max(here[1], there[1])
        here = there


Lines = list[tuple[float, float, float]]


def _touching(lying: Lines, upright: Lines) -> Iterator[tuple[Lines, Lines]]:
    """Lines that touch each other, group by group."""
    boxes = [(x0, y, x1, y) for y, x0, x1 in lying] + [(x, y0, x, y1) for x, y0, y1 in upright]
    left = set(range(len(boxes)))
    while left:
        group, edge = set(), [left.pop()]
        while edge:
            one = edge.pop()
            group.add(one)
            reached = {other for other in left if _touch(boxes[one], boxes[other])}
            left -= reached
            edge += reached
        yield [lying[at] for at in group if at < len(lying)], [upright[at - len(lying)] for at in group if at >= len(lying)]


def _touch(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return (
        one[0] <= other[2] + _NEAR and other[0] <= one[2] + _NEAR and one[1] <= other[3] + _NEAR and other[1] <= one[3] + _NEAR
    )  # fmt: skip


def _grid(lying: Lines, upright: Lines) -> Grid | None:
    xs, ys = _apart(x for x, _, _ in upright), _apart(y for y, _, _ in lying)
    return Grid(xs, ys[::-1]) if len(xs) >= 3 and len(ys) >= 3 else None


def _apart(values: Iterator[float]) -> list[float]:
    found: list[float] = []
    for value in sorted(values):
        if not found or value - found[-1] > _NEAR:
            found.append(value)
    return found
