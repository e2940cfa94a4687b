"""Paired differences: against published figures, against what must hold, and over many draws."""

from __future__ import annotations

import random
from math import comb, isfinite

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rowsmith.core.distributions import t_quantile
from rowsmith.core.paired import Effect, effect, fewest, means, shares

PLACES = {"A better": "B better", "B better": "A better", "no difference shown": "no difference shown"}


def single(*values: tuple[float, float]) -> list[tuple[float, float, str]]:
    """Pairs that have parents of their own."""
    return [(a, b, str(n)) for n, (a, b) in enumerate(values)]


@pytest.mark.parametrize(
    ("gains", "losses", "n", "low", "high"),
    [
        # Fagerland, Lydersen and Laake, Statistical Analysis of Contingency Tables (2017), chapter 8: the examples for Tango's interval.
        (1, 7, 21, -0.5172, -0.0260),
        (6, 16, 161, -0.1240, -0.0054),
    ],
)
def test_shares_against_published_intervals(gains: int, losses: int, n: int, low: float, high: float) -> None:
    assert shares(gains, losses, n) == pytest.approx((low, high), abs=5e-5)
    assert shares(losses, gains, n) == pytest.approx((-high, -low), abs=5e-5)


@pytest.mark.parametrize(
    ("share", "freedom", "t"),
    [(0.975, 1, 12.7062), (0.975, 2, 4.3027), (0.975, 10, 2.2281), (0.975, 30, 2.0423), (0.95, 5, 2.0150), (0.995, 4, 4.6041), (0.975, 10**6, 1.96)],
)
def test_quantiles_of_students_t_are_those_of_the_tables(share: float, freedom: int, t: float) -> None:
    assert t_quantile(share, freedom) == pytest.approx(t, abs=5e-5)


def test_means_are_the_paired_t_interval() -> None:
    """Student's own example: the extra sleep by two drugs (Biometrika 6, 1908), -1.58 with the interval -2.4599 to -0.7001."""
    one = (0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0)
    two = (1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4)
    found = effect(single(*zip(two, one, strict=True)))
    assert (found.difference, found.low, found.high) == pytest.approx((-1.58, -2.4599, -0.7001), abs=5e-5)
    assert (found.a, found.b, found.verdict) == (pytest.approx(2.33), pytest.approx(0.75), "A better")


def test_siblings_count_as_one() -> None:
    """Ten copies of a row say no more than the row: the interval is that of the parents."""
    values = [(0.0, float(n % 3)) for n in range(9)]
    copied = [(a, b, str(n)) for n, (a, b) in enumerate(values) for _ in range(10)]
    alone, several = effect([(a, b + 0.0, str(n)) for n, (a, b) in enumerate(values)]), effect(copied)
    assert (several.pairs, several.difference) == (90, alone.difference)
    assert (several.low, several.high) == pytest.approx((alone.low, alone.high))
    apart = effect([(a, b, str(n)) for n, (a, b, _) in enumerate(copied)])
    assert apart.low is not None and several.low is not None and apart.low > several.low


@pytest.mark.parametrize(
    ("values", "verdict", "bounded"),
    [
        ([], "no difference shown", False),
        ([(0, 1)], "no difference shown", False),
        ([(0, 1)] * 5, "no difference shown", True),  # five on one side come by chance in 1 of 16
        ([(0, 1)] * 6, "B better", True),
        ([(1, 0)] * 6, "A better", True),
        ([(0.5, 0.75)] * 5, "no difference shown", True),
        ([(0.5, 0.75)] * 6, "B better", True),
        ([(0.5, 0.5)] * 50, "no difference shown", True),
        ([(0, 0)] * 50, "no difference shown", True),
    ],
)
def test_few_and_constant_pairs(values: list[tuple[float, float]], verdict: str, bounded: bool) -> None:
    found = effect(single(*values))
    assert found.verdict == verdict
    assert (found.low is not None, found.high is not None) == (bounded, bounded)


