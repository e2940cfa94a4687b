"""Agreement of people: published examples, the laws of the measures, and their intervals."""

from __future__ import annotations

from itertools import permutations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rowsmith.core import people

# Fleiss (1971): the worked example of ten things, fourteen raters and five labels; kappa is 0.210.
FLEISS = [
    (0, 0, 0, 0, 14), (0, 2, 6, 4, 2), (0, 0, 3, 5, 6), (0, 3, 9, 2, 0), (2, 2, 8, 1, 1), (7, 7, 0, 0, 0), (3, 2, 6, 3, 0), (2, 5, 3, 2, 2),
    (6, 5, 2, 1, 0), (0, 2, 2, 3, 7),
]  # fmt: skip


def test_kappas_are_those_of_worked_examples() -> None:
    pairs = [("y", "y")] * 20 + [("y", "n")] * 5 + [("n", "y")] * 10 + [("n", "n")] * 15
    found = people.cohen(pairs)
    assert found.value == pytest.approx(0.4) and found.rows == 50
    rows = [[label for label, count in enumerate(counts) for _ in range(count)] for counts in FLEISS]
    assert people.fleiss(rows).value == pytest.approx(0.210, abs=0.0005)


def test_the_interval_of_kappa_is_about_that_of_the_formula() -> None:
    """Fleiss, Cohen and Everitt (1969) give 0.1275 as the standard error of this table."""
    pairs = [("y", "y")] * 20 + [("y", "n")] * 5 + [("n", "y")] * 10 + [("n", "n")] * 15
    found = people.cohen(pairs)
    assert found.low is not None and found.high is not None
    assert (found.high - found.low) / 2 == pytest.approx(1.96 * 0.1275, rel=0.1)


def test_the_interval_holds_what_is_true_about_as_often_as_it_says() -> None:
    """Two people who each say the truth (half and half) with 0.85: kappa is 0.49."""
    dice, held = Random(7), 0
    for _ in range(300):
        truths = [dice.random() < 0.5 for _ in range(120)]
        found = people.cohen([(truth == (dice.random() < 0.85), truth == (dice.random() < 0.85)) for truth in truths])
        held += found.low is not None and found.high is not None and found.low <= 0.49 <= found.high
    assert 0.91 <= held / 300 <= 0.99


# Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), the data of section C: four observers, twelve units, values missing.
UNITS = [
    {"a": 1, "b": 1, "d": 1}, {"a": 2, "b": 2, "c": 3, "d": 2}, {"a": 3, "b": 3, "c": 3, "d": 3}, {"a": 3, "b": 3, "c": 3, "d": 3},
    {"a": 2, "b": 2, "c": 2, "d": 2}, {"a": 1, "b": 2, "c": 3, "d": 4}, {"a": 4, "b": 4, "c": 4, "d": 4}, {"a": 1, "b": 1, "c": 2, "d": 1},
    {"a": 2, "b": 2, "c": 2, "d": 2}, {"b": 5, "c": 5, "d": 5}, {"c": 1, "d": 1}, {"c": 3},
]  # fmt: skip
SAID = st.lists(st.lists(st.integers(0, 3), min_size=1, max_size=4), max_size=15)


@given(SAID)
def test_alpha_is_what_its_definition_says(rows: list[list[int]]) -> None:
    """One minus the disagreement that is seen, over the one that is expected of all answers together."""
    units = [row for row in rows if len(row) > 1]
    every = [value for unit in units for value in unit]
    for numbers in (False, True):
        def apart(one: int, other: int, numbers: bool = numbers) -> int:
            return (one - other) ** 2 if numbers else one != other

        seen = sum(apart(*pair) / (len(unit) - 1) for unit in units for pair in permutations(unit, 2))
        expected = sum(apart(*pair) for pair in permutations(every, 2))
        found = people.alpha(rows, numbers=numbers).value
        if not expected or (numbers and len(units) < 3):
            assert found is None
        else:
            assert found == pytest.approx(1 - (len(every) - 1) * seen / expected)


def test_alpha_is_that_of_the_published_example() -> None:
    rows = [list(unit.values()) for unit in UNITS]
    assert people.alpha(rows).value == pytest.approx(0.743, abs=5e-4)
    assert people.alpha(rows, numbers=True).value == pytest.approx(0.849, abs=5e-4)


def test_what_cannot_be_told_is_none() -> None:
    for found in (people.cohen([]), people.fleiss([["a"]]), people.alpha([]), people.cohen([("a", "a")] * 5)):
        assert (found.value, found.low, found.high) == (None, None, None)
    assert people.fleiss([["a", "a"], ["b", "b"]]).low is None


def test_pairs_and_labels_are_told_apart() -> None:
    ratings = [{"ada": "x", "bob": "x"}, {"ada": "y", "bob": "x", "eve": "y"}, {"ada": "z"}, {"bob": "y", "eve": "y"}, {"ada": "z", "bob": "z"}]
    assert people.each_pair(ratings)["ada", "bob"] == [("x", "x"), ("y", "x"), ("z", "z")]
    found = people.per_label(ratings)
    assert list(found) == ["x", "y", "z"] and found["z"].value == 1.0 and found["x"].value is not None and found["x"].value < 1
