"""transform.choices, score.guessed, score.process and score.repetition."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from asking_context import row, work
from hypothesis import given
from hypothesis import strategies as st
from set_rows import row as named

from rowsmith.core.errors import RowFailed
from rowsmith.core.row import Drop, Row
from rowsmith.steps.score.guessed import Guessed
from rowsmith.steps.score.process import Process, cut
from rowsmith.steps.score.repetition import Repetition
from rowsmith.steps.transform.choices import Choices

WRONG = ["Rome", "Oslo", "Bern"]


def chosen(answer: str = "Paris", wrong: Any = WRONG, name: str = "x", **settings: Any) -> Row | Drop:
    (found,) = Choices(**settings).rows(named(name, input="?", answer=answer, distractors=wrong), None)  # type: ignore[arg-type]
    return found


def test_choices_are_mixed_by_the_row_and_the_index_is_the_right_one() -> None:
    places = Counter[int]()
    for at in range(400):
        found = chosen(name=str(at))
        assert isinstance(found, Row) and set(found.data) == {"input", "choices", "answer"}
        assert sorted(found.data["choices"]) == sorted([*WRONG, "Paris"]) and found.data["choices"][found.data["answer"]] == "Paris"
        places[found.data["answer"]] += 1
    assert set(places) == {0, 1, 2, 3} and min(places.values()) > 60  # 100 each, by chance
    assert chosen() == chosen() and {chosen(seed=n).data["answer"] for n in range(20)} == {0, 1, 2, 3}  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("answer", "wrong", "settings", "reason"),
    [
        ("Paris", ["Rome", "rome.", "Bern"], {}, "choices_alike"),
        ("Paris", ["PARIS", "Oslo", "Bern"], {}, "choices_alike"),
        ("Paris", ["", "Oslo", "Bern"], {}, "choices_alike"),
        ("Paris", ["Rome", "Oslo"], {}, "choices_missing"),
        ("Paris", "Rome, Oslo, Bern", {}, "choices_missing"),
        ("Paris", ["Rome", "Oslo", "All of the above"], {}, "choices_refer"),
        ("Paris, the capital of France", WRONG, {"longest": 2}, "longest_is_right"),
    ],
)
def test_choices_that_are_none_are_dropped(answer: str, wrong: Any, settings: dict[str, Any], reason: str) -> None:
    found = chosen(answer, wrong, **settings)
    assert isinstance(found, Drop) and found.reason == reason


def test_fewer_choices_and_columns_of_other_names() -> None:
    (found,) = Choices(right="key", others="wrong", wrong=1).rows(named("x", key="a", wrong=["b"]), None)  # type: ignore[arg-type]
    assert isinstance(found, Row) and sorted(found.data["choices"]) == ["a", "b"]
    assert Choices().columns(frozenset({"input", "answer", "distractors"})) == {"input", "choices", "answer"}


MCQ = {"input": "Which?", "choices": ["Rome", "Paris", "Oslo", "Bern"], "answer": 1}


def test_a_question_is_put_blind_in_other_orders_and_counted() -> None:
    def knows(messages: Any) -> Any:
        line = next(line for line in messages[-1]["content"].splitlines() if line.endswith("Paris"))
        return {"letter": line[0]}

    (found,), ctx = work(Guessed(draws=8), row(MCQ), knows, wanted=[0])
    assert found.scores["guessed"] == {"share": 1.0, "right": 8, "draws": 8, "chance": 0.25}  # type: ignore[union-attr]
    assert len(ctx.asks) == 8 and len({str(one["messages"]) for one in ctx.asks}) > 3
    (blind,), _ = work(Guessed(draws=40), row({**MCQ, "answer": "Paris"}), {"letter": "A"}, wanted=[0])
    assert 0.05 < blind.scores["guessed"]["share"] < 0.5  # type: ignore[union-attr]
    assert Guessed(draws=3).questions == 3


@pytest.mark.parametrize("data", [{**MCQ, "answer": 4}, {**MCQ, "answer": "London"}, {**MCQ, "choices": ["Rome"]}, {**MCQ, "choices": "Rome"}])
def test_what_has_no_right_choice_fails(data: dict[str, Any]) -> None:
    with pytest.raises(RowFailed, match=r"choice"):
        work(Guessed(), row(data), {"letter": "A"}, wanted=[0])


SOLVED = {"input": "2 + 2?", "reasoning": ["Two.", "Wrong turn.", "Five."], "expected": "4"}


def test_each_step_is_finished_and_labelled() -> None:
    def finish(messages: Any) -> Any:
        return {"reasoning": "", "answer": "5" if "Wrong turn." in messages[-1]["content"] else "It is 4"}

    (found,), ctx = work(Process(draws=3), row(SOLVED), finish, wanted=[0])
    assert isinstance(found, Row) and found.data["labels"] == [1, 0, 0] and found.data["steps"] == SOLVED["reasoning"]
    assert found.scores["process"] == {"first_wrong": 2, "steps": 3, "draws": 3} and len(ctx.asks) == 9
    with pytest.raises(RowFailed, match="at most 2") as failed:
        work(Process(most=2), row(SOLVED), finish, wanted=[0])
    assert failed.value.reason == "too_many_steps"
    with pytest.raises(RowFailed, match="no step"):
        work(Process(), row({**SOLVED, "reasoning": " "}), finish, wanted=[0])


@pytest.mark.parametrize(("answer", "labels"), [("It is 4", [1, 1, 1]), ("5", [1, 1, 0])])
def test_the_last_step_is_labelled_by_the_reasonings_own_answer(answer: str, labels: list[int]) -> None:
    """Every completion is right, also that of a reasoning whose answer is wrong."""
    (found,), ctx = work(Process(draws=3, answer="said"), row({**SOLVED, "said": answer}), lambda _: {"reasoning": "", "answer": "4"}, wanted=[0])
    assert isinstance(found, Row) and found.data["labels"] == labels and len(ctx.asks) == 6
    assert found.scores["process"]["first_wrong"] == (None if labels[-1] else 3)


def test_soft_labels_are_shares() -> None:
    answers = iter(["4", "5", "4", "4", "5", "5"])
    (found,), _ = work(Process(draws=2, labels="soft"), row(SOLVED), lambda _: {"reasoning": "", "answer": next(answers)}, wanted=[0])
    assert isinstance(found, Row) and found.data["labels"] == [0.5, 1.0, 0.0] and found.scores["process"]["first_wrong"] == 3


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("One.\n\nTwo.\n \nThree.", ["One.", "Two.", "Three."]),
        ("1. One\nstill one\n2) Two\n- three", ["1. One\nstill one", "2) Two", "- three"]),
        ("Step 1: a\nStep 2: b", ["Step 1: a", "Step 2: b"]),
        ("all in one", ["all in one"]),
        (["a ", " ", "b"], ["a", "b"]),
        (None, []),
    ],
)
def test_a_reasoning_is_cut_into_its_steps(text: Any, steps: list[str]) -> None:
    assert cut(text) == steps


def repeats(text: str, **settings: Any) -> float:
    (found,) = Repetition(column="t", **settings).rows(row({"t": text}), None)  # type: ignore[arg-type]
    score: float = found.scores["repetition"]
    return score


def test_a_text_that_goes_in_circles_scores_high() -> None:
    assert repeats("a b c d e f g h") == 0 and repeats("few words") == 0
    assert repeats("wait, let me see again " * 20) > 0.9
    assert repeats("a b a b a b", n=2) == 0.6


@given(st.lists(st.sampled_from("abcdefgh"), max_size=40))
def test_the_score_is_a_share(letters: list[str]) -> None:
    assert 0 <= repeats(" ".join(letters), n=2) <= 1


def test_what_a_row_costs_is_told_before_it_is_asked() -> None:
    assert Process(draws=3, most=8).questions == 12, "from after each of half as many steps as there may be"
    assert Process(draws=3, most=1).questions == 3
