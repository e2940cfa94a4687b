"""A threshold of which a precision is shown: the promise over simulations, what is needed, and labels that are not drawn at random."""

from __future__ import annotations

import random

import pytest

from rowsmith.core.calibration import TESTED, calibrated, drawn_alike
from rowsmith.core.distributions import share_interval


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [(0, 10, 0.0, 0.3085), (10, 10, 0.6915, 1.0), (5, 10, 0.1871, 0.8129), (81, 263, 0.2527, 0.3676)],
)
def test_the_exact_interval_is_that_of_the_tables(hits: int, n: int, low: float, high: float) -> None:
    assert share_interval(hits, n) == pytest.approx((low, high), abs=1e-4)


def population(seed: int, count: int) -> list[tuple[float, bool]]:
    """Scores in [0, 1]; a row is good with a chance that rises with its score."""
    draw = random.Random(seed)
    return [(score, draw.random() < 0.4 + 0.58 * score) for score in (round(draw.random(), 3) for _ in range(count))]


def precision_from(threshold: float) -> float:
    """The true share of good rows from a score on, in that population."""
    return 0.4 + 0.58 * (1 + threshold) / 2


def test_the_promised_precision_holds_over_simulated_label_sets() -> None:
    chosen = [calibrated(population(seed, 300), 0.8).threshold for seed in range(200)]
    broken = sum(threshold is not None and precision_from(threshold) < 0.8 for threshold in chosen)
    assert broken <= 15, "at most 5 % of the label sets: 10 of 200, and 15 in 95 % of such trials"
    assert sum(threshold is not None for threshold in chosen) >= 130, "it is found where there is enough to find"
    assert sum(calibrated(population(seed, 1000), 0.8).threshold is not None for seed in range(40)) >= 38


def test_the_lowest_threshold_that_holds_is_chosen() -> None:
    rows = [(n / 100, n >= 30) for n in range(100) for _ in range(10)]
    found = calibrated(rows, 0.9)
    *passed, last = found.tested
    assert found.chosen is not None and found.threshold == passed[-1].threshold == min(one.threshold for one in passed)
    assert found.chosen.precision >= found.chosen.low >= 0.9 and len(found.tested) <= TESTED and last.low < 0.9
    assert (found.labelled, found.good) == (1000, 700)


def test_too_few_labels_say_how_many_are_needed() -> None:
    few = calibrated([(n / 10, True) for n in range(10)], 0.9)
    assert (few.threshold, few.tested, few.needed) == (None, (), 29)
    assert calibrated([(1.0, True)] * 29, 0.9).threshold == 1.0 and calibrated([(1.0, True)] * 28, 0.9).threshold is None
    some = calibrated([(n / 100, n % 20 != 0) for n in range(100)], 0.9)
    assert some.threshold is None and some.needed is not None and some.needed > 100
    never = calibrated([(n / 100, n % 2 == 0) for n in range(100)], 0.9)
    assert (never.threshold, never.needed) == (None, None)


def test_labels_that_were_not_drawn_at_random_are_told() -> None:
    every = [score for score, _ in population(1, 5000)]
    drawn = random.Random(3)
    alike = [drawn_alike(drawn.sample(every, 100), every) for _ in range(100)]
    assert sum(share < 0.01 for share in alike) <= 4
    assert drawn_alike([score for score in every if score > 0.5][:100], every) < 1e-6
    assert drawn_alike([], every) == 1.0
