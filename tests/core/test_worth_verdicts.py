"""Verdicts on what one training has taught beside draws of a baseline."""

from __future__ import annotations

from random import Random

import pytest

from rowsmith.core.worth import compared, score


def flips(random: Random, chance: float, rows: int = 100) -> list[float]:
    return [float(random.random() < chance) for _ in range(rows)]


def test_what_is_better_is_found_and_both_ways_round() -> None:
    random = Random(1)
    low, high = ([flips(random, chance) for _ in range(10)] for chance in (0.3, 0.8))
    more, less = compared(high[0], low, range(100)), compared(low[0], high, range(100))
    assert (more.verdict, less.verdict) == ("teaches more", "teaches less")
    assert more.low > 0.3 and less.high < -0.3 and more.low < more.difference < more.high < 0.9


def test_equal_trainings_are_seldom_told_apart() -> None:
    random, wrong = Random(2), 0
    for _ in range(200):
        draws = [flips(random, min(1, max(0, random.gauss(0.6, 0.1)))) for _ in range(6)]
        wrong += compared(draws[0], draws[1:], range(100)).verdict != "no difference shown"
    assert wrong <= 10


def test_more_comparisons_shares_from_elsewhere_and_groups_widen_the_interval() -> None:
    random = Random(3)
    own, *draws = [flips(random, 0.5) for _ in range(6)]
    plain = compared(own, draws, range(100))
    assert plain.detectable > plain.high - plain.difference > 0
    for wider in (compared(own, draws, range(100), comparisons=4), compared(own, draws, range(100), drawn=0.5)):
        assert wider.high - wider.low > plain.high - plain.low and wider.difference == plain.difference
    twice = [[one for one in row for _ in range(2)] for row in (own, *draws)]
    tied = compared(twice[0], twice[1:], [number // 2 for number in range(200)])
    assert (tied.low, tied.high) == pytest.approx((plain.low, plain.high))  # rows that say the same twice show no more than once


def test_a_score_lies_in_its_interval_and_nothing_is_known_of_one_group() -> None:
    found = score([[1.0, 0.0, 1.0, 1.0] * 10, [1.0, 1.0, 1.0, 0.0] * 10] * 3, range(40))
    assert 0 < found.low < found.mean == 0.75 < found.high < 1
    assert (score([[1.0, 0.0]], range(2)).low, score([[1.0, 0.0]], range(2)).high) == (0.0, 1.0)
