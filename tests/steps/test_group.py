"""transform.group and transform.pair: what belongs together, which stay, and why the others do not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from set_rows import carried_out, row

from rowsmith.core.row import Dropped, Row
from rowsmith.steps.transform.group import Group
from rowsmith.steps.transform.pair import Pair


def said(found: list[Row | Dropped]) -> list[Any]:
    return [one.data if isinstance(one, Row) else one.reason for one in found]


def answered(*scored: tuple[str, str, float], **data: Any) -> list[Row]:
    """A row for each input, answer and score."""
    made = [row(f"{n} {answer}", input=asked, answer=answer, model=f"m{n}", **data) for n, (asked, answer, _) in enumerate(scored)]
    return [replace(one, scores={"s": score}) for one, (_, _, score) in zip(made, scored, strict=True)]


def test_rows_that_have_a_key_in_common_become_one_with_lists(tmp_path: Path) -> None:
    rows = [row("0", input="a", answer="1"), row("1", input="b", answer="2"), row("2", input="a", answer="3", more=True), row("3", answer="4")]
    rows = [replace(one, origin={"source": {"name": f"d{n % 2}"}}) for n, one in enumerate(rows)]
    found = carried_out(Group(by=["input"]), tmp_path, rows)
    assert said(found) == [
        {"input": "a", "answer": ["1", "3"], "more": [None, True]}, {"input": "b", "answer": ["2"]}, "grouped", "no_key",
    ]  # fmt: skip
    assert isinstance(found[0], Row)
    assert found[0].origin == {"source": {"name": "d0"}, "parents": [rows[0].id, rows[2].id]}


def test_a_group_has_the_sources_of_all(tmp_path: Path) -> None:
    rows = [replace(row(name, k=1, v=name), origin={"source": {"name": name}, "made": [{"step": name}]}) for name in "ab"]
    (found, _) = carried_out(Group(by=["k"]), tmp_path, rows)
    assert isinstance(found, Row)
    assert found.origin["source"] == [{"name": "a"}, {"name": "b"}]
    assert found.origin["made"] == [{"step": "a"}, {"step": "b"}]


def test_small_groups_go_and_large_ones_are_cut(tmp_path: Path) -> None:
    rows = answered(("a", "1", 0), ("b", "2", 0), ("a", "3", 0), ("a", "4", 0))
    found = carried_out(Group(by=["input"], columns=["answer"], least=2, most=2), tmp_path, rows)
    assert said(found) == [{"input": "a", "answer": ["1", "3"]}, "too_few", "grouped", "beyond"]


def test_a_later_wave_adds_nothing_to_a_group_that_has_gone_on(tmp_path: Path) -> None:
    first = carried_out(Group(by=["input"]), tmp_path, answered(("a", "1", 0)))
    kept = [one for one in first if isinstance(one, Row)]
    assert said(carried_out(Group(by=["input"]), tmp_path, answered(("a", "2", 0), ("b", "3", 0)), kept)) == [
        "late", {"input": "b", "answer": ["3"], "model": ["m1"]},
    ]  # fmt: skip


def test_the_best_answer_is_chosen_and_the_worst_rejected(tmp_path: Path) -> None:
    rows = answered(("a", "fair", 5), ("a", "best", 9), ("a", "bad", 2), ("b", "only", 7))
    step = Pair(score="scores.s", both=["model"])
    found = carried_out(step, tmp_path, rows)
    pair = {"input": "a", "chosen": "best", "rejected": "bad", "chosen_model": "m1", "rejected_model": "m2"}
    assert said(found) == ["not_paired", pair, "paired", "alone"]
    assert isinstance(found[1], Row)
    assert found[1].scores == {"s": 9, "pair": {"chosen": 9.0, "rejected": 2.0, "margin": 7.0}}
    assert found[1].origin["parents"] == [rows[1].id, rows[2].id]
    assert step.columns(frozenset({"input", "answer", "model"})) == set(pair)
    assert said(carried_out(Pair(score="scores.s", rejected="next"), tmp_path, rows))[1]["rejected"] == "fair"


def test_a_pair_keeps_all_answers_that_have_a_score(tmp_path: Path) -> None:
    rows = answered(("a", "fair", 5), ("a", "best", 9), ("a", "bad", 2))
    step = Pair(score="scores.s", lists={"answers": "answer", "scores_": "scores.s", "none": "missing"})
    pair = said(carried_out(step, tmp_path, rows))[1]
    assert (pair["answers"], pair["scores_"], pair["none"]) == (["fair", "best", "bad"], [5, 9, 2], [None] * 3)
    assert {"answers", "scores_", "none"} <= (step.columns(frozenset({"input", "answer"})) or set())
    assert "already" in Pair(score="scores.s", lists={"chosen": "answer"}).check()[0]
    assert "x:" in Pair(score="scores.s", lists={"x": "1 +"}).check()[0]


def test_ties_lengths_and_rows_without_a_score_are_dropped_with_their_reason(tmp_path: Path) -> None:
    rows = answered(("a", "one", 5), ("a", "two", 5.5), ("b", "long" * 9, 9), ("b", "short", 1))
    assert said(carried_out(Pair(score="scores.s", length_ratio=2), tmp_path, rows)) == ["tie", "tie", "length", "length"]
    assert said(carried_out(Pair(score="scores.s", margin=0.5, length_ratio=20), tmp_path, rows)) == [
        "paired", {"input": "a", "model": "m1", "chosen": "two", "rejected": "one"},
        {"input": "b", "model": "m2", "chosen": "long" * 9, "rejected": "short"}, "paired",
    ]  # fmt: skip
    assert said(carried_out(Pair(score="scores.t"), tmp_path, rows)) == ["no_score"] * 4
    assert said(carried_out(Pair(by=["topic"], score="scores.s"), tmp_path, rows)) == ["no_key"] * 4


def test_an_input_gives_one_pair_over_all_waves(tmp_path: Path) -> None:
    first = [one for one in carried_out(Pair(score="scores.s"), tmp_path, answered(("a", "x", 1), ("a", "y", 9))) if isinstance(one, Row)]
    assert said(carried_out(Pair(score="scores.s"), tmp_path, answered(("a", "z", 1), ("a", "w", 9)), first)) == ["late", "late"]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 9)), max_size=14), st.sampled_from(["worst", "next", "random"]))
def test_a_pair_keeps_its_margin_whatever_order_answers_come_in(tmp_path_factory: Any, scored: list[tuple[str, int]], how: str) -> None:
    folder = tmp_path_factory.mktemp("pair")
    rows = answered(*((asked, f"{asked}{n}", score) for n, (asked, score) in enumerate(scored)))
    step = Pair(score="scores.s", margin=2, rejected=how)
    found = [one for one in carried_out(step, folder, rows) if isinstance(one, Row)]
    again = [one for one in carried_out(step, folder, rows[::-1]) if isinstance(one, Row)]
    assert {one.id: one.data for one in found} == {one.id: one.data for one in again}
    for one in found:
        assert one.scores["pair"]["margin"] >= 2
        assert one.scores["pair"]["chosen"] == max(score for asked, score in scored if asked == one.data["input"])
    could = {asked for asked, score in scored if any(other - score >= 2 for key, other in scored if key == asked)}
    assert {one.data["input"] for one in found} == could


@pytest.mark.parametrize(
    ("step", "said"),
    [
        (Group(by=["a"], columns=["a"]), "in `by`"), (Group(by=["a"], least=3, most=2), "more than `most`"),
        (Pair(by=["answer"], score="1"), "in `by`"), (Pair(score="scores.s >"), "score:"), (Pair(score="'x'"), "not a number"),
        (Pair(score="scores.s", seed=1), "nothing is drawn"),
    ],
)  # fmt: skip
def test_settings_that_cannot_work_are_told(step: Any, said: str) -> None:
    assert any(said in problem for problem in step.check())
    assert Group(by=["a"]).check() == Pair(score="scores.s").check() == []
