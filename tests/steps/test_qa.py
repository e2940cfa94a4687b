from __future__ import annotations

from typing import Any

import pytest
from asking_context import row, seen, work
from hypothesis import given
from hypothesis import strategies as st

from rowsmith.core.errors import RowFailed
from rowsmith.core.row import Drop
from rowsmith.core.step import MODEL, PROMPT
from rowsmith.steps.fenced import mark_of
from rowsmith.steps.generate.qa import Qa

TEXT = "Salt melts ice on roads. " * 20
PAGE = row({"text": TEXT, "title": "Roads"})


def pairs(number: int) -> dict[str, Any]:
    return {"pairs": [{"input": f"What melts ice, case {i}?", "answer": f"Salt {i}."} for i in range(number)]}


def test_a_pair_becomes_a_row_with_input_and_answer_and_nothing_else() -> None:
    out, ctx = work(Qa(), PAGE, pairs(1))
    assert [(new.data, new.index) for new in out] == [({"input": "What melts ice, case 0?", "answer": "Salt 0."}, 0)]
    assert TEXT in ctx.request
    assert seen(ctx)["prompt"] == Qa().prompt
    assert Qa().check() == []


@pytest.mark.parametrize(
    ("tokens", "density", "most", "count"),
    [(299, 1, None, 1), (900, 1, None, 3), (899, 1, None, 2), (900, 2.5, None, 7), (900, 0.1, None, 1), (900, 2.5, 4, 4), (0, 1, None, 1)],
)
def test_the_number_of_pairs_follows_the_tokens_that_the_chunk_step_counted(tokens: int, density: float, most: int | None, count: int) -> None:
    chunk = row({"text": "short"}, origin={"chunk": {"tokens": tokens}})
    assert Qa(density=density, max_pairs=most).count(chunk) == count


def test_without_counted_tokens_four_characters_are_one() -> None:
    assert Qa().count(row({"text": "abcd" * 1200})) == 4


def test_the_request_names_the_number_that_is_still_wanted() -> None:
    out, ctx = work(Qa(), PAGE, pairs(2), wanted=[3, 7])
    assert [new.index for new in out] == [3, 7]
    assert "Number of pairs to write: 2" in ctx.request


def test_extra_pairs_are_not_taken_and_missing_ones_are_not_made_up() -> None:
    assert len(work(Qa(), PAGE, pairs(5), wanted=range(2))[0]) == 2
    assert [new.index for new in work(Qa(), PAGE, pairs(2), wanted=range(5))[0]] == [0, 1]


def test_a_pair_with_a_blank_side_is_not_taken() -> None:
    answer = {"pairs": [{"input": "Why?", "answer": " \n"}, {"input": "What?", "answer": "Salt."}]}
    out, _ = work(Qa(), PAGE, answer, wanted=range(2))
    assert [(new.data["input"], new.index) for new in out] == [("What?", 0)]
    with pytest.raises(RowFailed) as failed:
        work(Qa(), PAGE, {"pairs": []})
    assert failed.value.reason == "no_pairs"


def test_a_blank_text_makes_no_call() -> None:
    page = row({"text": " \n\t"})
    out, ctx = work(Qa(), page, pairs(1))
    assert out == [Drop("empty_text", "Column 'text' is blank.")]
    assert ctx.asks == []
    assert Qa().count(page) == 0


@pytest.mark.parametrize(("data", "reason"), [({"body": "x"}, "missing_column"), ({"text": 5}, "not_text")])
def test_a_row_without_its_text_fails_by_name(data: dict[str, Any], reason: str) -> None:
    with pytest.raises(RowFailed, match="'text'") as failed:
        work(Qa(), row(data), pairs(1))
    assert failed.value.reason == reason


@pytest.mark.parametrize(
    "setting",
    [
        {"column": "title"}, {"density": 8}, {"language": "French"}, {"domain": "winter roads"}, {"style": "short"},
        {"prompt": "{{ count }} of {{ text }}"}, {"system": ""}, {"model": "other"}, {"model": {"writer": 0.5, "other": 0.5}},
    ],
)  # fmt: skip
def test_every_setting_changes_the_request(setting: dict[str, Any]) -> None:
    page = row({"text": TEXT * 20, "title": "Roads " * 2000})
    assert seen(work(Qa(**setting), page, pairs(1))[1]) != seen(work(Qa(), page, pairs(1))[1])


def test_max_pairs_changes_the_request() -> None:
    page = row({"text": TEXT * 20})
    assert "write: 8\n" in work(Qa(), page, pairs(1))[1].request
    assert "write: 2\n" in work(Qa(max_pairs=2), page, pairs(1))[1].request


def test_context_and_forward_change_the_rows() -> None:
    (new,), _ = work(Qa(context=True, forward=["title"]), PAGE, pairs(1))
    assert new.data == {"context": TEXT, "title": "Roads", **pairs(1)["pairs"][0]}
    assert Qa(context=True, forward=["title"]).columns(frozenset({"text", "title"})) == {"input", "answer", "context", "title"}
    assert "answer" in Qa(forward=["answer"]).check()[0]


def test_a_prompt_without_its_text_or_a_place_for_a_setting_is_named_before_any_call() -> None:
    assert [problem.split("{{ ")[1].split(" }}")[0] for problem in Qa(prompt="Ask!", system="").check()] == ["text", "count"]
    (problem,) = Qa(prompt="{{ count }} {{ text }}", system="", language="French").check()
    assert "'language'" in problem
    assert Qa(prompt="{{ count() }}").check() == []  # the recipe's check of prompts says so


def test_the_marks_that_the_recipe_check_relies_on() -> None:
    assert set(Qa().marked(PROMPT)) == {"prompt", "system"}
    assert Qa().marked(MODEL) == {"model": "writer"}


@given(st.text(min_size=1).filter(str.strip))
def test_any_text_stands_in_the_request_as_it_is(text: str) -> None:
    wild = text + r" {{ count }} {% if %} {# #} \frac{a}{b} {\"a\": [1]} {0} %s ${x}"
    out, ctx = work(Qa(context=True), row({"text": wild}), pairs(1))
    mark = mark_of({"text": wild})
    assert f"\n\n--- {mark} text ---\n{wild}\n--- {mark} end ---" in ctx.request
    assert mark not in wild
    assert out[0].data["context"] == wild


def test_no_placeholder_leaves_and_no_request_is_kept_in_a_row() -> None:
    out, ctx = work(Qa(), PAGE, pairs(1))
    assert "{{" not in ctx.request
    assert set(out[0].data) == {"input", "answer"}
    assert out[0].origin == {}
    again, second = work(Qa(), PAGE, pairs(1))
    assert again == out
    assert second.asks[0]["messages"] is not ctx.asks[0]["messages"]
