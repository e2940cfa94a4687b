"""When a failure rate has fallen: the decision, what it needs, and how often it is wrong."""

from __future__ import annotations

from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rowsmith.core.falling import Decision, decided


def pairs(mended: int, broken: int, failing: int = 0, sound: int = 0) -> list[tuple[float, float, str]]:
    """Inputs that were mended by the change, were broken by it, fail in both ways, and in none."""
    said = [(1.0, 0.0)] * mended + [(0.0, 1.0)] * broken + [(1.0, 1.0)] * failing + [(0.0, 0.0)] * sound
    return [(old, new, str(n)) for n, (old, new) in enumerate(said)]


def verdict(*counts: int) -> str:
    return decided(pairs(*counts)).verdict


def test_it_fell_only_where_that_is_shown() -> None:
    assert verdict(6, 0, 2, 2) == "fell"
    assert verdict(5, 0, 0, 20) == "too few to tell"
    assert verdict(7, 1) == "fell"
    assert verdict(6, 2) == "too few to tell"
    assert verdict(0, 6) == "rose"
    assert verdict(3, 4, 10, 10) == "did not fall"
    assert verdict(0, 0, 10, 10) == "did not fall"
    assert verdict(4, 4) == "too few to tell"  # with four that fail no change could show anything
    assert verdict(4, 4, 10, 10) == "did not fall"


def test_nothing_to_go_by_is_too_few() -> None:
    assert decided([]) == Decision("too few to tell", 0, None, None, None, None, 0, None)
    assert decided(pairs(0, 0, 0, 9)).verdict == "too few to tell"
    assert decided(pairs(1, 0)).needed == 6


@pytest.mark.parametrize("counts", [(1, 0), (5, 0, 0, 0), (2, 0, 3), (3, 1, 1, 5), (0, 0, 2, 8), (12, 8, 40, 40)])
def test_with_so_many_inputs_of_the_kind_it_is_shown(counts: tuple[int, ...]) -> None:
    found = decided(pairs(*counts))
    assert found.verdict == "too few to tell" and found.needed is not None and found.needed > found.inputs - 1
    if counts[0]:
        times = -(-found.needed // found.inputs) + 1
        assert decided(pairs(*(n * times for n in counts))).verdict == "fell"


COUNTS = st.tuples(*[st.integers(0, 15)] * 4)


@given(COUNTS)
def test_the_decision_is_about_the_rates_and_their_interval(counts: tuple[int, int, int, int]) -> None:
    mended, broken, failing, _ = counts
    found = decided(pairs(*counts))
    n = sum(counts)
    if not n:
        return
    assert found.old == pytest.approx((mended + failing) / n) and found.new == pytest.approx((broken + failing) / n)
    assert found.differing == mended + broken
    if found.low is not None and found.high is not None:
        assert found.low <= (broken - mended) / n + 1e-9 and found.high >= (broken - mended) / n - 1e-9
    if found.verdict == "fell":
        assert mended - broken >= 6 and found.high is not None and found.high < 0


@given(COUNTS)
def test_a_change_and_its_reverse_are_never_both_accepted(counts: tuple[int, int, int, int]) -> None:
    mended, broken, failing, sound = counts
    one, other = verdict(mended, broken, failing, sound), verdict(broken, mended, failing, sound)
    assert (one == "fell") == (other == "rose")


@given(COUNTS)
def test_one_more_that_is_mended_takes_no_acceptance_away(counts: tuple[int, int, int, int]) -> None:
    mended, broken, failing, sound = counts
    if verdict(*counts) == "fell":
        assert verdict(mended + 1, broken, failing, sound) == "fell"


def test_what_changes_nothing_is_accepted_in_fewer_than_one_of_25() -> None:
    """Counted exactly: where a change does nothing, each input that differs is as likely mended as broken."""
    for differing in range(1, 80):
        chance = sum(comb(differing, k) for k in range(differing + 1) if verdict(k, differing - k, 3, 3) == "fell") / 2**differing
        assert chance < 0.04, differing


def test_siblings_count_as_their_parent() -> None:
    twelve = [(1.0, 0.0, str(n % 2)) for n in range(12)] + [(0.0, 0.0, "2")]
    assert decided(twelve).verdict != "fell"
    assert decided([(1.0, 0.0, str(n)) for n in range(12)]).verdict == "fell"


def test_several_themes_are_held_to_more() -> None:
    assert decided(pairs(7, 0, 0, 3)).verdict == "fell"
    assert decided(pairs(7, 0, 0, 3), measures=8).verdict == "too few to tell"
