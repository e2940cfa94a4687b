"""Tables as Markdown."""

from __future__ import annotations

import re
from collections.abc import Sequence

_SPACE = re.compile(r"\s+")


def markdown_table(rows: Sequence[Sequence[str]]) -> str:
    """Rows of cells as a Markdown table whose first row is the header; rows that are shorter than the longest are filled up, line ends within a
    cell become spaces, and rows without anything are left out. Empty where there is nothing at all.

    >>> print(markdown_table([["Fruit", "Price"], ["Apple", "1 | 2"]]))
    | Fruit | Price |
    | --- | --- |
    | Apple | 1 \\\\| 2 |
    """
    cells = [[_SPACE.sub(" ", cell).strip().replace("|", "\\|") for cell in row] for row in rows]
    cells = [row for row in cells if any(row)]
    width = max((len(row) for row in cells), default=0)
    lines = [f"| {' | '.join([*row, *[''] * (width - len(row))])} |" for row in cells]
    return "\n".join([lines[0], f"|{' --- |' * width}", *lines[1:]]) if lines else ""
