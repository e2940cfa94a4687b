"""Whether two ways of doing the same rows differ: the mean of the differences of pairs, an interval for it, and a plain verdict.

Sources: Tango, "Equivalence test and confidence interval for the difference in proportions for the paired-sample design", Statistics in
Medicine 17 (1998) 891, for values that are 0 or 1, and for preferences (an interval that excludes 0 is McNemar's test); Student's t for any
other; Miller, "Adding Error Bars to Evals", arXiv 2411.00640, for pairs that share a parent; Bonferroni for several measures at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, inf, log2, sqrt
from statistics import NormalDist
from typing import Literal

from rowsmith.core.distributions import crossing, t_quantile

Verdict = Literal["A better", "B better", "no difference shown"]
NOT_SHOWN: Verdict = "no difference shown"
LEVEL = 0.95
"""How sure the intervals of one comparison are, all together."""
POWER = 0.8
"""The chance with which a difference of the size `detectable` would have been found."""


@dataclass(frozen=True, slots=True)
class Effect:
    """How B differs from A over pairs. `a` and `b` are the means of the two sides (None: a preference has none), `difference` the mean of B - A,
    `low` to `high` its interval (None: fewer than two independent pairs give none). `differing` counts the pairs that differ. `detectable`: a
    difference of this size would have been found with a chance of 80 %; None where that cannot be said."""

    pairs: int
    a: float | None
    b: float | None
    difference: float | None
    low: float | None
    high: float | None
    verdict: Verdict
    differing: int
    detectable: float | None


def effect(pairs: Sequence[tuple[float, float, str]], *, measures: int = 1, preference: bool = False) -> Effect:
    """What pairs of finite numbers (A's, B's, and the name of the parent that they share with their siblings) show.

    Higher is better. With several `measures` each interval is widened so that all hold together. It is shown only where an interval excludes 0
    and so many pairs differ that the exact sign test could show it at all (six, for one measure). A `preference` is 0 for A and -1, 0 or 1
    for B: it has no means.
    """
    alpha = (1 - LEVEL) / measures
    differences = [b - a for a, b, _ in pairs]
    n, differing = len(pairs), sum(map(bool, differences))
    if not n:
        return Effect(0, None, None, None, None, None, NOT_SHOWN, 0, None)
    mean = sum(differences) / n
    a, b = (None, None) if preference else (sum(one for one, _, _ in pairs) / n, sum(other for _, other, _ in pairs) / n)
    low, high, width = _interval(pairs, differences, alpha, preference)
    verdict: Verdict = NOT_SHOWN
    if low is not None and high is not None and differing >= fewest(alpha) and (low > 0 or high < 0):
        verdict = "B better" if low > 0 else "A better"
    return Effect(n, a, b, mean, low, high, verdict, differing, width)


def fewest(alpha: float) -> int:
    """How many pairs must differ before the exact sign test, two-sided at `alpha`, can show anything, be they all on one side."""
    return ceil(1 + log2(1 / alpha))


def _interval(
    pairs: Sequence[tuple[float, float, str]], differences: Sequence[float], alpha: float, preference: bool
) -> tuple[float | None, float | None, float | None]:
    """Lower and upper bound, and the difference that would have been found."""
    groups: dict[str, list[float]] = defaultdict(list)
    for (_, _, parent), difference in zip(pairs, differences, strict=True):
        groups[parent].append(difference)
    if len(groups) < 2:
        return None, None, None
    if len(groups) == len(pairs) and (preference or all(a in (0, 1) and b in (0, 1) for a, b, _ in pairs)):
        low, high = shares(differences.count(1), differences.count(-1), len(pairs), alpha)
        quantile = NormalDist().inv_cdf(1 - alpha / 2)
    else:
        low, high = means(list(groups.values()), alpha)
        quantile = t_quantile(1 - alpha / 2, len(groups) - 1)
    found = (high - low) / 2 * (quantile + NormalDist().inv_cdf(POWER)) / quantile
    return low, high, found or None


def shares(gains: int, losses: int, n: int, alpha: float = 1 - LEVEL) -> tuple[float, float]:
    """Tango's score interval for the difference of two paired shares, of n pairs of which `gains` went from 0 to 1, `losses` from 1 to 0."""
    z = NormalDist().inv_cdf(1 - alpha / 2)

    def score(delta: float) -> float:
        first, last = -gains - losses + (2 * n - gains + losses) * delta, -losses * delta * (1 - delta)
        nuisance = (sqrt(max(0.0, first * first - 8 * n * last)) - first) / (4 * n)
        variance = n * (2 * nuisance + delta * (1 - delta))
        above = gains - losses - n * delta
        return above / sqrt(variance) if variance > 0 else (inf if above > 0 else -inf if above < 0 else 0.0)

    middle = (gains - losses) / n
    low = crossing(lambda delta: score(delta) - z, -1.0, middle)
    return low, crossing(lambda delta: score(delta) + z, middle, 1.0)


def means(groups: Sequence[Sequence[float]], alpha: float = 1 - LEVEL) -> tuple[float, float]:
    """Student's interval for the mean of differences, of which those of one group may depend on each other; at least two groups."""
    n, g = sum(map(len, groups)), len(groups)
    mean = sum(map(sum, groups)) / n
    spread = sum(sum(value - mean for value in group) ** 2 for group in groups) * g / (g - 1)
    half = t_quantile(1 - alpha / 2, g - 1) * sqrt(spread) / n
    return mean - half, mean + half
