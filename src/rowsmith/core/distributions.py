"""Distributions that the statistics here need, without a library: beta, Student's t, and the intervals of a share."""

from __future__ import annotations

from collections.abc import Callable
from math import exp, lgamma, log, log1p, sqrt


def share_interval(hits: int, n: int, alpha: float = 0.05) -> tuple[float, float]:
    """The exact interval of a share of which `hits` of `n` were seen (Clopper and Pearson 1934); (0, 1) where nothing was looked at."""
    low = crossing(lambda p: alpha / 2 - beta_below(p, hits, n - hits + 1), 0.0, 1.0) if hits else 0.0
    high = crossing(lambda p: 1 - alpha / 2 - beta_below(p, hits + 1, n - hits), 0.0, 1.0) if hits < n else 1.0
    return low, high


def wilson(hits: float, n: float, z: float) -> tuple[float, float]:
    """The score interval of a share of which `hits` of `n` were seen (Wilson 1927), at `z` standard deviations; (0, 1) where nothing was looked
    at."""
    if not n:
        return 0.0, 1.0
    share, z2 = hits / n, z * z
    middle, half = share + z2 / (2 * n), z * sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    return max(0.0, min(share, (middle - half) / (1 + z2 / n))), min(1.0, max(share, (middle + half) / (1 + z2 / n)))


def t_quantile(share: float, freedom: int) -> float:
    """The quantile of Student's t distribution for a share above one half."""
    high = 2.0
    while t_below(high, freedom) < share:
        high *= 2
    return crossing(lambda t: share - t_below(t, freedom), 0.0, high)


def t_below(t: float, freedom: int) -> float:
    """The share of Student's t distribution below t >= 0."""
    x = freedom / (freedom + t * t)
    return 1 - beta_below(x, freedom / 2, 0.5) / 2


def beta_below(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function, by its continued fraction (Press et al., Numerical Recipes, 6.4: Lentz's method)."""
    if x in (0.0, 1.0):
        return x
    if x > (a + 1) / (a + b + 2):
        return 1 - beta_below(1 - x, b, a)
    c, d = 1.0, 1 / (1 - (a + b) * x / (a + 1))
    found = d
    for m in range(1, 1000):
        for numerator in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d, c = 1 / (1 + numerator * d), 1 + numerator / c
            found *= d * c
        if abs(d * c - 1) < 1e-15:
            break
    return exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x)) * found / a


def crossing(falling: Callable[[float], float], low: float, high: float) -> float:
    """Where a function that falls crosses 0 between two bounds, by halving."""
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if falling(middle) > 0 else (low, middle)
    return (low + high) / 2
