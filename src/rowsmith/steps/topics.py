"""Where a text changes its subject: dips in the likeness of what stands before a place and what stands behind it.

The method is that of TextTiling (Hearst, "TextTiling: Segmenting Text into Multi-paragraph Subtopic Passages", Computational Linguistics 23(1),
1997), with embeddings in place of counts of words.
"""

from __future__ import annotations

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


def depths(likeness: Sequence[float]) -> list[float]:
    """How deep each place lies below the peaks on its two sides; 0 on a slope or a peak.

    >>> depths([0.9, 0.2, 0.8])
    [0.0, 1.3, 0.0]
    """
    found = []
    for place, value in enumerate(likeness):
        left = right = value
        for other in reversed(likeness[:place]):
            if other < left:
                break
            left = other
        for other in likeness[place + 1 :]:
            if other < right:
                break
            right = other
        dip = value <= min(likeness[place - 1] if place else value, likeness[place + 1] if place + 1 < len(likeness) else value)
        found.append(round(left + right - 2 * value, 9) if dip else 0.0)
    return found
