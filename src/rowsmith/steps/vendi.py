"""The effective number of different things in a set, from how alike they are.

Vendi score: Friedman and Dieng, "The Vendi Score: A Diversity Evaluation Metric for Machine Learning", arXiv 2210.02410: the exponential of the
entropy of the eigenvalues of the similarity matrix divided by its size. 1 where all are equal, n where no two of n have anything in common.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, hypot, log, sqrt
from operator import mul

Matrix = list[list[float]]


def vendi(alike: Matrix) -> float:
    """The effective number, of a symmetric positive semidefinite matrix of similarities with 1 on its diagonal. Time: n^3, 0.1 s for n = 100."""
    shares = [value / len(alike) for value in eigenvalues(alike)]
    return exp(-sum(share * log(share) for share in shares if share > 1e-12))


def cosines(vectors: Sequence[Sequence[float]]) -> Matrix:
    """How alike vectors of one length are; one that is all 0 is like none."""
    norms = [sqrt(sum(map(mul, vector, vector))) or 1.0 for vector in vectors]
    unit = [[number / norm for number in vector] for vector, norm in zip(vectors, norms, strict=True)]
    found = [[0.0] * len(unit) for _ in unit]
    for place, one in enumerate(unit):
        found[place][place] = 1.0
        for other in range(place):
            found[place][other] = found[other][place] = sum(map(mul, one, unit[other]))
    return found


def eigenvalues(symmetric: Matrix) -> list[float]:
    """Of a symmetric matrix, in no order: reduced to three diagonals by Householder's reflections, then by the QL method with implicit shifts
    (Martin, Reinsch and Wilkinson, "Householder's tridiagonalization of a symmetric matrix", Numerische Mathematik 11, 1968; Dubrulle, Martin and
    Wilkinson, "The implicit QL algorithm", 12, 1968). Plain Python, so that a figure does not depend on what is installed."""
    diagonal, beside = _three_diagonals([list(row) for row in symmetric])
    for first in range(len(diagonal)):
        for _ in range(60):
            last = next((m for m in range(first, len(diagonal) - 1) if _small(beside[m], diagonal[m], diagonal[m + 1])), len(diagonal) - 1)
            if last == first:
                break
            _sweep(diagonal, beside, first, last)
    return diagonal


def _small(number: float, one: float, other: float) -> bool:
    return abs(number) <= 1e-15 * (abs(one) + abs(other)) or abs(number) < 1e-300


def _three_diagonals(a: Matrix) -> tuple[list[float], list[float]]:
    n = len(a)
    diagonal, beside = [0.0] * n, [0.0] * n
    for last in range(n - 1, 0, -1):
        row = a[last]
        diagonal[last] = row[last]
        v = row[:last]
        norm = sqrt(sum(map(mul, v, v)))
        if norm < 1e-300:
            continue
        alpha = -norm if v[-1] > 0 else norm
        beside[last - 1] = alpha
        v[-1] -= alpha
        half = sum(map(mul, v, v)) / 2
        if half < 1e-300:
            continue
        p = [sum(map(mul, a[k], v)) / half for k in range(last)]  # v is shorter than the rows, and ends the products
        middle = sum(map(mul, p, v)) / (2 * half)
        q = [one - middle * other for one, other in zip(p, v, strict=True)]
        for k in range(last):
            vk, qk = v[k], q[k]
            a[k] = [number - vk * qj - qk * vj for number, qj, vj in zip(a[k], q, v, strict=False)]
    diagonal[0] = a[0][0]
    return diagonal, beside


def _sweep(diagonal: list[float], beside: list[float], first: int, last: int) -> None:
    g = (diagonal[first + 1] - diagonal[first]) / (2 * beside[first])
    r = hypot(g, 1.0)
    g = diagonal[last] - diagonal[first] + beside[first] / (g + (r if g >= 0 else -r))
    sine = cosine = 1.0
    moved = 0.0
    for i in range(last - 1, first - 1, -1):
        f, b = sine * beside[i], cosine * beside[i]
        r = hypot(f, g)
        if i + 1 < len(beside):
            beside[i + 1] = r
        if r == 0.0:
            diagonal[i + 1] -= moved
            beside[last] = 0.0
            return
        sine, cosine = f / r, g / r
        g = diagonal[i + 1] - moved
        r = (diagonal[i] - g) * sine + 2 * cosine * b
        moved = sine * r
        diagonal[i + 1] = g + moved
        g = cosine * r - b
    diagonal[first] -= moved
    beside[first], beside[last] = g, 0.0
