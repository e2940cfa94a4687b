"""Groups of vectors that are alike, each with the first of it: every vector is compared with all firsts before it, so that none is missed.

Cost: as many products of two vectors as vectors times groups. They are compared in blocks, by numpy where it is installed (the extra `embeddings`):
16 MB of vectors at a time, whatever their number; else by the index that ships, one by one.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from rowsmith.core.calls import floats
from rowsmith.core.errors import Invalid
from rowsmith.core.ports import Context
from rowsmith.steps.vectors import cosine

BLOCK = 512
"""Vectors that are compared at once,"""
HELD = 16 << 20
"""with so many bytes of the firsts at a time."""
CLOSE = 1e-4
"""How far a float32 product may lie from the exact figure, which decides."""
TRIED = 8
"""Most firsts that a vector is compared with exactly: the nearest."""

Twin = tuple[int, float]
"""The number of the first of a group, and the cosine."""
Fits = Callable[[int, int, float], bool]


class Vectors:
    """Vectors by number, in a scratch file."""

    def __init__(self, folder: Path) -> None:
        self.count = self.length = 0
        self._file = TemporaryFile(dir=folder)  # noqa: SIM115 (see close)

    def add(self, vector: bytes) -> None:
        """One more (float32, little-endian).

        Raises:
            Invalid: it is of another length than the first.
        """
        self.length = self.length or len(vector)
        if len(vector) != self.length:
            what = f"A vector of {len(vector) // 4} numbers came to vectors of {self.length // 4}."
            raise Invalid(what, "Embed all rows by one model: their vectors cannot be compared.")
        self._file.seek(0, 2)
        self._file.write(vector)
        self.count += 1

    def __getitem__(self, number: int) -> bytes:
        self._file.seek(number * self.length)
        return self._file.read(self.length)

    def close(self) -> None:
        """Give the file back."""
        self._file.close()


def leaders(
    vectors: Vectors, order: Sequence[int], settled: int, similarity: float, fits: Fits, ctx: Context
) -> dict[int, Twin]:  # fmt: skip
    """The twin of each vector that has one: the nearest first of a group whose cosine is at least `similarity` and for which
    `fits(it, vector, cosine)` holds.

    Args:
        order: in which vectors come; the first `settled` of them are firsts, whatever they are like.
    """
    found = _by_numpy if find_spec("numpy") else _by_index
    return found(vectors, order, settled, similarity, fits, ctx)


def _by_index(vectors: Vectors, order: Sequence[int], settled: int, similarity: float, fits: Fits, ctx: Context) -> dict[int, Twin]:
    twins: dict[int, Twin] = {}
    index = ctx.index("builtin")
    try:
        for place, number in enumerate(order):
            near = index.near(vectors[number], TRIED) if place >= settled else []
            twin = next(((int(one), share) for one, share in near if share >= similarity and fits(int(one), number, share)), None)
            if twin is None:
                index.add(str(number), vectors[number])
            else:
                twins[number] = twin
    finally:
        index.close()
    return twins


def _by_numpy(vectors: Vectors, order: Sequence[int], settled: int, similarity: float, fits: Fits, _: Context) -> dict[int, Twin]:
    twins: dict[int, Twin] = {}
    firsts = array("I", order[:settled])
    for start in range(settled, len(order), BLOCK):
        block = order[start : start + BLOCK]
        near = _near(vectors, firsts, block, similarity)
        mine = _unit(vectors, block)
        within = mine @ mine.T
        for place, number in enumerate(block):
            beside = ((float(within[place, at]), block[at]) for at in _above(within[place, :place], similarity))
            candidates = [*near.get(place, []), *(one for one in beside if one[1] not in twins)]
            twin = _twin(vectors, number, sorted(candidates, key=_nearest)[:TRIED], similarity, fits)
            if twin is None:
                firsts.append(number)
            else:
                twins[number] = twin
    return twins


def _near(vectors: Vectors, firsts: array[int], block: Sequence[int], similarity: float) -> dict[int, list[tuple[float, int]]]:
    """For each place of the block the firsts that are about near enough."""
    found: dict[int, list[tuple[float, int]]] = {}
    mine, step = _unit(vectors, block), max(1, HELD // max(vectors.length, 1))
    for start in range(0, len(firsts), step):
        some = firsts[start : start + step]
        alike = mine @ _unit(vectors, some).T
        for place in range(len(block)):
            nearest = [(float(alike[place, at]), some[at]) for at in _above(alike[place], similarity)]
            if nearest:
                found[place] = sorted([*found.get(place, []), *nearest], key=_nearest)[:TRIED]
    return found


def _nearest(one: tuple[float, int]) -> tuple[float, int]:
    return -one[0], one[1]


def _above(line: Any, similarity: float) -> Iterator[int]:
    return iter((line >= similarity - CLOSE).nonzero()[0].tolist())


def _unit(vectors: Vectors, numbers: Sequence[int]) -> Any:
    import numpy

    raw = b"".join(vectors[number] for number in numbers)
    found = numpy.frombuffer(raw, "<f4").reshape(len(numbers), -1)
    norms = numpy.linalg.norm(found, axis=1, keepdims=True)
    norms[norms == 0] = 1
    return found / norms


def _twin(vectors: Vectors, number: int, candidates: Sequence[tuple[float, int]], similarity: float, fits: Fits) -> Twin | None:
    if not candidates:
        return None
    mine = floats(vectors[number])
    exact = sorted(((cosine(mine, floats(vectors[one])), one) for _, one in candidates), key=lambda pair: (-pair[0], pair[1]))
    return next(((one, share) for share, one in exact if share >= similarity and fits(one, number, share)), None)
