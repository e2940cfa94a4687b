"""From which score on rows are good enough: a threshold whose precision is shown by labels of people.

A few thresholds are tested exactly (Clopper and Pearson 1934), from one that lets the best quarter through downwards, until the first that does
not hold. Their order is set by the scores alone, so each may be tested at the full level and the promise still holds for the last that passed:
fixed sequence testing, as in learn-then-test (Angelopoulos et al., arXiv 2110.01052). The labelled rows have to be drawn at random from those that
are to be accepted or not; `drawn_alike` tells when they do not look so.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import ceil, exp, log, sqrt
from typing import Any

from rowsmith.core.distributions import share_interval

TESTED = 12
"""Most thresholds that are tested."""
FIRST = 0.25
"""The share of the labelled rows that the first of them lets through."""


@dataclass(frozen=True, slots=True)
class Tested:
    """One threshold: of the `accepted` labelled rows with at least this score `good` are good. `low`: the share that is at least shown."""

    threshold: float
    accepted: int
    good: int
    low: float

    @property
    def precision(self) -> float:
        """The share of good ones that was seen."""
        return self.good / self.accepted


@dataclass(frozen=True, slots=True)
class Calibration:
    """What labels show. `threshold` is the lowest that keeps the promise, None where none does: then `needed` is about how many labelled rows it
    takes, None where no threshold looks good enough. `chosen` is what is known of it; `tested` are all, from the highest on."""

    precision: float
    confidence: float
    labelled: int
    good: int
    threshold: float | None
    chosen: Tested | None
    tested: tuple[Tested, ...]
    needed: int | None

    def dump(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


def calibrated(labelled: Sequence[tuple[float, bool]], precision: float, confidence: float = 0.95) -> Calibration:
    """The lowest of a few thresholds from which on at least `precision` of all rows are good, with this confidence.

    Args:
        labelled: scores of rows drawn at random, and whether people call them good.
        precision, confidence: shares in (0, 1).
    """
    error = 1 - confidence
    tested: list[Tested] = []
    for threshold in _thresholds(labelled, precision, error):
        tested.append(_tested(labelled, threshold, error))
        if tested[-1].low < precision:
            break
    chosen = next((one for one in reversed(tested) if one.low >= precision), None)
    good = sum(flag for _, flag in labelled)
    needed = None if chosen else _needed(tested, labelled, precision, error)
    return Calibration(precision, confidence, len(labelled), good, chosen.threshold if chosen else None, chosen, tuple(tested), needed)


def drawn_alike(labelled: Sequence[float], every: Sequence[float]) -> float:
    """How likely scores as far from all scores as these are, if they were drawn from them at random: the Kolmogorov-Smirnov test, in its limit."""
    mine, whole = sorted(labelled), sorted(every)
    if not mine or not whole:
        return 1.0
    gap = max(abs(bisect_right(mine, score) / len(mine) - bisect_right(whole, score) / len(whole)) for score in {*mine, *whole})
    scaled = gap * sqrt(len(mine) * len(whole) / (len(mine) + len(whole)))
    if scaled < 0.2:
        return 1.0
    return max(0.0, min(1.0, 2 * sum((-1.0) ** (k - 1) * exp(-2 * (k * scaled) ** 2) for k in range(1, 101))))


def _thresholds(labelled: Sequence[tuple[float, bool]], precision: float, error: float) -> list[float]:
    """Scores that cut the labelled rows evenly, the highest first."""
    scores = sorted((score for score, _ in labelled), reverse=True)
    first = max(_least(precision, error), round(FIRST * len(scores)))
    if len(scores) < first:
        return []
    ranks = {round(first + (len(scores) - first) * step / (TESTED - 1)) for step in range(TESTED)}
    return sorted({scores[rank - 1] for rank in ranks}, reverse=True)


def _least(precision: float, error: float) -> int:
    """So many good ones in a row are the fewest that can show it."""
    return ceil(log(error) / log(precision))


def _tested(labelled: Sequence[tuple[float, bool]], threshold: float, error: float) -> Tested:
    above = [flag for score, flag in labelled if score >= threshold]
    return Tested(threshold, len(above), sum(above), share_interval(sum(above), len(above), 2 * error)[0])


def _needed(tested: Sequence[Tested], labelled: Sequence[tuple[float, bool]], precision: float, error: float) -> int | None:
    """About how many labels would do, should the best rows go on as they have begun."""
    if not tested:
        return _least(precision, error)
    (first,) = tested
    count = _count(first.precision, precision, error) if first.precision > precision else None
    return None if count is None else ceil(count / max(FIRST, first.accepted / len(labelled)))


def _count(share: float, precision: float, error: float) -> int | None:
    """How many rows of which this share is good show the precision."""
    n = 8
    while n < 10_000_000:
        if share_interval(int(share * n), n, 2 * error)[0] >= precision:
            return n
        n = ceil(n * 1.1)
    return None
