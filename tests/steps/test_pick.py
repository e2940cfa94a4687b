from __future__ import annotations

import re
from typing import Any

import pytest
from asking_context import row, work

from rowsmith.core.errors import RowFailed
from rowsmith.core.row import Row
from rowsmith.steps.score.pick import Pick

ROW = {"input": "Why?", "answers": ["Because.", "The quartz.", "No."]}


def of_the(mark: str) -> Any:
    """A judge who picks the answer that bears the mark, wherever it stands."""

    def give(messages: Any) -> Any:
        text = messages[-1]["content"]
        return {"reason": "so", "letter": re.findall(r"answer ([A-Z])\b", text[: text.index(mark)])[-1]}

    return give


def test_the_best_is_found_in_every_order_and_its_index_is_that_of_the_list() -> None:
    (found,), ctx = work(Pick(draws=6), row(ROW), of_the("quartz"), wanted=[0])
    assert isinstance(found, Row) and found.scores["pick"] == {"index": 1, "votes": 6, "share": 1.0, "draws": 6, "reasons": ["so"] * 6}
    orders = {asked["messages"][-1]["content"] for asked in ctx.asks}
    assert len(orders) > 1 and work(Pick(draws=6), row(ROW), of_the("quartz"), wanted=[0])[1].asks == ctx.asks


def test_a_judge_who_goes_by_the_place_has_few_votes_for_any() -> None:
    (found,), _ = work(Pick(draws=12), row(ROW), {"reason": "first", "letter": "A"}, wanted=[0])
    assert isinstance(found, Row) and found.scores["pick"]["share"] < 0.8


@pytest.mark.parametrize("answers", ["a", [], ["a"], ["a"] * 27])
def test_what_is_no_list_of_answers_fails(answers: Any) -> None:
    with pytest.raises(RowFailed, match="list of 2 to 26"):
        work(Pick(), row({"input": "?", "answers": answers}), {"reason": "", "letter": "A"}, wanted=[0])
