"""What is planted in a judge is found, and in an honest one hardly ever: by simulations with fixed seeds."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from rowsmith.core.suspicion import FEW, Places, constant, length, longer, places

SETS = 300
Draw = random.Random


def rows(seed: int, count: int, taste: float, worth: float = 0.0, by_score: bool = False) -> list[tuple[float, float, float]]:
    """Score, length and what people think of rows (yes or no, or `by_score` a number). `taste`: how much the judge likes length;
    `worth`: how much people do."""
    draw = Draw(seed)
    out = []
    for _ in range(count):
        words = draw.lognormvariate(4, 0.7)
        tall = (words**0.5 - 8) / 3
        good = draw.gauss(0, 1) + worth * tall
        score = min(10, max(1, round(5.5 + 1.5 * (good + draw.gauss(0, 0.8)) + taste * 1.5 * tall)))
        out.append((float(score), words, good if by_score else float(good > 0)))
    return out


def found(taste: float, worth: float = 0.0, *, labels: bool = False, by_score: bool = False) -> int:
    told = 0
    for seed in range(SETS):
        every = rows(seed, 200, taste, worth, by_score)
        measured = length([(score, words) for score, words, _ in every], every if labels else ())
        told += measured is not None and measured.found
    return told


def test_a_judge_with_a_taste_for_length_is_found_and_another_is_not() -> None:
    assert found(1.5) >= 0.95 * SETS and found(-1.5) >= 0.95 * SETS
    assert found(0.0) <= 2


def test_length_that_people_like_too_is_no_fault_where_their_verdicts_are_there() -> None:
    good = [(float(n % 10), n % 10 * 10.0 + n % 7, float(n % 10 > 4)) for n in range(100)]
    without = length([(score, words) for score, words, _ in good])
    assert without is not None and without.found and without.held is None
    assert found(0.0, 1.5) >= 0.95 * SETS, "without labels it cannot be told from a taste"
    assert found(0.0, 1.5, labels=True, by_score=True) <= 2
    assert found(0.0, 1.5, labels=True) < found(0.0, 1.5), "yes and no say less than a score, and explain a part of it"
    assert found(2.0, 0.0, labels=True) >= 0.95 * SETS
    assert found(0.0, 0.0, labels=True) <= 2


def verdicts(seed: int, count: int, chance: Callable[[Draw], float]) -> Places:
    """A judge who takes the first place with this chance where it does not see the better answer, which it sees in 7 of 10."""
    draw = Draw(seed)
    first = second = 0
    for _ in range(count):
        if draw.random() < 0.3:
            one, two = (draw.random() < chance(draw) for _ in range(2))
            first += one and two
            second += not one and not two
    found = places(count, first, second)
    assert found is not None
    return found


def test_a_judge_that_goes_by_the_place_is_found_and_its_place_is_named() -> None:
    planted = [verdicts(seed, 200, lambda _: 0.95) for seed in range(SETS)]
    assert sum(one.found and one.favours == "first" for one in planted) >= 0.95 * SETS
    assert sum(verdicts(seed, 200, lambda _: 0.05).favours == "second" for seed in range(SETS)) >= 0.95 * SETS
    unsure = [verdicts(seed, 200, lambda _: 0.5) for seed in range(SETS)]
    assert sum(bool(one.favours) for one in unsure) <= 7, "who guesses favours no place: at most 1 %, and 7 of 300 in 99 % of such trials"
    sure = [places(200, Draw(seed).randrange(8), Draw(seed + 1).randrange(8)) for seed in range(SETS)]
    assert not any(one is not None and one.found for one in sure)


def test_one_score_for_nearly_all_rows_is_found() -> None:
    draw = Draw(1)
    for seed in range(50):
        told = constant([score for score, _, _ in rows(seed, 200, 0.0)])
        assert told is not None and not told.found
    told = constant([9.0 if draw.random() < 0.98 else 8.0 for _ in range(500)])
    assert told is not None and told.found and told.score == 9.0 and told.share > 0.95
    assert constant([7.0] * 30) is not None


@pytest.mark.parametrize("count", [0, 4, FEW - 1])
def test_of_a_few_rows_nothing_is_said(count: int) -> None:
    every = rows(1, count, 3.0)
    assert [constant([score for score, _, _ in every]), length([(a, b) for a, b, _ in every]), places(count, count, 0)] == [None] * 3
    assert length([(5.0, float(n)) for n in range(50)]) is None, "a constant goes with nothing"


def test_a_taste_for_the_longer_answer_is_found_and_an_honest_verdict_is_not() -> None:
    def told(chance: float) -> int:
        return sum((one := longer(200, sum(draw.random() < chance for _ in range(200)))) is not None and one.found for draw in map(Draw, range(SETS)))

    assert told(0.8) >= 0.95 * SETS and told(0.2) >= 0.95 * SETS
    assert told(0.5) == 0 and told(0.6) <= 2
    assert longer(FEW - 1, 3) is None
