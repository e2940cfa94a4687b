"""Where a text changes its subject: dips in the likeness of what stands before a place and what stands behind it.

The method is that of TextTiling (Hearst, "TextTiling: Segmenting Text into Multi-paragraph Subtopic Passages", Computational Linguistics 23(1),
1997), with embeddings in place of counts of words.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from operator import add, sub

from rowsmith.steps.vectors import Vector, cosine, total


def likeness(vectors: Sequence[Vector], window: int) -> list[float]:
    """For each place between two vectors the cosine of the sums of the `window` vectors before and behind it, fewer at the ends; one number less
    than there are vectors."""
    found = []
    before, behind = list(vectors[0]) if vectors else [], total(vectors[1 : window + 1])
    for place in range(1, len(vectors)):
        found.append(cosine(before, behind))
        before = list(map(add, before, vectors[place]))
        if place >= window:
            before = list(map(sub, before, vectors[place - window]))
        behind = list(map(sub, behind, vectors[place]))
        if place + window < len(vectors):
            behind = list(map(add, behind, vectors[place + window]))
    return found


def dips(likeness: Sequence[float], places: Sequence[int], window: int) -> dict[int, float]:
    """How deep each dip lies below the peaks on its two sides, as far as the next dips. A dip is a place, of those given in order, that is not more
    alike than its neighbours and than all nearer than `window`.

    >>> dips([0.9, 0.2, 0.8], [1, 2, 3], 1)
    {2: 1.3}
    """
    near = {place: likeness[place - 1] for place in places}
    low = []
    for number, place in enumerate(places):
        first = bisect_right(places, place - window)
        last = bisect_left(places, place + window)
        around = places[max(0, min(first, number - 1)) : max(last, number + 2)]
        if near[place] <= min(near[other] for other in around):
            low.append(place)
    found = {}
    for before, place, behind in zip([1, *low], low, [*low[1:], len(likeness)], strict=False):
        depth = max(likeness[before - 1 : place]) + max(likeness[place - 1 : behind]) - 2 * near[place]
        if round(depth, 9) > 0:
            found[place] = round(depth, 9)
    return found
