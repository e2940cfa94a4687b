"""What defines the recipes of preferences: the better answer is chosen whoever wrote it, ties go, margins hold."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from case import Voice
from scripted.corrupted_answer import RIGHT, WRONG
from scripted.evol_pairs import MARK
from scripted.on_policy import RANKS
from scripted.preference import GOOD, POOR, scores
from scripted.ultrafeedback import MARKS, MODELS

from catalogue import carried_out
from rowsmith.app.catalogue import one as listed
from rowsmith.testing import Request


def test_the_pair_is_swapped_where_the_weak_model_answers_better(tmp_path: Path) -> None:
    _, rows = carried_out("preference", tmp_path)
    assert all(GOOD in row.data["chosen"] and GOOD not in row.data["rejected"] for row in rows)
    swapped = [row for row in rows if row.data["chosen_tier"] == "weak"]
    assert 0 < len(swapped) < len(rows)
    assert all((row.data["chosen_model"], row.data["rejected_model"]) == ("openai/weak", "openai/strong") for row in swapped)
    assert all((row.data["chosen_score"], row.data["rejected_score"]) == (9, 3) for row in rows)


def test_ties_and_small_margins_are_no_pairs(tmp_path: Path) -> None:
    result, _ = carried_out("preference", tmp_path, answers=lambda request: scores(request, 7) if request.model == "judge" else None, kept=0)
    assert result.dropped["tie"] > 0
    result, _ = carried_out("preference", tmp_path / "margin", margin="7", kept=0)
    assert result.dropped["tie"] > 0


def test_pairs_for_simpo_are_about_as_long_as_each_other(tmp_path: Path) -> None:
    def answers(request: Request) -> Any:
        return {"answer": f"{GOOD} " + "Amber barley drifts on. " * 40} if request.model == "strong" else None

    result, _ = carried_out("preference", tmp_path, answers=answers, length_ratio="1.25", kept=0)
    assert result.dropped["length"] > 0


def test_without_a_judge_the_strong_models_answer_is_chosen_and_pairs_that_say_the_same_or_differ_by_length_are_none(tmp_path: Path) -> None:
    asked: list[Request] = []
    _, rows = carried_out("two-tier-pairs", tmp_path, asked=asked)
    assert {request.model for request in asked} == {"writer", "strong", "weak"}
    for row in rows:
        assert GOOD in row.data["chosen"] and POOR in row.data["rejected"]
        assert (row.data["chosen_model"], row.data["rejected_model"]) == ("openai/strong", "openai/weak")
    strong, weak = ({request.text for request in asked if request.model == name} for name in ("strong", "weak"))
    assert weak and {_unmarked(text) for text in weak} <= {_unmarked(text) for text in strong}, "both are asked the same"
    assert not any(word in str(request.data) for request in asked for word in ("chosen", "rejected")), "neither is told what its answer is for"

    def same(request: Request) -> Any:
        return {"answer": "It is so, as all agree."} if request.model in ("strong", "weak") else None

    result, _ = carried_out("two-tier-pairs", tmp_path / "same", answers=same, kept=0, target="1")
    assert set(result.dropped) == {"same"}
    long = {"answer": f"{GOOD} " + " ".join(Voice(str(at)).sentence() for at in range(12))}
    result, _ = carried_out(
        "two-tier-pairs", tmp_path / "long", answers=lambda request: long if request.model == "strong" else None, kept=0, target="1",
    )  # fmt: skip
    assert set(result.dropped) == {"length"}


def _unmarked(text: str) -> str:
    return re.sub(r"[0-9a-f]{12}", "", text)


def test_the_strong_model_can_be_told_more(tmp_path: Path) -> None:
    asked: list[Request] = []
    carried_out("preference", tmp_path, strong_style="Structure the answer.", target="3", asked=asked)
    assert {"Structure the answer." in request.text for request in asked if request.model == "strong"} == {True}
    assert not any("Structure the answer." in request.text for request in asked if request.model != "strong")


def test_prompts_that_all_answers_pass_or_fail_are_no_pairs(tmp_path: Path) -> None:
    result, rows = carried_out("best-of-n", tmp_path)
    assert {row.data["input"].split()[0] for row in rows} == {"Fair"}
    assert all(" 9." in row.data["chosen"] and " 2." in row.data["rejected"] for row in rows)
    assert all(row.data["temperature"] == 1 and row.data["model"] == "openai/large" for row in rows)
    assert sum(result.dropped.get(reason, 0) for reason in ("all_fail", "all_pass", "tie")) > 0


def test_a_verified_answer_is_chosen_and_a_wrong_one_rejected(tmp_path: Path) -> None:
    result, rows = carried_out("verified-pairs", tmp_path)
    for row in rows:
        assert row.data["chosen"].endswith(f"\n{row.data['expected']}") and not row.data["rejected"].endswith(f"\n{row.data['expected']}")
    assert not {"What are 3 and 4?", "What are 4 and 5?"} & {row.data["input"] for row in rows} and result.dropped["tie"] > 0


def test_both_answers_are_of_the_policy_at_a_temperature_that_is_recorded(tmp_path: Path) -> None:
    asked: list[Request] = []
    result, rows = carried_out("on-policy", tmp_path, temperature="0.6", target="5", asked=asked)
    assert {request.data["temperature"] for request in asked if request.model == "large"} == {0.6}
    assert all(row.data["temperature"] == 0.6 and row.data["policy"] == "openai/large" for row in rows) and result.dropped["tie"] > 0
    ranks = list(RANKS)
    for row in rows:
        chosen, rejected = (next(at for at, mark in enumerate(ranks) if mark in row.data[side]) for side in ("chosen", "rejected"))
        assert chosen > rejected
    _, rows = carried_out("on-policy", tmp_path / "near", length_ratio="1.25", target="3")
    assert all(len(row.data["chosen"].split()) <= 1.25 * len(row.data["rejected"].split()) for row in rows)


def test_an_error_is_small_and_of_a_drawn_kind_and_a_judge_sees_it(tmp_path: Path) -> None:
    _, rows = carried_out("corrupted-answer", tmp_path)
    for row in rows:
        pairs = zip(row.data["chosen"].split(), row.data["rejected"].split(), strict=True)
        assert [(one, two) for one, two in pairs if one != two] == [(RIGHT, WRONG)]
    assert len({row.data["error"] for row in rows}) > 1
    anew = {"rejected": "Something else altogether stands here.", "change": "All."}
    result, _ = carried_out("corrupted-answer", tmp_path / "anew", answers=lambda request: anew if request.model == "large" else None, kept=0)
    assert set(result.dropped) == {"not_minimal"}
    alike = {"reason": "The same.", "better": "tie"}
    result, _ = carried_out("corrupted-answer", tmp_path / "tie", answers=lambda request: alike if request.model == "judge" else None, kept=0)
    assert set(result.dropped) == {"not_worse"}


def test_an_evolved_question_has_two_answers_of_which_the_evolved_is_better(tmp_path: Path) -> None:
    asked: list[Request] = []
    _, rows = carried_out("evol-pairs", tmp_path, asked=asked)
    assert not any(word in str(request.schema) for request in asked for word in ("chosen", "rejected")), "nobody is told what an answer is for"
    assert all(row.data["input"] != row.data["seed"] and MARK in row.data["chosen"] and MARK not in row.data["rejected"] for row in rows)
    first = {"reason": "It stands first.", "better": "1"}
    result, _ = carried_out("evol-pairs", tmp_path / "place", answers=lambda request: first if request.model == "judge" else None, kept=0)
    assert set(result.dropped) == {"not_better"}

    def copied(request: Request) -> Any:
        if request.model != "large":
            return None
        return {"input": request.text.split("Question: ")[1].split("\n")[0], "answer": "It is so."}

    result, _ = carried_out("evol-pairs", tmp_path / "same", answers=copied, kept=0)
    assert set(result.dropped) == {"unchanged"}


@pytest.mark.parametrize(("rounds", "mark"), [("1", "Timber first."), ("2", "Timber second.")])
def test_an_answer_is_revised_so_many_rounds_under_principles_that_differ(rounds: str, mark: str, tmp_path: Path) -> None:
    _, rows = carried_out("constitutional", tmp_path, rounds=rounds)
    for row in rows:
        assert mark in row.data["answer"] and row.data["chosen"] == row.data["answer"] and "Timber" not in row.data["rejected"]
        assert len({said["principle"] for said in row.data["critiques"]}) == int(rounds)
    assert len({row.data["critiques"][0]["principle"] for row in rows}) > 1


def test_answers_with_a_verdict_need_no_pairs(tmp_path: Path) -> None:
    _, rows = carried_out("kto", tmp_path)
    assert {row.data["label"] for row in rows} == {True, False}
    assert all(row.data["label"] is (GOOD in row.data["answer"]) for row in rows)
    result, _ = carried_out("kto", tmp_path / "between", answers=lambda request: scores(request, 6) if request.model == "judge" else None, kept=0)
    assert set(result.dropped) == {"unclear"}


def test_four_models_answer_under_drawn_principles_and_all_answers_stay_with_their_ratings(tmp_path: Path) -> None:
    asked: list[Request] = []
    result, rows = carried_out("ultrafeedback", tmp_path, asked=asked)
    principles = listed("ultrafeedback").parameters["principles"].default
    for row in rows:
        answers = [request for request in asked if request.model in MODELS and request.text.strip() == row.data["input"]]
        assert sorted(request.model for request in answers) == sorted(MODELS)
        assert all(any(text in request.data["messages"][0]["content"] for text in principles) for request in answers)
        assert row.data["models"] == [f"openai/{name}" for name in MODELS] and set(row.data["principles"]) <= set(principles)
        worth = [next(score for mark, score in MARKS.items() if mark in answer) for answer in row.data["responses"]]
        assert row.data["ratings"] == worth == [said["honesty"]["score"] for said in row.data["rationales"]]
        assert all(said["truthfulness"]["reason"] for said in row.data["rationales"])
        best = worth.index(max(worth))
        assert (row.data["chosen"], row.data["chosen_model"]) == (row.data["responses"][best], row.data["models"][best])
        assert row.data["rejected"] in row.data["responses"] and row.data["chosen_score"] - row.data["rejected_score"] >= 1
    assert len({tuple(row.data["principles"]) for row in rows}) > 1 and result.dropped["tie"] > 0
    assert {row.data["rejected_score"] for row in rows} > {1}, "not the worst alone"


def test_the_worst_of_four_answers_is_rejected_where_that_is_said(tmp_path: Path) -> None:
    _, rows = carried_out("ultrafeedback", tmp_path, rejected="worst", target="4")
    assert {(row.data["chosen_score"], row.data["rejected_score"]) for row in rows} == {(5, 1)}
    result, _ = carried_out("ultrafeedback", tmp_path / "margin", margin="5", kept=0, target="2")
    assert set(result.dropped) == {"tie"}
