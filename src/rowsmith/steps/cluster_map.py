"""Points of many dimensions laid out on a plane, so that what is near stays near: a map to look at, not to measure by.

Method: the main components (subspace iteration; Halko, Martinsson and Tropp, "Finding structure with randomness", SIAM Review 53, 2011), then steps
by which each point draws its nearest neighbours and drives others away with the gradient of Student's t (Tang et al., "Visualizing Large-scale and
High-dimensional Data", arXiv 1602.00370; McInnes et al., "UMAP", arXiv 1802.03426, with a = b = 1). Plain Python with chance from a seed: the same
points in the same order give the same map, whatever is installed.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import repeat
from math import dist, sqrt
from operator import mul
from random import Random

Vector = Sequence[float]
DIMENSIONS = 8
"""Main components by which neighbours are told."""
LEARNT = 400
"""Points from which these are learnt, at most."""
ROUNDS = 6
NEIGHBOURS = 7
EPOCHS = 40
STRANGERS = 1
"""Points that each neighbour that is drawn nearer has driven away."""
_EDGE = 0.02
"""Share of the points at each end of an axis that its scale leaves out; they stand at the edge."""


def laid_out(points: Sequence[Vector], seed: int = 42) -> list[tuple[float, float]]:
    """Of points of one length their places on a plane, x and y in [0, 1], to three digits. 1,000 points of 256 numbers take about two seconds."""
    chance = Random(seed)
    low = _components(points, chance)
    places = [[3 * one[0], 3 * one[1]] for one in low]
    _moved(places, _neighbours(low), chance)
    return list(zip(*(_scaled([place[axis] for place in places]) for axis in (0, 1)), strict=True)) if places else []


def _components(points: Sequence[Vector], chance: Random) -> list[list[float]]:
    """The points by their main components, the largest spread within -1 and 1."""
    if not points:
        return []
    width = len(points[0])
    some = points[:: -(-len(points) // LEARNT)]
    basis = _orthogonal([[chance.gauss(0, 1) for _ in range(width)] for _ in range(min(DIMENSIONS, width, len(some)))])
    for _ in range(ROUNDS):
        moved = [[0.0] * width for _ in basis]
        for point in some:
            for at, axis in enumerate(basis):
                by = sum(map(mul, point, axis))
                moved[at] = [a + by * b for a, b in zip(moved[at], point, strict=True)]
        basis = _orthogonal(moved)
    found = [[sum(map(mul, point, axis)) for axis in basis] for point in points]
    most = max((abs(number) for one in found for number in one), default=0.0) or 1.0
    return [[number / most for number in one] + [0.0] * (2 - len(one)) for one in found]


def _orthogonal(vectors: list[list[float]]) -> list[list[float]]:
    """Vectors of length 1 at right angles (Gram-Schmidt); those that are nothing beside the others are left out."""
    found: list[list[float]] = []
    for vector in vectors:
        rest = vector
        for axis in found:
            by = sum(map(mul, rest, axis))
            rest = [a - by * b for a, b in zip(rest, axis, strict=True)]
        norm = sqrt(sum(map(mul, rest, rest)))
        if norm > 1e-9:
            found.append([number / norm for number in rest])
    return found


def _neighbours(points: Sequence[Vector]) -> list[list[int]]:
    return [[other for other in _nearest(one, points) if other != at][:NEIGHBOURS] for at, one in enumerate(points)]


def _nearest(one: Vector, points: Sequence[Vector]) -> list[int]:
    """The nearest points, the point itself among them; of those as far away the first."""
    far = list(map(dist, repeat(one), points))
    edge = sorted(far)[:NEIGHBOURS + 1][-1]
    return [at for _, at in sorted((distance, at) for at, distance in enumerate(far) if distance <= edge)][:NEIGHBOURS + 1]


def _moved(places: list[list[float]], near: Sequence[Sequence[int]], chance: Random) -> None:
    """Draw neighbours together and drive strangers apart, by smaller and smaller steps."""
    n = len(places)
    for epoch in range(EPOCHS if n > NEIGHBOURS else 0):
        step = 1 - epoch / EPOCHS
        for at, others in enumerate(near):
            x, y = places[at]
            for other in others:
                there = places[other]
                dx, dy = x - there[0], y - there[1]
                pull = step / (1 + dx * dx + dy * dy)
                dx, dy = dx * pull, dy * pull
                x -= dx
                y -= dy
                there[0] += dx
                there[1] += dy
                for _ in range(STRANGERS):
                    if (stranger := int(chance.random() * n)) == at:
                        continue
                    far = places[stranger]
                    dx, dy = x - far[0], y - far[1]
                    square = dx * dx + dy * dy
                    push = 2 * step / ((0.01 + square) * (1 + square))
                    dx, dy = dx * push, dy * push
                    x += (4.0 if dx > 4.0 else -4.0 if dx < -4.0 else dx) * step
                    y += (4.0 if dy > 4.0 else -4.0 if dy < -4.0 else dy) * step
            places[at] = [x, y]


def _scaled(values: Sequence[float]) -> list[float]:
    order = sorted(values)
    cut = int(_EDGE * len(order))
    low, high = order[cut], order[-1 - cut]
    if high - low < 1e-9:
        return [0.5] * len(values)
    return [round(min(1.0, max(0.0, (value - low) / (high - low))), 3) for value in values]
