"""score.answerable: from passages, without one of them, from memory."""

from __future__ import annotations

from typing import Any

import pytest
from asking_context import Asked, row, work

from rowsmith.core.row import Row
from rowsmith.steps.score.answerable import Answerable

DATA = {
    "input": "When was the tower built that Ada designed?", "answer": "In 1998.",
    "two": ["Ada designed the tower.", "The tower: 1998."], "none": [],
}  # fmt: skip


def reader(*needed: str) -> Any:
    """Answers rightly where all that is needed is there."""

    def give(messages: Any) -> dict[str, Any]:
        said = messages[-1]["content"]
        if "given answer" in said:
            return {"reason": "so", "same": "1998" in said.split("given answer")[1]}
        can = all(one in said for one in needed)
        return {"answerable": can, "answer": "1998" if can else ""}

    return give


def scored(give: Any, **settings: Any) -> tuple[dict[str, Any], Asked]:
    (found,), ctx = work(Answerable(**settings), row(DATA), give)
    assert isinstance(found, Row)
    return found.scores["answerable"], ctx


def test_a_question_of_two_hops_needs_both_passages() -> None:
    score, ctx = scored(reader("Ada designed the tower", "tower: 1998"), passages=["two"], ablate=True)
    assert score == {"answered": True, "right": True, "said": "1998", "without": [False, False], "needed": True}
    assert [ask["model"] for ask in ctx.asks] == ["reader", "judge", "reader", "reader"]
    assert "Ada designed the tower" not in ctx.asks[2]["messages"][0]["content"]


def test_a_question_that_one_passage_answers_is_no_question_of_two_hops() -> None:
    score, _ = scored(reader("tower: 1998"), passages=["two"], ablate=True)
    assert (score["without"], score["needed"]) == ([True, False], False)


def test_a_question_that_can_be_guessed_is_answered_without_a_document() -> None:
    score, ctx = scored(reader())
    assert score["right"]
    assert "passage" not in ctx.asks[0]["messages"][0]["content"]
    assert not scored(lambda m: {"reason": "so", "same": False} if "given answer" in str(m) else {"answerable": True, "answer": "1066"})[0]["right"]


def test_without_an_expected_answer_it_counts_whether_there_is_one() -> None:
    score, ctx = scored(reader("1999"), passages=["two"], expected=None)
    assert (score, len(ctx.asks)) == ({"answered": False, "said": ""}, 1)
    assert scored(reader("tower: 1998"), passages=["two"], expected=None, ablate=True)[0]["without"] == [True, False]


def test_a_metric_compares_in_place_of_a_judge() -> None:
    score, ctx = scored(reader(), passages=["two"], metric="contains")
    assert (score["right"], len(ctx.asks)) == (False, 1)
    assert scored(reader(), passages=["two"], metric="number")[0]["right"]


def test_nothing_is_asked_where_there_is_no_passage() -> None:
    score, ctx = scored(reader(), passages=["none"])
    assert (score, ctx.asks) == ({"answered": False, "right": False, "said": ""}, [])


@pytest.mark.parametrize(
    "settings", [{"ablate": True}, {"expected": None, "metric": "f1"}, {"metric": "f1", "judge": "other"}, {"prompt": "So?"}]
)
def test_settings_that_would_change_nothing_are_told(settings: dict[str, Any]) -> None:
    assert Answerable(**settings).check()
    assert not Answerable(passages=["two"]).check()
