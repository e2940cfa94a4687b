"""How far those who judge agree: of two or more on labels, and of numbers with numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import groupby, permutations
from math import atanh, sqrt, tanh
from statistics import NormalDist
from typing import Any

from rowsmith.core.distributions import t_quantile

Interval = tuple[float, float]
Ratings = Sequence[Mapping[str, Any]]
"""Of each thing that was judged what each who judged it said, by their name."""


def alpha(ratings: Ratings, *, numbers: bool = False) -> float | None:
    """Krippendorff's alpha (2004) of any number of judges, some of whom may be absent: labels, or with `numbers` an interval scale. None where no
    thing was judged twice, or all say the same."""
    units = [list(unit.values()) for unit in ratings if len(unit) > 1]
    if numbers:
        return _alpha([sum(column) for column in zip(*map(sums, units), strict=True)]) if units else None
    said = Counter(value for unit in units for value in unit)
    total: int = sum(said.values())
    expected = total * total - sum(count * count for count in said.values())
    if not expected:
        return None
    seen = sum((one != other) / (len(unit) - 1) for unit in units for one, other in permutations(unit, 2))
    return float(1 - (total - 1) * seen / expected)


def sums(numbers: Sequence[float]) -> tuple[float, float, float, float]:
    """What alpha needs of one thing that several have given a number: how many, their sum, the sum of their squares, and how far they lie apart."""
    n, total, squares = len(numbers), sum(numbers), sum(number * number for number in numbers)
    return float(n), total, squares, 2 * (n * squares - total * total) / (n - 1)


def alpha_of(units: Sequence[Sequence[float]], share: float = 0.05) -> tuple[float, Interval] | None:
    """Krippendorff's alpha of numbers (an interval scale) with its interval, by leaving out one thing after the other (the jackknife); units of one
    number say nothing. None for fewer than three units, or where all numbers are equal."""
    each = [sums(unit) for unit in units if len(unit) > 1]
    whole = [sum(column) for column in zip(*each, strict=True)]
    if len(each) < 3 or (found := _alpha(whole)) is None:
        return None
    without = [_alpha([all_ - one for all_, one in zip(whole, unit, strict=True)]) for unit in each]
    left = [1.0 if one is None else one for one in without]
    mean = sum(left) / len(left)
    half = t_quantile(1 - share / 2, len(left) - 1) * sqrt((len(left) - 1) / len(left) * sum((one - mean) ** 2 for one in left))
    return found, (max(-1.0, found - half), min(1.0, found + half))


def _alpha(whole: Sequence[float]) -> float | None:
    n, total, squares, apart = whole
    expected = 2 * (n * squares - total * total)
    return 1 - (n - 1) * apart / expected if expected > 1e-9 * max(1.0, n * squares) else None


def kappa(pairs: Sequence[tuple[Any, Any]], share: float = 0.05) -> tuple[float, Interval] | None:
    """Cohen's kappa (1960) of two who gave the same things labels, with the interval of Fleiss, Cohen and Everitt (1969); None where nothing was
    labelled, or both gave one label only."""
    n, seen = len(pairs), Counter(pairs)
    one, other = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    labels = list(one | other)
    chance = sum(one[label] * other[label] for label in labels) / (n * n) if n else 1.0
    if chance >= 1:
        return None
    same = sum(seen[label, label] for label in labels) / n
    found = (same - chance) / (1 - chance)
    within = sum(seen[a, a] / n * (1 - (one[a] + other[a]) / n * (1 - found)) ** 2 for a in labels)
    across = (1 - found) ** 2 * sum(seen[a, b] / n * ((other[a] + one[b]) / n) ** 2 for a in labels for b in labels if a != b)
    spread = within + across - (found - chance * (1 - found)) ** 2
    half = NormalDist().inv_cdf(1 - share / 2) * sqrt(max(0.0, spread) / n) / (1 - chance)
    return found, (max(-1.0, found - half), min(1.0, found + half))


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


def correlation_interval(found: float | None, n: int, share: float = 0.05, *, ranked: bool = False, given: int = 0) -> Interval | None:
    """The interval of a correlation that n pairs have, by Fisher's z; of ranks with the variance of Bonett and Wright (2000); `given`: so many others
    were held equal. None for four pairs or fewer, or without a correlation."""
    free = n - 3 - given
    if found is None or free < 2:
        return None
    within = max(-1 + 1e-9, min(1 - 1e-9, found))
    half = NormalDist().inv_cdf(1 - share / 2) * sqrt((1 + found * found / 2 if ranked else 1.0) / free)
    return tanh(atanh(within) - half), tanh(atanh(within) + half)


def partial(triples: Sequence[tuple[float, float, float]]) -> float | None:
    """The correlation of the ranks of the first two where the third is held equal (Kendall's partial rank correlation, of Spearman's); None where one
    of them is constant, or the third says all of another."""
    one, two, three = (spearman([(t[i], t[j]) for t in triples]) for i, j in ((0, 1), (0, 2), (1, 2)))
    if one is None or two is None or three is None:
        return None
    rest = (1 - two * two) * (1 - three * three)
    return max(-1.0, min(1.0, (one - two * three) / sqrt(rest))) if rest > 1e-9 else None


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
