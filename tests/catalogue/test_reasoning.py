"""What defines the recipes of reasoning: only verified answers, the share that agrees, traces that stay right, labels of steps."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from scripted import reasoning_judged
from scripted.reasoning_judged import RIGHT, SOUND

from catalogue import carried_out
from rowsmith.core.errors import Invalid
from rowsmith.testing import Request


def test_only_verified_answers_are_distilled_the_shortest_of_each_question(tmp_path: Path) -> None:
    result, rows = carried_out("reasoning-distillation", tmp_path)
    assert all(row.data["answer"] == f"It is {row.data['expected']}" for row in rows)
    assert result.dropped["wrong_answer"] > 0 and result.dropped["not_top"] > 0
    assert len({row.data["input"] for row in rows}) == len(rows)


def test_a_shape_puts_the_reasoning_into_the_answer(tmp_path: Path) -> None:
    _, rows = carried_out("reasoning-distillation", tmp_path, shape="<think>{{ reasoning }}</think>{{ answer }}")
    assert all(row.data["answer"].startswith(f"<think>{row.data['reasoning']}</think>It is ") for row in rows)


def test_lengths_and_circles_are_held(tmp_path: Path) -> None:
    result, rows = carried_out("reasoning-distillation", tmp_path, max_words="20", target="3")
    assert all(len(row.data["reasoning"].split()) <= 20 for row in rows) and result.dropped["too_long"] > 0


def test_code_is_distilled_that_passes_its_tests_the_shortest_trace_of_each_problem(tmp_path: Path) -> None:
    asked: list[Request] = []
    result, rows = carried_out("reasoning-code", tmp_path, asked=asked)
    for row in rows:
        assert row.scores["executed"] == {"passes": True, "passed": 2, "tests": 2, "error": ""} and row.data["reasoning"]
    assert result.dropped["failed_tests"] > 0 and result.dropped["not_executed"] > 0 and result.dropped["not_top"] > 0
    assert len({row.data["input"] for row in rows}) == len(rows) and result.executed == ("executed",)
    assert len(asked) % 4 == 0, "four draws of each problem"
    assert result.dropped["no_tests"] == 1 and not any("add_0" in request.text for request in asked), "nothing is bought that nothing can verify"
    more, rows = carried_out("reasoning-code", tmp_path / "held", max_words="20", keep="2", target="4")
    assert all(len(row.data["reasoning"].split()) <= 20 for row in rows) and more.dropped["too_long"] > 0
    with pytest.raises(Invalid, match="execute=true"):
        carried_out("reasoning-code", tmp_path / "off", execute="false")


def test_a_judge_verifies_open_answers_and_their_steps(tmp_path: Path) -> None:
    asked: list[Request] = []
    result, rows = carried_out("reasoning-judged", tmp_path, asked=asked)
    assert all(RIGHT in row.data["answer"] and SOUND in row.data["reasoning"] for row in rows)
    assert min(result.dropped[reason] for reason in ("wrong_answer", "wrong_steps", "not_top")) > 0
    assert all(row.data["expected"] in next(one.text for one in asked if row.data["answer"] in one.text) for row in rows)
    assert len({row.data["input"] for row in rows}) == len(rows)
    _, rows = carried_out("reasoning-judged", tmp_path / "held", max_words="20", keep="2", draws="8", target="4")
    assert all(len(row.data["reasoning"].split()) <= 20 for row in rows)
    result, _ = carried_out("reasoning-judged", tmp_path / "strict", **{"pass": "10"}, kept=0)
    assert set(result.dropped) == {"wrong_answer"}


def test_without_a_reference_the_judge_goes_by_what_it_knows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Request] = []
    sets = {name: value for name, value in reasoning_judged.CASE.sets.items() if name != "reference"}
    monkeypatch.setattr(reasoning_judged, "CASE", replace(reasoning_judged.CASE, sets=sets))
    _, rows = carried_out("reasoning-judged", tmp_path, asked=asked, target="3")
    assert all(row.data["expected"] == "" and RIGHT in row.data["answer"] for row in rows)
    shown = next(one.text for one in asked if one.model == "judge")
    assert " expected ---\n\n---" in shown


def test_answers_that_few_draws_give_are_no_data(tmp_path: Path) -> None:
    result, rows = carried_out("self-consistency", tmp_path)
    assert result.dropped["minority"] > 0 and result.dropped["no_majority"] > 0
    for row in rows:
        first, second = (int(word) for word in row.data["input"].strip("?").split() if word.isdigit())
        assert row.data["answer"] == str(first + second) and row.scores["majority"]["share"] >= 0.6
    assert not [row for row in rows if row.data["input"] == "What are 3 and 4?"]


def test_questions_on_which_all_agree_can_be_left_out(tmp_path: Path) -> None:
    result, rows = carried_out("self-consistency", tmp_path, hardest="0.9", target="3")
    assert all(row.scores["majority"]["share"] < 1 for row in rows) and result.dropped["too_easy"] > 0


def test_a_trace_that_no_longer_reaches_its_answer_is_dropped(tmp_path: Path) -> None:
    changed = {"reached": "0"}
    result, rows = carried_out("trace-cleaning", tmp_path, answers=lambda request: changed if request.model == "solver" else None, kept=0)
    assert result.dropped == {"answer_changed": 18} and not rows
    long = {"cleaned": "ember " * 60}
    result, rows = carried_out("trace-cleaning", tmp_path / "long", answers=lambda request: long if request.model == "large" else None, kept=0)
    assert set(result.dropped) == {"not_shorter"} and not rows


@pytest.mark.parametrize(("labels", "expected"), [("hard", [1, 0, 0]), ("soft", [1.0, 0.0, 0.0])])
def test_the_step_that_leads_astray_is_labelled(labels: str, expected: list[float], tmp_path: Path) -> None:
    _, rows = carried_out("process-labels", tmp_path, labels=labels, draws="2")
    for row in rows:
        astray = "Owls drift eastward." in row.data["steps"]
        assert row.data["labels"] == (expected if astray else [1, 1, 1])
        assert row.scores["process"] == {"first_wrong": 2 if astray else None, "steps": 3, "draws": 2}
    assert {row.data["labels"][1] for row in rows} == {0, 1}
