"""How far judges agree: figures of published examples, and their laws."""

from __future__ import annotations

import random
from math import asin, pi

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rowsmith.core.agreement import alpha_of, area, correlation_interval, partial, pearson, ranks, spearman


def test_what_cannot_be_told_is_not_told() -> None:
    assert [pearson([(1, 2), (2, 3)]), pearson([(1, 2), (1, 3), (1, 4)]), area([(1.0, True)])] == [None] * 3


def test_ranks_and_the_area_share_ties() -> None:
    assert ranks([3, 1, 3, 2]) == [3.5, 1, 3.5, 2]
    assert area([(1.0, True), (1.0, False)]) == 0.5
    assert area([(2.0, True), (1.0, False), (3.0, True)]) == 1.0
    assert spearman([(1, 1), (2, 4), (3, 9), (4, 16)]) == pytest.approx(1.0)


numbers = st.lists(st.tuples(st.integers(-50, 50), st.integers(-50, 50)), min_size=3, max_size=30)


@given(numbers)
def test_correlation_knows_no_order_of_rows_and_no_scale(pairs: list[tuple[int, int]]) -> None:
    found = pearson(pairs)
    assert pearson(list(reversed(pairs))) == pytest.approx(found) if found is not None else found is None
    scaled = pearson([(3 * a + 7, b) for a, b in pairs])
    assert (scaled is None) == (found is None) and (found is None or scaled == pytest.approx(found, abs=1e-9))
    rank = spearman(pairs)
    assert rank is None or spearman([(a**3, b) for a, b in pairs]) == pytest.approx(rank, abs=1e-9)


@given(st.lists(st.tuples(st.integers(0, 9), st.booleans()), max_size=30))
def test_the_area_turns_round_with_the_scores(scores: list[tuple[int, bool]]) -> None:
    found, turned = area([(float(s), f) for s, f in scores]), area([(-float(s), f) for s, f in scores])
    assert (found is None and turned is None) or found == pytest.approx(1 - (turned or 0.0))


def test_the_intervals_hold_what_they_promise() -> None:
    """Of 300 simulated sets with a known truth at least 92 % of the intervals hold it."""
    held = dict.fromkeys(("pearson", "spearman", "alpha"), 0)
    for seed in range(300):
        draw = random.Random(seed)
        truth = [draw.gauss(0, 1) for _ in range(120)]
        pairs = [(one + draw.gauss(0, 1), one + draw.gauss(0, 1)) for one in truth]  # correlation 1/2, and alpha, too
        low, high = correlation_interval(pearson(pairs), len(pairs)) or (1, 0)
        held["pearson"] += low <= 0.5 <= high
        low, high = correlation_interval(spearman(pairs), len(pairs), ranked=True) or (1, 0)
        held["spearman"] += low <= 6 / pi * asin(0.25) <= high
        found = alpha_of(pairs)
        far = alpha_of([(a + 1e9, b + 1e9) for a, b in pairs])
        assert found is not None and far is not None and far[0] == pytest.approx(found[0], abs=1e-5), "large numbers lose no digits"
        held["alpha"] += found[1][0] <= 0.5 <= found[1][1]
    assert all(count >= 0.92 * 300 for count in held.values()), held


def test_what_a_third_explains_is_held_equal() -> None:
    draw = random.Random(4)
    third = [draw.gauss(0, 1) for _ in range(400)]
    by_third = [(one + draw.gauss(0, 0.5), one + draw.gauss(0, 0.5), one) for one in third]
    plain, held = spearman([(a, b) for a, b, _ in by_third]), partial(by_third)
    assert plain is not None and held is not None and plain > 0.7 > 0.15 > abs(held)
    assert partial([(1, 2, 3)] * 9) is None and correlation_interval(0.5, 4) is None and correlation_interval(None, 99) is None


def test_numbers_that_all_are_equal_tell_nothing_of_agreement() -> None:
    assert alpha_of([(1, 1)] * 9) is None and alpha_of([(1, 2)] * 2) is None and alpha_of([(1,)] * 9) is None
    assert alpha_of([(1, 1), (5, 5), (3, 3)]) == (1.0, (1.0, 1.0))
