"""What steps compute with embeddings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import sqrt
from operator import add, mul

Vector = Sequence[float]


def cosine(one: Vector, two: Vector) -> float:
    """The cosine of the angle between two vectors of the same length, in [-1, 1]; 0 where one of them is all 0.

    >>> cosine([1.0, 0.0], [1.0, 1.0])
    0.7071067811865475
    """
    norms = sqrt(sum(map(mul, one, one))) * sqrt(sum(map(mul, two, two)))
    return max(-1.0, min(1.0, sum(map(mul, one, two)) / norms)) if norms else 0.0


def total(vectors: Iterable[Vector]) -> list[float]:
    """The sum of vectors of one length; empty for none."""
    found: list[float] = []
    for vector in vectors:
        found = list(map(add, found, vector)) if found else list(vector)
    return found
