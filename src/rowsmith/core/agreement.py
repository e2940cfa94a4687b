"""How far numbers agree with numbers, and those who give them with each other. How far people agree on labels: core.people."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from math import atanh, sqrt, tanh
from statistics import NormalDist

from rowsmith.core.distributions import t_quantile

Interval = tuple[float, float]


def _sums(numbers: Sequence[float]) -> tuple[float, float, float, float]:
    """What alpha needs of one thing that several have given a number: how many, their sum, the sum of their squares, and how far they lie apart."""
    n, total, squares = len(numbers), sum(numbers), sum(number * number for number in numbers)
    return float(n), total, squares, 2 * (n * squares - total * total) / (n - 1)


def alpha_of(units: Sequence[Sequence[float]], share: float = 0.05) -> tuple[float, Interval] | None:
    """Krippendorff's alpha of numbers (an interval scale) with its interval, by leaving out one thing after the other (the jackknife); units of one
    number say nothing. None for fewer than three units, or where all numbers are equal."""
    several = [unit for unit in units if len(unit) > 1]
    centre = sum(map(sum, several)) / sum(map(len, several)) if several else 0.0  # about this they are summed, so that large ones lose no digits
    each = [_sums([number - centre for number in unit]) for unit in several]
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
