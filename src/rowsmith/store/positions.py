"""Where rows stand when differences are laid over a base: some of its rows are gone, others are put between them.

A row is named by its mark, a whole number that sorts as rows do: of the base's row number n, `n << 32 | 0xffffffff`; of the row number j of
those that are laid over, `b << 32 | j`, where b rows of the base stand before it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

LAST = 0xFFFFFFFF


def base_mark(n: int) -> int:
    """The mark of the base's row number n."""
    return n << 32 | LAST


class Positions:
    """The order of `rows` rows of a base without those at the positions `gone` (sorted), and the rows laid over; `before` says for each of
    these, in their order, how many of the base's rows stand before it (gone ones are counted)."""

    def __init__(self, rows: int, gone: Sequence[int], before: Sequence[int]) -> None:
        self._gone = gone
        self._shift = [n - i for i, n in enumerate(gone)]  # rows that stay before each that is gone
        self._added = [b - bisect_left(gone, b) + j for j, b in enumerate(before)]  # where the rows laid over stand
        self.marks = [b << 32 | j for j, b in enumerate(before)]
        self.total = rows - len(gone) + len(before)

    def spans(self, start: int, stop: int) -> Iterator[tuple[int, int]]:
        """What stands from `start` up to `stop`: (n, m) for the base's rows n up to m, (-1, j) for the row number j laid over."""
        at, stop = max(start, 0), min(stop, self.total)
        j = bisect_left(self._added, at)
        while at < stop:
            if j < len(self._added) and self._added[j] == at:
                yield -1, j
                at, j = at + 1, j + 1
                continue
            until = min(self._added[j], stop) if j < len(self._added) else stop
            g = bisect_right(self._shift, at - j)
            n = at - j + g
            length = until - at if g == len(self._gone) else min(until - at, self._gone[g] - n)
            yield n, n + length
            at += length
