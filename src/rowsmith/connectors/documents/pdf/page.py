"""A page of PDF as Markdown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from rowsmith.connectors.documents.pdf.blocks import Block, Style, blocks_of, cell_text, joined
from rowsmith.connectors.documents.pdf.pieces import Piece, pieces_of, turn_of
from rowsmith.connectors.documents.pdf.reading import columns_of
from rowsmith.connectors.documents.pdf.rulings import Grid, grids_of

_ITEMS = re.compile(r"(?m)^(- .*)\n\n(?=- )")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_SAMPLE = 24
"""Pages, from the whole of a document, that its style is taken from."""


@dataclass(slots=True)
class Gathered:
    """What stands on a page, not yet put in order: its pieces, tables that are drawn, and its height."""

    pieces: list[Piece]
    grids: list[Grid]
    height: float


def gathered(document: Any, number: int) -> Gathered:
    """What stands on a page of a document (a pypdfium2.PdfDocument), pages counted from 0."""
    page = document[number]
    try:
        textpage = page.get_textpage()
        try:
            turn = turn_of(page, textpage)
            grids = grids_of(page, turn)
            walls = [(x, grid.ys[-1], grid.ys[0]) for grid in grids for x in grid.xs]
            return Gathered(pieces_of(textpage, walls, turn), grids, turn.width if turn.quarters % 2 else turn.height)
        finally:
            textpage.close()
    finally:
        page.close()


def sample(count: int) -> list[int]:
    """Some of so many pages, from all of the document: its style is taken from these."""
    return list(range(count)) if count <= _SAMPLE else [number * count // _SAMPLE for number in range(_SAMPLE)]


@dataclass(slots=True)
class Laid:
    """A page as it is read: its Markdown, its first and its last block, and what of its text is white."""

    text: str = ""
    first: Block | None = None
    last: Block | None = None
    white: list[str] = field(default_factory=list)


def laid_out(page: Gathered, style: Style) -> Laid:
    """A page as it is read."""
    pieces, grids = page.pieces, page.grids
    left = [piece for piece in pieces if not piece.aside and not any(grid.place(piece) for grid in grids)]
    for grid in grids:
        table = grid.piece(cell_text)
        left.extend([table] if table else [piece for each in grid.cells.values() for piece in each])
    leftwards = _leftwards(pieces)
    blocks: list[Block] = []
    for column, running in columns_of(left, page.height, leftwards):
        for block in blocks_of(column, style, leftwards):
            if running:
                block.prose = block.open = False
            if blocks and blocks[-1].goes_on(block):
                blocks[-1] = replace(block, text=joined([blocks[-1].text, block.text]))
            elif block.text:
                blocks.append(block)
    if aside := [piece.text for piece in pieces if piece.aside]:
        blocks.append(Block(joined(aside)))
    if not blocks:
        return Laid()
    text = _ITEMS.sub(r"\1\n", _ITEMS.sub(r"\1\n", "\n\n".join(block.text for block in blocks)))
    return Laid(text, blocks[0], blocks[-1], [piece.text for piece in pieces if piece.light > 250])


def _leftwards(pieces: Sequence[Piece]) -> bool:
    """Whether most of a page is written from right to left."""
    turned = sum(len(_RIGHT_TO_LEFT.findall(piece.text)) for piece in pieces if max(piece.text, default="") >= "\u0590")
    return turned * 2 > sum(len(piece.text) for piece in pieces)