def test_shares_that_are_all_alike_still_leave_room() -> None:
    """Fifty rows that are right on both sides do not prove that no row ever differs; fifty equal scores give no spread to go by."""
    right, equal = effect(single(*[(1, 1)] * 50)), effect(single(*[(0.5, 0.5)] * 50))
    assert right.low is not None and right.detectable is not None
    assert right.low < -0.05 and right.detectable > 0.05
    assert (equal.low, equal.high, equal.detectable) == (0, 0, None)


def test_several_measures_are_held_to_more() -> None:
    pairs = single(*[(0, 1)] * 15, *[(1, 0)] * 4, *[(1, 1)] * 81)
    alone, among = effect(pairs), effect(pairs, measures=10)
    assert (alone.verdict, among.verdict) == ("B better", "no difference shown")
    assert among.low is not None and alone.low is not None and among.low < alone.low
    assert (fewest(0.05), fewest(0.005)) == (6, 9)


def test_a_preference_has_no_means() -> None:
    found = effect([(0.0, worth, str(n)) for n, worth in enumerate([1.0] * 30 + [-1.0] * 10 + [0.0] * 10)], preference=True)
    assert (found.a, found.b, found.difference, found.verdict) == (None, None, 0.4, "B better")
    assert (found.low, found.high) == shares(30, 10, 50)


def test_what_is_said_to_be_detectable_is_detected_in_four_of_five() -> None:
    chance, said, found = random.Random(7), [], 0
    for _ in range(200):
        said.append(effect(single(*[(chance.gauss(0, 1), chance.gauss(0, 1)) for _ in range(60)])).detectable or 0.0)
    size = sum(said) / len(said)
    for _ in range(400):
        found += effect(single(*[(chance.gauss(0, 1), chance.gauss(size, 1)) for _ in range(60)])).verdict == "B better"
    assert 0.74 < found / 400 < 0.86


@pytest.mark.parametrize(("n", "wrong", "right"), [(200, 0.2, 0.2), (60, 0.1, 0.1), (30, 0.25, 0.25), (12, 0.4, 0.4)])
def test_false_alarms_are_counted_exactly(n: int, wrong: float, right: float) -> None:
    """Over every outcome of n pairs of which shares went down and up alike: in at most about one of twenty is anything shown."""
    alarms = 0.0
    for gains in range(n + 1):
        for losses in range(n + 1 - gains):
            weight = comb(n, gains) * comb(n - gains, losses) * right**gains * wrong**losses * (1 - right - wrong) ** (n - gains - losses)
            if weight > 1e-9:
                low, high = shares(gains, losses, n)
                alarms += weight * (gains + losses >= 6 and (low > 0 or high < 0))
    assert alarms < 0.055


values = st.floats(-1e6, 1e6).map(lambda value: round(value, 3))


@given(st.lists(st.tuples(values, values, st.sampled_from("abcdefgh")), max_size=30), st.integers(1, 20))
def test_the_other_way_round_is_the_mirror_image(pairs: list[tuple[float, float, str]], measures: int) -> None:
    one = effect(pairs, measures=measures)
    other = effect([(b, a, parent) for a, b, parent in pairs], measures=measures)
    assert PLACES[one.verdict] == other.verdict
    assert (one.pairs, one.differing, one.a, one.b) == (other.pairs, other.differing, other.b, other.a)
    if one.low is not None and one.high is not None and one.difference is not None and other.low is not None:
        assert isfinite(one.low) and one.low <= one.difference + 1e-6 and one.difference <= one.high + 1e-6
        assert other.low == pytest.approx(-one.high, rel=1e-6, abs=1e-6)


@given(st.lists(st.tuples(st.sampled_from([0, 1]), st.sampled_from([0, 1])), min_size=2, max_size=60))
def test_an_interval_of_shares_holds_the_difference_and_never_leaves_the_scale(sides: list[tuple[int, int]]) -> None:
    found: Effect = effect(single(*sides))
    assert found.low is not None and found.high is not None and found.difference is not None
    assert -1 <= found.low <= found.difference <= found.high <= 1


def test_means_of_two_groups() -> None:
    low, high = means([[1.0], [3.0]])
    assert (low, high) == pytest.approx((2 - 12.7062, 2 + 12.7062), abs=1e-3)
