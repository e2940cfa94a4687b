"""The rows that are good and stand for the others: facility location with a quality of each row, by lazy greedy choice.

What is chosen maximises (1 - d) * mean quality + d * coverage, the coverage being the mean, over rows drawn for reference, of how alike the most
alike chosen row is. It is monotone and submodular, so that the greedy choice comes to at least 1 - 1/e of the best (Nemhauser, Wolsey and Fisher,
"An analysis of approximations for maximizing submodular set functions", 1978), and gains only fall, so that few have to be looked at again (Minoux,
"Accelerated greedy algorithms", 1978). Facility location for training data: Wei, Iyer and Bilmes, "Submodularity in Data Subset Selection and Active
Learning", ICML 2015.

Memory: REFERENCES bytes for each row. Time: as many comparisons as rows times REFERENCES, some 10 s for 100,000 rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from typing import Any

REFERENCES = 256
_FULL = 255
_NOISE = 32
"""Different bits of 256 short of half by which two sketches of unlike texts may differ by chance (4 standard errors)."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A row that was chosen: its place, and which share of what all rows together cover is covered with it."""

    place: int
    covered: float


def by_sketch(points: Sequence[int], references: Sequence[int]) -> Iterator[bytes]:
    """How alike texts are to those of reference, by their sketches (steps.diverse): a byte for each, 255 for equal ones."""
    scale = [0 if bits >= 128 - _NOISE else round(_FULL * (1 - bits / 128)) for bits in range(257)]
    for point in points:
        yield bytes(scale[(point ^ reference).bit_count()] for reference in references) if point else bytes(len(references))


def by_vector(vectors: Any, references: Any) -> Iterator[bytes]:
    """The same of vectors, blocks of numpy rows of length 1, by their cosines."""
    import numpy

    for block in vectors:
        alike = numpy.clip(block @ references.T, 0, 1) * _FULL
        for line in numpy.rint(alike).astype(numpy.uint8):
            yield line.tobytes()


def cover(alike: Sequence[bytes], quality: Sequence[float], names: Sequence[str], settled: Sequence[bytes], n: int, diversity: float) -> list[Chosen]:
    """Choose `n` rows, in the order of what they add.

    Args:
        alike: for each row how alike it is to each reference; `settled` the same of rows that are chosen already.
        quality: of each row, in [0, 1]; `names` decide between equals.
        diversity: how much coverage counts against quality, in [0, 1].
    """
    now = bytes(len(alike[0])) if alike else b""
    for line in settled:
        now = bytes(map(max, now, line))
    every = now
    for line in alike:
        every = bytes(map(max, every, line))
    whole, weight = sum(every) or 1, diversity / (_FULL * len(now) or 1)
    worth = [(1 - diversity) * one / max(n, 1) for one in quality]
    heap = [(-(worth[place] + weight * (sum(map(max, now, line)) - sum(now))), names[place], place, 0) for place, line in enumerate(alike)]
    heapify(heap)
    chosen: list[Chosen] = []
    total = sum(now)
    while heap and len(chosen) < n:
        _, name, place, seen = heappop(heap)
        if seen == len(chosen):
            now = bytes(map(max, now, alike[place]))
            total = sum(now)
            chosen.append(Chosen(place, total / whole))
        else:
            gain = worth[place] + weight * (sum(map(max, now, alike[place])) - total)
            heappush(heap, (-gain, name, place, len(chosen)))
    return chosen


def ranks(values: Sequence[float]) -> list[float]:
    """Each value as the share of the values that are not above it, of equal ones the middle: a quality whose scale does not matter.

    >>> ranks([5, 1, 5])
    [0.8333333333333334, 0.3333333333333333, 0.8333333333333334]
    """
    order = sorted(range(len(values)), key=values.__getitem__)
    found = [0.0] * len(values)
    start = 0
    for at, place in enumerate(order, 1):
        if at == len(order) or values[order[at]] != values[place]:
            middle = (start + 1 + at) / 2 / len(values)
            for one in order[start:at]:
                found[one] = middle
            start = at
    return found
