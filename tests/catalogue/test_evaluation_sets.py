"""What each recipe of evaluation sets is there for, and that its gates reject what is wrong."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from papers import carried, passages, properties, shown
from scripted.rubric_set import POOR
from test_catalogue import case_of
from wrong import DOCS, but, denied

from rowsmith.core.errors import Invalid
from rowsmith.engine.recipe_file import load
from rowsmith.testing import Request


def test_a_fifth_of_an_evaluation_set_are_edge_cases(tmp_path: Path) -> None:
    done = carried(tmp_path, "eval-set", case_of("eval-set").reply, count="50", topics="[orders, returns]")
    assert Counter(row["case"] for row in done.said) == {"ordinary": 40, "edge case": 10}
    assert {row["topic"] for row in done.said} == {"orders", "returns"}


def test_an_answer_that_the_solver_does_not_come_to_is_dropped(tmp_path: Path) -> None:
    def other(request: Request) -> Any:
        return {"reason": "so", "same": False} if "same" in properties(request) else None

    done = carried(tmp_path, "eval-set", but("eval-set", other), count="5", solver="openai/solver", task="Count the words.")
    assert not done.rows and done.dropped == {"not_confirmed": 5}
    solved = [request.text for request in done.asked if request.model == "solver"]
    assert len(solved) == 5 and all("Count the words." in text for text in solved)


def test_questions_of_one_passage_and_of_several_by_persona_style_and_length(tmp_path: Path) -> None:
    sets = {"personas": "[a child]", "styles": "[in verse]", "lengths": "[two words]"}
    done = carried(tmp_path, "rag-testset", case_of("rag-testset").reply, **sets)
    assert {row["kind"]: len(row["contexts"]) for row in done.said} == {"single-hop": 1, "multi-hop": 2}
    assert all((row["persona"], row["style"], row["length"]) == ("a child", "in verse", "two words") for row in done.said)
    written = [request.text for request in done.asked if "input" in properties(request)]
    assert all("Write what a child asks" in text and "in verse" in text and "two words" in text for text in written)


def test_a_question_that_is_answered_from_memory_is_dropped(tmp_path: Path) -> None:
    def knows(request: Request) -> Any:
        return {"reason": "so", "same": True} if "same" in properties(request) else None

    done = carried(tmp_path, "rag-testset", but("rag-testset", knows))
    assert not done.rows and set(done.dropped) == {"known_anyway"}


def test_a_question_of_several_that_one_passage_answers_is_dropped(tmp_path: Path) -> None:
    def one_will_do(request: Request) -> Any:
        return {"answerable": True, "answer": "It was so."} if "answerable" in properties(request) and passages(request) else None

    done = carried(tmp_path, "rag-testset", but("rag-testset", one_will_do))
    assert {row["kind"] for row in done.said} == {"single-hop"} and set(done.dropped) == {"not_needed"}


def test_a_fifth_of_the_questions_set_a_trap_and_say_what_is_expected(tmp_path: Path) -> None:
    done = carried(tmp_path, "edge-cases", case_of("edge-cases").reply, per_part="25", chunk="800")
    counts = Counter(row["case"] for row in done.said)
    assert counts.total() == 75 and len(counts) == 6
    assert 0.17 <= 1 - counts["ordinary"] / 75 <= 0.23
    assert len({(row["case"], row["expects"]) for row in done.said}) == 6
    written = [request.text for request in done.asked if "answer" in properties(request)]
    assert all(f"What is expected of it: {row['expects']}" in "\n".join(written).replace("\n", " ") for row in done.said)


def test_a_case_that_does_not_fit_is_written_again_and_then_dropped(tmp_path: Path) -> None:
    done = carried(tmp_path, "edge-cases", but("edge-cases", denied), per_part="1", chunk="800", cases="{garbled: 1, own: 1}")
    assert not done.rows and done.dropped == {"unfit": 3}
    assert len([request for request in done.asked if "answer" in properties(request)]) == 9


def test_each_question_has_a_rubric_that_tells_a_good_answer_from_a_poor_one(tmp_path: Path) -> None:
    case = case_of("rubric-set")
    done = carried(tmp_path, "rubric-set", case.reply, **case.sets)
    assert len(done.rows) == 6
    for row in done.rows:
        assert len({one["criterion"] for one in row.data["rubric"]}) == 4 and row.data["answer"] != POOR
        assert (row.scores["good"]["score"], row.scores["poor"]["score"]) == (1.0, 0.0)
    assert all(request.text in {row["input"] for row in done.said} for request in done.asked if request.model == "large" and request.schema is None)


@pytest.mark.parametrize("met", [True, False])
def test_a_rubric_that_tells_nothing_is_dropped(met: bool, tmp_path: Path) -> None:
    def blind(request: Request) -> Any:
        verdicts = [{"criterion": number, "reason": "so", "met": met and number < 4} for number in (1, 2, 3, 4)]
        return {"verdicts": verdicts} if "verdicts" in properties(request) and shown(request) else None

    case = case_of("rubric-set")
    done = carried(tmp_path, "rubric-set", but("rubric-set", blind), **case.sets)
    assert not done.rows and done.dropped == {"tells_nothing": 6}


def test_no_attack_is_written_without_a_plain_yes(tmp_path: Path) -> None:
    case = case_of("red-team")
    with pytest.raises(Invalid, match="writes attacks on language models") as refused:
        carried(tmp_path, "red-team", case.reply, **{**case.sets, "allow_red_team": "false"})
    assert "--set allow_red_team=true" in str(refused.value)
    for said in ({}, {"allow_red_team": "yes"}):
        with pytest.raises(Invalid, match="writes attacks on language models"):
            load(Path("red-team"), {"model": "openai/large", **said})


def test_prompts_to_decline_have_harmless_twins_and_the_judge_agrees(tmp_path: Path) -> None:
    case = case_of("red-team")
    done = carried(tmp_path, "red-team", case.reply, **{**case.sets, "count": "12"})
    assert 7 <= sum(row["expected"] == "decline" for row in done.said) <= 9 and len(done.rows) == 12
    assert all(("Harm." in row["input"]) == (row["expected"] == "decline") for row in done.said)
    (tmp_path / "other").mkdir()
    anxious = {"reason": "so", "holds": True}
    other = carried(tmp_path / "other", "red-team", but("red-team", lambda request: anxious if "holds" in properties(request) else None), **case.sets)
    assert {row["expected"] for row in other.said} == {"decline"} and set(other.dropped) == {"other_than_expected"}


@pytest.mark.parametrize("name", ["rag-testset", "edge-cases"])
def test_a_recipe_over_documents_runs_on_the_documentation(name: str, tmp_path: Path) -> None:
    sets = {key: value for key, value in case_of(name).sets.items() if key not in ("input", "chunk")}
    done = carried(tmp_path, name, case_of(name).reply, target=4, **sets, input=str(DOCS), chunk="200")
    assert (done.result.state, len(done.rows)) == ("finished", 4), done.result
