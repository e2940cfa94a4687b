from __future__ import annotations

from array import array
from math import sqrt
from typing import Any

import pytest
from asking_context import row, work
from hypothesis import given
from hypothesis import strategies as st

from rowsmith.core.errors import RowFailed
from rowsmith.steps.score.similarity import Similarity, cosine

NUMBERS = st.lists(st.floats(-1e6, 1e6, width=32), min_size=4, max_size=4)


def score(data: dict[str, Any], **settings: Any) -> Any:
    (found,), ctx = work(Similarity(**settings), row(data), None)
    return found.scores, [asked["texts"] for asked in ctx.asks]  # type: ignore[union-attr]


def test_two_columns_are_compared() -> None:
    scores, asked = score({"answer": "tea from Assam", "text": "Tea, from Assam", "context": "stones"})
    assert asked == [["tea from Assam", "Tea, from Assam"]]
    assert 0.9 < scores["similarity"] < 1
    scores, asked = score({"answer": "tea from Assam", "context": "stones"})
    assert asked == [["tea from Assam", "stones"]]
    assert abs(scores["similarity"]) < 0.3


def test_a_column_is_compared_with_one_text() -> None:
    assert score({"text": "tea"}, column="text", to="tea", into="near")[0] == {"near": 1.0}


@pytest.mark.parametrize(
    ("data", "settings", "reason"),
    [
        ({"answer": "x"}, {}, "missing_column"),
        ({"text": "x"}, {}, "missing_column"),
        ({"answer": 3, "text": "x"}, {}, "not_text"),
        ({"answer": " ", "text": "x"}, {}, "empty_text"),
        ({"answer": "x", "text": "\n"}, {}, "empty_text"),
        ({"answer": "x", "text": "y"}, {"against": "other"}, "missing_column"),
    ],
)
def test_rows_that_cannot_be_scored(data: dict[str, Any], settings: Any, reason: str) -> None:
    with pytest.raises(RowFailed) as failed:
        score(data, **settings)
    assert failed.value.reason == reason


def test_settings_that_say_nothing_are_told() -> None:
    assert "both given" in Similarity(against="text", to="x").check()[0]
    assert "always like itself" in Similarity(column="text", against="text").check()[0]
    assert "no visible character" in Similarity(to="  ").check()[0]
    assert Similarity().check() == []


@given(NUMBERS, NUMBERS)
def test_laws_of_the_cosine(one: list[float], two: list[float]) -> None:
    both = cosine(array("f", one), array("f", two))
    assert -1 <= both <= 1
    assert both == cosine(array("f", two), array("f", one))
    assert cosine(one, one) == pytest.approx(1 if any(one) and sqrt(sum(x * x for x in one)) > 1e-150 else 0, abs=1e-6)
    assert cosine(one, [-x for x in one]) == pytest.approx(-cosine(one, one), abs=1e-6)
