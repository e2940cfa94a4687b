"""Grades: bounded, continuous, made as the file says; measures as people look at them."""

from __future__ import annotations

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
def test_a_measure_counts_all_and_knows_no_order(values: list[float], random: object) -> None:
    found = measure(values)
    random.shuffle(values)  # type: ignore[attr-defined]
    assert measure(values) == found
    assert sum(one["count"] for one in found["bins"]) == found["count"] == len(values)
    assert all(one["to"] == other["from"] for one, other in zip(found["bins"], found["bins"][1:], strict=False))
    if values:
        assert found["bins"][0]["from"] == found["low"] == min(values) and found["bins"][-1]["to"] >= max(values)


def test_whole_numbers_close_together_have_a_bin_each() -> None:
    assert [(one["from"], one["to"], one["count"]) for one in measure([1, 2, 2, 4])["bins"]] == [(1, 2, 1), (2, 3, 2), (3, 4, 0), (4, 5, 1)]
    assert [(one["from"], one["to"], one["count"]) for one in measure([7, 7])["bins"]] == [(7, 7, 2)]
    assert len(measure([0.1, 0.25, 0.9])["bins"]) == 20
