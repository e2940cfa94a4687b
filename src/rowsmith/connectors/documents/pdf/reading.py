"""The order in which people read the pieces of a page: what stands above all, then column by column, then what stands below.

After the recursive cutting of pages (Nagy and Seth, 1984), with one difference: what reaches over a gutter cuts the columns into bands, so that a
heading over two columns stands before both, and a table between them where it is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from statistics import median

from rowsmith.connectors.documents.pdf.pieces import Piece

_STEP = 2.0
"""Points: how finely gutters are looked for."""
_NARROWEST, _WIDEST = 6.0, 20_000.0
_CROSSING = 0.3
"""Of the pieces beside a gutter, so many more may reach over it."""
_FEW, _SHORT, _FILLED = 4, 14, 0.6
"""A column has at least so many pieces; half of its lines have so many letters, and fill so much of its width: a table's do not."""
_MARGIN = 0.12
"""Headers and footers stand in this part of a page's height."""


def columns_of(pieces: Sequence[Piece], height: float, leftwards: bool = False) -> Iterator[tuple[list[Piece], bool]]:
    """The pieces of each column in the order of reading, top to bottom, and whether they are the header or the footer; `height` is the page's."""
    above, below = _edges(pieces, height)
    outer = {id(piece) for piece in [*above, *below]}
    if above:
        yield above, True
    for column in _cut([piece for piece in pieces if id(piece) not in outer], leftwards):
        yield column, False
    if below:
        yield below, True


def _edges(pieces: Sequence[Piece], height: float) -> tuple[list[Piece], list[Piece]]:
    """The header and the footer: lines near the edges of the page that stand apart from all others."""
    bases = sorted({round(piece.base, 1) for piece in pieces if piece.rows is None}, reverse=True)
    if len(bases) < 4:
        return [], []

    def apart(near: float, next_one: float, inside: bool) -> list[Piece]:
        chosen = [piece for piece in pieces if abs(piece.base - near) < 0.1 and piece.rows is None]
        return chosen if inside and chosen and abs(near - next_one) > 1.8 * max(piece.size for piece in chosen) else []

    above = apart(bases[0], bases[1], bases[0] > height * (1 - _MARGIN))
    below = apart(bases[-1], bases[-2], bases[-1] < height * _MARGIN)
    return above, below


def _cut(pieces: list[Piece], leftwards: bool) -> Iterator[list[Piece]]:
    gutter = _gutter(pieces)
    if gutter is None:
        if pieces:
            yield sorted(pieces, key=lambda piece: -piece.base)
        return
    for spanning, band in _bands(pieces, gutter):
        if spanning:
            yield sorted(band, key=lambda piece: -piece.base)
            continue
        sides = [[piece for piece in band if piece.x1 <= gutter], [piece for piece in band if piece.x1 > gutter]]
        for side in sides[::-1] if leftwards else sides:
            yield from _cut(side, leftwards)


def _bands(pieces: list[Piece], gutter: float) -> Iterator[tuple[bool, list[Piece]]]:
    """From the top: what reaches over the gutter, and what stands beside it."""
    band: list[Piece] = []
    over = False
    for piece in sorted(pieces, key=lambda piece: -piece.base):
        crosses = piece.x0 < gutter < piece.x1
        if band and crosses != over:
            yield over, band
            band = []
        over = crosses
        band.append(piece)
    if band:
        yield over, band


def _gutter(pieces: list[Piece]) -> float | None:
    """The middle of the upright strip that separates two columns of prose; None where there is none."""
    if len(pieces) < 2 * _FEW:
        return None
    left, right = min(piece.x0 for piece in pieces), max(piece.x1 for piece in pieces)
    if not right - left < _WIDEST:
        return None
    count = int((right - left) / _STEP) + 1
    changes = [0] * (count + 1)
    for piece in pieces:
        changes[int((piece.x0 - left) / _STEP)] += 1
        changes[min(int((piece.x1 - left) / _STEP) + 1, count)] -= 1
    best: tuple[int, float, float] | None = None
    for crossing, begin, end in _strips(changes, int(count * 0.15), int(count * 0.85)):
        middle, width = left + (begin + end) / 2 * _STEP, (end - begin) * _STEP
        if width >= _NARROWEST and (best is None or (crossing, -width) < best[:2]) and _separates(pieces, middle, crossing):
            best = crossing, -width, middle
    return best[2] if best else None


def _strips(changes: list[int], first: int, last: int) -> Iterator[tuple[int, int, int]]:
    """Strips that are covered less than what is on both sides of them: by how many pieces, from where, to where."""
    covered, depth = [], 0
    for change in changes:
        depth += change
        covered.append(depth)
    at = first
    while at < last:
        end = at
        while end < last and covered[end] == covered[at]:
            end += 1
        if covered[max(at - 1, 0)] > covered[at] < covered[min(end, len(covered) - 1)]:
            yield covered[at], at, end
        at = end


def _separates(pieces: list[Piece], gutter: float, crossing: int) -> bool:
    sides = [[piece for piece in pieces if piece.x1 <= gutter], [piece for piece in pieces if piece.x0 >= gutter]]
    if min(len(side) for side in sides) < _FEW or crossing > _CROSSING * sum(len(side) for side in sides):
        return False
    (low, high), (other_low, other_high) = ((min(p.base for p in side), max(p.base for p in side)) for side in sides)
    together = min(high, other_high) - max(low, other_low)
    return together >= 0.4 * min(high - low, other_high - other_low) and all(_is_prose(side) for side in sides)


def _is_prose(side: list[Piece]) -> bool:
    begin, end = min(piece.x0 for piece in side), max(piece.x1 for piece in side)
    letters: defaultdict[int, int] = defaultdict(int)
    filled: defaultdict[int, float] = defaultdict(float)
    for piece in side:
        letters[round(piece.base)] += sum(1 + (letter >= "\u2e80") for letter in piece.text)
        filled[round(piece.base)] += piece.x1 - piece.x0
    return median(letters.values()) >= _SHORT and median(filled.values()) >= _FILLED * (end - begin)
