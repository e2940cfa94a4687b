"""Grades: bounded, continuous, made as the file says; measures as people look at them."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from rowsmith import content
from rowsmith.app.quality_checks import CHECKS
from rowsmith.core.quality import GRADES, Grading, changed, measure

GRADING = Grading.model_validate(content.quality())
SHARES = st.lists(st.tuples(st.sampled_from(sorted(GRADING.parts)), st.integers(0, 100)), min_size=1, max_size=8, unique_by=lambda one: one[0])


def test_what_ships_knows_each_check() -> None:
    assert set(GRADING.parts) == set(CHECKS)


def test_a_part_a_whole_and_its_slack() -> None:
    parts = [GRADING.part("pii", "", 3, 100), GRADING.part("form", "", 0, 100)]
    assert [(one.score, one.grade) for one in parts] == [(0.7, "C"), (1.0, "A")]
    assert GRADING.whole(parts) == (12 * 0.7 + 14 * 1.0) / 26
    worst = [GRADING.part("contamination", "", 9, 100), *parts]
    assert GRADING.whole(worst) == GRADING.slack == 0.3  # however good the rest is
    assert GRADING.grade(0.3) == "F"
    own = Grading.model_validate(changed(content.quality(), {"slack": 1, "parts": {"contamination": {"weight": 0}}}))
    assert own.whole([own.part("contamination", "", 9, 100), *parts]) == GRADING.whole(parts)
    assert GRADING.whole([]) is None
    assert own.part("acme.swearing", "", 1, 10).score == 0.5  # as `other` says


def test_a_part_of_few_rows_counts_by_them_and_leaves_the_grade_open() -> None:
    good, few, all_ = GRADING.part("form", "", 0, 1000), GRADING.part("grounding", "", 5, 5, 1000), GRADING.part("grounding", "", 1000, 1000)
    assert GRADING.whole([good, all_]) == GRADING.slack
    whole = GRADING.whole([good, few])
    assert whole is not None and 1 - 0.005 <= whole < 1
    assert (few.measured, few.score, few.low, few.high) == (0.005, 0.0, 0.0, 0.0)
    half = GRADING.part("grounding", "", 3, 30, 100)
    assert half.score == 0.6 and half.low < 0.4 < 0.75 < half.high
    assert (all_.low, all_.high) == (all_.score, all_.score) and GRADING.between(GRADING.interval([good, all_])) is None
    parts = [GRADING.part("form", "", 3, 100), half]
    interval = GRADING.interval(parts)
    assert interval is not None and GRADING.between(interval) == ("D", "B")


@given(SHARES, st.integers(1, 100), st.integers(0, 400))
def test_an_interval_holds_the_score_and_closes_where_all_rows_were_measured(shares: list[tuple[str, int]], rows: int, more: int) -> None:
    parts = [GRADING.part(name, "", min(flagged, rows), rows, rows + more) for name, flagged in shares]
    score, interval = GRADING.whole(parts), GRADING.interval(parts)
    assert score is not None and interval is not None and 0 <= interval[0] <= score <= interval[1] <= 1
    assert all(0 <= part.low <= part.score <= part.high <= 1 for part in parts)
    if not more:
        assert interval == (score, score)
    without = GRADING.whole(parts[1:])
    if without is not None and parts[0].measured < 0.1:  # what was hardly measured hardly counts
        heavy = sum(part.weight * part.measured for part in parts[1:])
        assert abs(score - without) <= parts[0].weight * parts[0].measured / heavy + parts[0].measured


def test_the_interval_of_a_part_holds_what_all_rows_would_have_said() -> None:
    chance, held = random.Random(11), 0
    for _ in range(1000):
        of, rows = chance.choice([60, 200, 1000]), chance.choice([20, 40, 55])
        flagged = [place < chance.uniform(0, 0.2) * of for place in range(of)]
        true = GRADING.part("grounding", "", sum(flagged), of).score
        part = GRADING.part("grounding", "", sum(chance.sample(flagged, rows)), rows, of)
        held += part.low - 1e-12 <= true <= part.high + 1e-12
    assert held >= 930


@given(SHARES, st.integers(0, 7))
def test_a_score_is_bounded_and_one_more_flagged_row_never_makes_it_better(shares: list[tuple[str, int]], at: int) -> None:
    parts = [GRADING.part(name, "", flagged, 101) for name, flagged in shares]
    worse = list(parts)
    name, flagged = shares[at % len(shares)]
    worse[at % len(shares)] = GRADING.part(name, "", flagged + 1, 101)
    before, after = GRADING.whole(parts), GRADING.whole(worse)
    assert before is not None and after is not None and 0 <= after <= before <= 1
    assert before - after <= 1 / 101 / GRADING.how(name).worst + 1e-12
    assert GRADES.index(GRADING.grade(after)) >= GRADES.index(GRADING.grade(before))


@given(st.lists(st.floats(-1e6, 1e6) | st.integers(-5, 5).map(float), max_size=60), st.randoms())
def test_a_measure_counts_all_and_knows_no_order(values: list[float], chance: object) -> None:
    found = measure(values)
    chance.shuffle(values)  # type: ignore[attr-defined]
    assert measure(values) == found
    assert sum(one["count"] for one in found["bins"]) == found["count"] == len(values)
    assert all(one["to"] == other["from"] for one, other in zip(found["bins"], found["bins"][1:], strict=False))
    if values:
        assert found["bins"][0]["from"] == found["low"] == min(values) and found["bins"][-1]["to"] >= max(values)


def test_whole_numbers_close_together_have_a_bin_each() -> None:
    assert [(one["from"], one["to"], one["count"]) for one in measure([1, 2, 2, 4])["bins"]] == [(1, 2, 1), (2, 3, 2), (3, 4, 0), (4, 5, 1)]
    assert [(one["from"], one["to"], one["count"]) for one in measure([7, 7])["bins"]] == [(7, 7, 2)]
    assert len(measure([0.1, 0.25, 0.9])["bins"]) == 20
