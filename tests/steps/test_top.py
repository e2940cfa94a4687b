"""filter.top and filter.majority: the best of each group, and what most of a group say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from set_rows import carried_out, row

from rowsmith.core.row import Dropped, Row
from rowsmith.steps.filter.majority import Majority
from rowsmith.steps.filter.top import Top


def said(found: list[Row | Dropped]) -> list[str]:
    return ["" if isinstance(one, Row) else one.reason for one in found]


def test_the_best_of_each_group_of_equals_the_first(tmp_path: Path) -> None:
    rows = [row(str(at), q=q, n=n) for at, (q, n) in enumerate([("a", 1), ("a", 3), ("b", 2), ("a", 3), ("b", None), ("b", "x")])]
    assert said(carried_out(Top(by=["q"], score="n"), tmp_path, rows)) == ["not_top", "", "", "not_top", "no_value", "no_value"]
    assert said(carried_out(Top(by=["q"], score="n", n=2), tmp_path, rows))[:4] == ["not_top", "", "", ""]
    assert said(carried_out(Top(by=["q"], score="n", lowest=True), tmp_path, rows))[:4] == ["", "not_top", "", "not_top"]
    assert said(carried_out(Top(by=["q", "n"], score="n"), tmp_path, rows))[:4] == ["", "", "", "not_top"]


def test_rows_of_earlier_waves_count(tmp_path: Path) -> None:
    new = [row("1", q="a", n=9), row("2", q="b", n=1)]
    assert said(carried_out(Top(by=["q"], score="n"), tmp_path, new, [row("0", q="a", n=1)])) == ["not_top", ""]
    assert said(carried_out(Top(by=["q"], score="n", n=2), tmp_path, new, [row("0", q="a", n=1)])) == ["", ""]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 5)), max_size=30), st.integers(1, 3))
def test_no_row_that_goes_has_a_worse_one_before_it(tmp_path_factory: pytest.TempPathFactory, found: list[tuple[str, int]], n: int) -> None:
    rows = [row(str(at), q=q, n=value) for at, (q, value) in enumerate(found)]
    out = carried_out(Top(by=["q"], score="n", n=n), tmp_path_factory.mktemp("top"), rows)
    for group in "abc":
        kept = sorted(one.data["n"] for one in out if isinstance(one, Row) and one.data["q"] == group)
        assert kept == sorted(value for q, value in found if q == group)[-n:]


def votes(folder: Path, *answers: Any, **settings: Any) -> list[Row | Dropped]:
    return carried_out(Majority(by=["q"], **settings), folder, [row(str(at), q="a", answer=answer) for at, answer in enumerate(answers)])


def test_what_most_say_goes_on_with_its_share(tmp_path: Path) -> None:
    found = votes(tmp_path, "4", "4", "5", "4")
    assert said(found) == ["", "", "minority", ""]
    assert isinstance(found[0], Row) and found[0].scores["majority"] == {"share": 0.75, "votes": 3, "draws": 4, "difficulty": 0.25}
    assert said(votes(tmp_path, "4", "5")) == ["no_majority", "no_majority"]
    assert said(votes(tmp_path, "4", "4", "5", "6", least=0.6)) == ["no_majority", "no_majority", "minority", "minority"]
    assert said(votes(tmp_path, "4")) == ["no_vote"] and said(votes(tmp_path, "4", draws=1)) == [""]
    assert isinstance(votes(tmp_path, "4", "4", into="vote")[0].scores["vote"], dict)  # type: ignore[union-attr]


def test_answers_are_compared_by_a_metric(tmp_path: Path) -> None:
    assert said(votes(tmp_path, "It is 4", "4.0", "none", same="number")) == ["", "", "minority"]
    assert said(votes(tmp_path, "It is 4", "4.0", "none")) == ["no_majority"] * 3
    assert Majority(by=["q"], same="judge").check() != []


def test_groups_vote_apart(tmp_path: Path) -> None:
    rows = [row(str(at), q=q, reply=reply) for at, (q, reply) in enumerate([("a", 1), ("b", 2), ("a", 1), ("b", 1)])]
    assert said(carried_out(Majority(by=["q"], answer="reply"), tmp_path, rows)) == ["", "no_majority", "", "no_majority"]
