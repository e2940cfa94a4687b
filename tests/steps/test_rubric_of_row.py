"""score.rubric: an answer by the rubric that its row carries."""

from __future__ import annotations

from typing import Any

import pytest
from asking_context import row, work
from hypothesis import given
from hypothesis import strategies as st

from rowsmith.core.errors import RowFailed
from rowsmith.core.row import Row
from rowsmith.steps.score.rubric import RubricOfRow, share

RUBRIC = [{"criterion": "Names the year.", "weight": 3}, {"criterion": "Guesses.", "weight": -1}, {"criterion": "Is short.", "weight": 1}]


def judged(*met: bool) -> dict[str, Any]:
    return {"verdicts": [{"criterion": number, "reason": "so", "met": one} for number, one in enumerate(met, 1)]}


def test_the_weight_of_what_is_met() -> None:
    (found,), ctx = work(RubricOfRow(), row({"input": "When?", "answer": "In 1998.", "rubric": RUBRIC}), judged(True, False, False))
    assert isinstance(found, Row)
    assert found.scores["rubric"] == {"score": 0.75, "met": [True, False, False], "reasons": ["so"] * 3}
    assert all(one["criterion"] in ctx.request for one in RUBRIC)
    assert "weight" not in ctx.request


@pytest.mark.parametrize("rubric", ["text", [], [{"criterion": " "}], [{"criterion": "a", "weight": "b"}], [{"criterion": "a", "weight": -1}]])
def test_a_rubric_that_is_none_fails_its_row(rubric: Any) -> None:
    with pytest.raises(RowFailed) as failed:
        work(RubricOfRow(), row({"input": "When?", "answer": "In 1998.", "rubric": rubric}), judged(True))
    assert failed.value.reason == "rubric"


def test_a_criterion_without_a_verdict_fails_the_row() -> None:
    with pytest.raises(RowFailed, match="criterion 2"):
        work(RubricOfRow(), row({"input": "When?", "answer": "In 1998.", "rubric": RUBRIC}), {"verdicts": [*judged(True)["verdicts"] * 3]})


@given(st.lists(st.tuples(st.floats(-10, 10), st.booleans()), min_size=1).filter(lambda all_: any(weight > 0.01 for weight, _ in all_)))
def test_the_share_lies_between_none_and_all(weighed: list[tuple[float, bool]]) -> None:
    criteria = [("c", weight) for weight, _ in weighed]
    found = share(criteria, [yes for _, yes in weighed])
    assert 0 <= found <= 1
    assert share(criteria, [weight > 0 for weight in (one for _, one in criteria)]) == 1
