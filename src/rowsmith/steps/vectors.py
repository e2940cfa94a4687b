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


def centred(vectors: Sequence[Vector]) -> list[list[float]]:
    """The vectors less their mean, to seven places: what all of them have in common tells none from another (Mu and Viswanath, "All-but-the-Top",
    ICLR 2018). Equal ones are all 0."""
    mean = [number / len(vectors) for number in total(vectors)]
    return [[round(own - common, 7) for own, common in zip(vector, mean, strict=True)] for vector in vectors]
