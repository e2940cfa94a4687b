"""Which metric is proposed for expected answers, and which column holds them."""

from __future__ import annotations

from typing import Any

import pytest

from rowsmith.assist.metrics import ANSWERS, answer_column, propose
from rowsmith.core.errors import Invalid, NotFound

LONG = "A long answer about many things that matter, " * 8


@pytest.mark.parametrize(
    ("expected", "kind", "evidence"),
    [
        (["yes", "no", "Yes."] * 4, "label", "2 different ones, the most common 'yes'"),
        ([1, 2, 3, 4, 5] * 6, "label", "5 different ones"),
        ([{"a": n} for n in range(9)], "json", "all 9 expected answers are JSON"),
        ([f'{{"a": {n}}}' for n in range(9)], "json", "are JSON"),
        ([str(n * 7) for n in range(9)], "number", "whole ones"),
        ([f"{n}.5 %" for n in range(9)], "number", "with decimals"),
        ([f"name {n}" for n in range(9)], "exact", "short: 2 words"),
        ([f"2 dogs and {n}" for n in range(9)], "exact", "short"),
        ([f"A sentence that says thing number {n} at length." for n in range(9)], "f1", "9 words"),
        ([f"{LONG} {n}" for n in range(9)], "f1", "a judge"),
    ],
)
def test_what_is_proposed_and_why(expected: list[Any], kind: str, evidence: str) -> None:
    found = propose(expected)
    assert (found.metric.kind, evidence in found.evidence) == (kind, True), found


def test_the_first_of_the_known_columns_holds_the_answer() -> None:
    for place, name in enumerate(ANSWERS):
        assert answer_column(["x", *reversed(ANSWERS[place:])]) == name
    assert answer_column(["x", "answer"], "x") == "x"
    with pytest.raises(Invalid, match=r"--answer COLUMN\. The rows have: gold, x"):
        answer_column(["x", "gold"])
    with pytest.raises(NotFound, match="Did you mean 'gold'"):
        answer_column(["x", "gold"], "golt")
    with pytest.raises(Invalid, match="None of the rows has an expected answer"):
        propose(["", None])
