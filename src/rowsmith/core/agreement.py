"""How far those who judge agree: of two or more on labels, and of numbers with numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import groupby, permutations
from math import sqrt
from typing import Any

Ratings = Sequence[Mapping[str, Any]]
"""Of each thing that was judged what each who judged it said, by their name."""


def alpha(ratings: Ratings, *, numbers: bool = False) -> float | None:
    """Krippendorff's alpha (2004) of any number of judges, some of whom may be absent: labels, or with `numbers` an interval scale. None where no
    thing was judged twice, or all say the same."""
    units = [list(unit.values()) for unit in ratings if len(unit) > 1]
    said = Counter(value for unit in units for value in unit)
    total = sum(said.values())
    apart: Callable[[Any, Any], float] = (lambda one, other: (one - other) ** 2) if numbers else (lambda one, other: float(one != other))
    expected = sum(count * said[other] * apart(value, other) for value, count in said.items() for other in said)
    if not expected:
        return None
    seen = sum(apart(one, other) / (len(unit) - 1) for unit in units for one, other in permutations(unit, 2))
    return 1 - (total - 1) * seen / expected


def pearson(pairs: Sequence[tuple[float, float]]) -> float | None:
    """The correlation of numbers, -1 to 1; None for fewer than three, or where one side is constant."""
    n = len(pairs)
    if n < 3:
        return None
    left, right = (sum(pair[i] for pair in pairs) / n for i in (0, 1))
    spreads = [sqrt(sum((pair[i] - mean) ** 2 for pair in pairs)) for i, mean in ((0, left), (1, right))]
    if not all(spreads):
        return None
    return max(-1.0, min(1.0, sum((a - left) * (b - right) for a, b in pairs) / (spreads[0] * spreads[1])))


def spearman(pairs: Sequence[tuple[float, float]]) -> float | None:
    """The correlation of ranks, where equal numbers share theirs."""
    return pearson(list(zip(ranks([a for a, _ in pairs]), ranks([b for _, b in pairs]), strict=True)))


def ranks(values: Sequence[float]) -> list[float]:
    """The rank of each, from 1; equal ones have their mean rank."""
    order = sorted(range(len(values)), key=lambda place: values[place])
    found, next_ = [0.0] * len(values), 1
    for _, same in groupby(order, key=lambda place: values[place]):
        places = list(same)
        for place in places:
            found[place] = next_ + (len(places) - 1) / 2
        next_ += len(places)
    return found


def area(scores: Sequence[tuple[float, bool]]) -> float | None:
    """The chance that a good one scores higher than a bad one, a tie counting half (the area under the ROC curve); None where one kind lacks."""
    good = sum(flag for _, flag in scores)
    bad = len(scores) - good
    if not good or not bad:
        return None
    held = sum(rank for rank, (_, flag) in zip(ranks([score for score, _ in scores]), scores, strict=True) if flag)
    return (held - good * (good + 1) / 2) / (good * bad)
