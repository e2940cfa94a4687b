"""A page of PDF as Markdown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from rowsmith.connectors.documents.pdf.blocks import Block, Style, blocks_of, cell_text, joined, style_of
from rowsmith.connectors.documents.pdf.pieces import Piece, pieces_of
from rowsmith.connectors.documents.pdf.reading import columns_of
from rowsmith.connectors.documents.pdf.rulings import grids_of

_ITEMS = re.compile(r"(?m)^(- .*)\n\n(?=- )")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_SAMPLE = 24
"""Pages, from the whole of a document, that its style is taken from."""


def document_style(document: Any) -> Style:
    """The style of a document (a pypdfium2.PdfDocument)."""
    count = len(document)
    chosen = range(count) if count <= _SAMPLE else [number * count // _SAMPLE for number in range(_SAMPLE)]
    pages = []
    for number in chosen:
        page = document[number]
        textpage = page.get_textpage()
        pages.append(pieces_of(textpage))
        textpage.close()
        page.close()
    return style_of(pages)


@dataclass(slots=True)
class Laid:
    """A page as it is read: its Markdown, its first and its last block, and what of its text is white."""

    text: str = ""
    first: Block | None = None
    last: Block | None = None
    white: list[str] = field(default_factory=list)


def laid_out(page: Any, textpage: Any, style: Style) -> Laid:
    """A page (pypdfium2.PdfPage, PdfTextPage) as it is read."""
    grids = grids_of(page)
    walls = [(x, grid.ys[-1], grid.ys[0]) for grid in grids for x in grid.xs]
    pieces = pieces_of(textpage, walls)
    left = [piece for piece in pieces if not any(grid.place(piece) for grid in grids)]
    for grid in grids:
        table = grid.piece(cell_text)
        left.extend([table] if table else [piece for each in grid.cells.values() for piece in each])
    leftwards = _leftwards(pieces)
    blocks: list[Block] = []
    for column in columns_of(left, page.get_height(), leftwards):
        for block in blocks_of(column, style, leftwards):
            if blocks and blocks[-1].goes_on(block):
                blocks[-1] = replace(block, text=joined([blocks[-1].text, block.text]))
            elif block.text:
                blocks.append(block)
    if not blocks:
        return Laid()
    text = _ITEMS.sub(r"\1\n", _ITEMS.sub(r"\1\n", "\n\n".join(block.text for block in blocks)))
    return Laid(text, blocks[0], blocks[-1], [piece.text for piece in pieces if piece.light > 250])


def _leftwards(pieces: Sequence[Piece]) -> bool:
    """Whether most of a page is written from right to left."""
    turned = sum(len(_RIGHT_TO_LEFT.findall(piece.text)) for piece in pieces)
    return turned * 2 > sum(len(piece.text) for piece in pieces)
