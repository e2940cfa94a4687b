"""Whether what one training has taught differs from what trainings on drawn baselines have: an interval over draws and test rows, and a verdict.

The one training is a further draw under the hypothesis that it is worth no more than the baseline, so its interval is that of a prediction: the
spread of the draws counts (1 + 1/draws) times. The spread over test rows is added to it, for tests are drawn, too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import asdict, dataclass
from math import inf, sqrt
from statistics import NormalDist, fmean, variance
from typing import Any, Literal

from rowsmith.core.distributions import t_quantile
from rowsmith.core.paired import POWER

Verdict = Literal["teaches more", "teaches less", "no difference shown"]
LEVEL = 0.95
"""How sure the intervals of one verdict are, all together."""


@dataclass(frozen=True, slots=True)
class Score:
    """The mean over draws and test rows, and its interval of 95 %."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Difference:
    """How much more was taught than the baseline teaches, `low` to `high`. A difference of the size `detectable` would have been found with a chance
    of 80 %."""

    difference: float
    low: float
    high: float
    detectable: float
    verdict: Verdict

    def dump(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


def score(draws: Sequence[Sequence[float]], groups: Sequence[Hashable]) -> Score:
    """Of scores by draw and test row, each 0 to 1; test rows of one group may depend on each other."""
    means = [fmean(one) for one in draws]
    rows = [fmean(column) for column in zip(*draws, strict=True)]
    spread, freedom = _spread(rows, groups), len(set(groups)) - 1
    if len(draws) > 1:
        spread, freedom = spread + variance(means) / len(draws), min(freedom, len(draws) - 1)
    half = t_quantile((1 + LEVEL) / 2, freedom) * sqrt(spread) if freedom > 0 else inf
    mean = fmean(means)
    return Score(mean, max(0.0, mean - half), min(1.0, mean + half))


def compared(
    own: Sequence[float], draws: Sequence[Sequence[float]], groups: Sequence[Hashable], *, comparisons: int = 1, drawn: float = 0.0
) -> Difference:
    """What one training's scores by test row show beside those of at least two draws of the baseline.

    Args:
        comparisons: how many are made at once; each interval is widened so that all hold together (Bonferroni).
        drawn: for rows from elsewhere, the share of all rows that each draw takes, below 1: draws from few rows overlap, and differ less among
            each other than they would from a fresh one.
    """
    baseline = [fmean(column) for column in zip(*draws, strict=True)]
    differences = [one - other for one, other in zip(own, baseline, strict=True)]
    difference = fmean(differences)
    between = variance([fmean(one) for one in draws]) / (1 - drawn)
    spread = between * (1 + drawn + (1 - drawn) / len(draws)) + _spread(differences, groups)
    quantile = t_quantile(1 - (1 - LEVEL) / comparisons / 2, len(draws) - 1)
    half = quantile * sqrt(spread)
    detectable = half * (quantile + NormalDist().inv_cdf(POWER)) / quantile
    low, high = difference - half, difference + half
    verdict: Verdict = "teaches more" if low > 0 else "teaches less" if high < 0 else "no difference shown"
    return Difference(difference, low, high, detectable, verdict)


def _spread(values: Sequence[float], groups: Sequence[Hashable]) -> float:
    """The variance of the mean of values, of which those of one group may depend on each other; at least two groups."""
    mean, sums = fmean(values), defaultdict[Hashable, float](float)
    for value, group in zip(values, groups, strict=True):
        sums[group] += value - mean
    return sum(one * one for one in sums.values()) * len(sums) / (len(sums) - 1) / len(values) ** 2
