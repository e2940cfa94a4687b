"""Near-duplicates among many rows: MinHash bands find candidates (steps.bands), the exact figure verifies each pair.

Memory: some 200 bytes a row, and where many rows are alike in part up to 400 more; texts and signatures lie in scratch files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType

from rowsmith.core.row import Row
from rowsmith.steps.bands import Bands, Members, jaccard
from rowsmith.steps.shingles import shingles, text_of

SHINGLE = 2
"""Words of a shingle."""
PERMUTATIONS = 128
"""Most numbers of a signature."""
FOUND = 0.999
"""Least share of the pairs at the threshold that the bands find."""


def layout(similarity: float) -> tuple[int, int]:
    """(permutations, bands): as many numbers a band as leave `FOUND` of the pairs that are exactly so similar.

    >>> layout(0.7)
    (128, 32)
    """
    rows = max((rows for rows in range(1, 17) if _found(similarity, rows) >= FOUND), default=1)
    return rows * (PERMUTATIONS // rows), PERMUTATIONS // rows


def _found(similarity: float, rows: int) -> float:
    return 1 - (1 - similarity**rows) ** (PERMUTATIONS // rows)


class Likeness:
    """The texts of rows, signed. Use: `add` all, `match` once, then `pairs` or `across`. A context manager, for its scratch files.

    `columns` are compared (None: all with text), never the one called `without`. `seed` chooses the hash functions.
    """

    def __init__(self, folder: Path, similarity: float, columns: Sequence[str] | None, *, without: str = "", seed: int = 1) -> None:
        permutations, bands = layout(similarity)
        self._bands = Bands(folder, permutations, bands, seed)
        self._similarity, self._columns, self._without = similarity, columns, without
        self._buckets = 0
        self.left_out = 0
        """Comparisons that were not made because very many rows are alike in part (see steps.bands)."""

    def __enter__(self) -> Likeness:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._bands.close()

    def add(self, row: Row) -> bool:
        """One more row; they are numbered from 0. False: it has no words, and so is like no other."""
        data = row.data
        if self._columns is None and self._without in data:
            data = {name: value for name, value in data.items() if name != self._without}
        found = shingles(text_of(data, self._columns), SHINGLE)
        self._bands.add(found)
        return bool(found)

    def match(self) -> None:
        """All rows are there: find which of them may be alike."""
        self._buckets = self._bands.match()

    def pairs(self, together: Callable[[int, int], bool]) -> Iterator[tuple[int, int, float]]:
        """(earlier, later, similarity) of rows that are alike, in the order of the later; a pair of which `together` is true is passed over."""
        members = Members(self._buckets)
        for number, inside in self._bands.shared():
            for candidate, share in self._alike(number, [near for near in members.near(inside) if not together(near, number)]):
                if not together(candidate, number):
                    yield candidate, number, share
            members.join(number, inside)
        self.left_out += members.left_out

    def across(self, part_of: Sequence[int]) -> Iterator[tuple[int, int, float]]:
        """(earlier, later, similarity) of rows that are alike and of two parts; a row of part -1 is of none."""
        members = Members(self._buckets, part_of)
        for number, inside in self._bands.shared():
            if (own := part_of[number]) >= 0:
                for candidate, share in self._alike(number, members.near(inside, own)):
                    yield candidate, number, share
                members.join(number, inside)
        self.left_out += members.left_out

    def _alike(self, number: int, candidates: Iterable[int]) -> Iterator[tuple[int, float]]:
        mine: set[int] | None = None
        for candidate in candidates:
            mine = self._bands.shingles(number) if mine is None else mine
            share = jaccard(mine, self._bands.shingles(candidate))
            if share >= self._similarity:
                yield candidate, share
