"""What defines the recipes that make instructions of few or none: heads of turns alone, evolved and eliminated questions, pools that grow in rounds,
tasks that are thought out first."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from case import Voice, usual
from running import Bench
from scripted.evol_instruct import given
from scripted.magpie import asks

from catalogue import carried_out, case_of, settings
from rowsmith.core.errors import Invalid
from rowsmith.testing import Request

HEAD = "<|im_start|>user\n"


# -- magpie ---------------------------------------------------------------------------------------------------------------------------------------


def test_a_model_is_sent_the_head_of_a_users_turn_and_nothing_else(tmp_path: Path) -> None:
    asked: list[Request] = []
    _, rows = carried_out("magpie", tmp_path, asked=asked)
    heads = [request for request in asked if request.raw and request.data["temperature"] == 1.0]
    assert {request.prompt for request in heads} == {HEAD} and {request.data["top_p"] for request in heads} == {1.0}
    answers = [request for request in asked if request.raw and request.data["temperature"] == 0]
    for row in rows:
        question, answer = row.data["messages"]
        assert (question["role"], answer["role"]) == ("user", "assistant")
        sent = f"{HEAD}{question['content']}<|im_end|>\n<|im_start|>assistant\n"
        assert [request.prompt for request in answers].count(sent) == 1
    assert {request.data["stop"][0] for request in (*heads, *answers)} == {"<|im_end|>"}


def test_further_turns_begin_with_the_next_head_and_a_system_prompt_steers_what_is_asked_alone(tmp_path: Path) -> None:
    asked: list[Request] = []
    _, rows = carried_out("magpie", tmp_path, asked=asked, exchanges="2", systems="[You are asked about bees alone.]", target="3")
    system = "<|im_start|>system\nYou are asked about bees alone.<|im_end|>\n"
    for row in rows:
        turns = row.data["messages"]
        assert [turn["role"] for turn in turns] == ["user", "assistant"] * 2 and "bees alone" not in str(row.data)
        before = "".join(f"<|im_start|>{turn['role']}\n{turn['content']}<|im_end|>\n" for turn in turns[:2])
        assert f"{system}{before}{HEAD}" in {request.prompt for request in asked if asks(request)}
    assert not any("bees" in request.prompt for request in asked if request.raw and not asks(request))


def test_tags_decide_and_each_says_why(tmp_path: Path) -> None:
    result, rows = carried_out("magpie", tmp_path, least="5", easiest="2", hardest="4", left_out="coding", target="4", draws="60")
    assert all(row.data["quality"] == "excellent" and row.data["difficulty"] in ("easy", "medium", "hard") for row in rows)
    assert all(re.search(r"Level [234], grade 5", row.data["messages"][0]["content"]) for row in rows)
    assert result.dropped["quality"] > 0 and result.dropped["difficulty"] > 0
    chosen = "information seeking, reasoning, planning, editing, mathematics, role play, data analysis, creative writing, advice, brainstorming, other"
    result, rows = carried_out("magpie", tmp_path / "tasks", left_out=chosen, target="2", draws="60")
    assert {row.data["task"] for row in rows} == {"coding"} and result.dropped["task"] > 0


def test_questions_that_are_near_to_one_another_are_left_out(tmp_path: Path) -> None:
    def same(request: Request) -> Any:
        return f"{'How' if request.nth % 2 else 'Say how'} do bees sleep in the winter months, and where? Level 3, grade 5." if asks(request) else None

    result, _ = carried_out("magpie", tmp_path, answers=same, kept=1, target="3")
    assert result.dropped["semantic_duplicate"] > 0


def test_a_server_without_raw_completions_is_told_with_the_fix(tmp_path: Path) -> None:
    case = case_of("magpie")
    with Bench(tmp_path, lambda request: case.reply(request) or usual(request)) as bench:
        sets, runs = settings("magpie", case, bench.server.url), bench.lab.project("default").runs
        for model, what in (("ollama/llama3.2", "Ollama has no raw completions"), ("anthropic/claude-haiku-4-5", "cannot be asked by raw")):
            with pytest.raises(Invalid) as caught:
                runs.start("magpie", sets={**sets, "model": model}, target=2)
            assert what in str(caught.value) and "vllm" in str(caught.value)
        with pytest.raises(Invalid, match="No template is called 'lama'"):
            runs.start("magpie", sets={**sets, "template": "lama"}, target=2)
        bench.server.change(raw=False)
        result = runs.start("magpie", sets=sets, target=2)
        assert (result.state, result.kept) == ("paused", 0)
        assert "no raw completions at that address" in result.reason and "vLLM" in result.reason


# -- evol-instruct --------------------------------------------------------------------------------------------------------------------------------

OPERATIONS = {
    "constraints": "add one more constraint", "deepening": "go deeper", "concretising": "put specific notions", "reasoning": "several steps of reasoning",
    "complicating": "let it come with input", "breadth": "wholly new",
}  # fmt: skip


def evolving(request: Request) -> bool:
    """Whether an instruction is to evolve."""
    return bool(request.schema) and "input" in (request.schema or {})["properties"]


def test_each_round_draws_an_operation_which_the_row_knows(tmp_path: Path) -> None:
    asked: list[Request] = []
    _, rows = carried_out("evol-instruct", tmp_path, asked=asked)
    assert {row.data["operation"] for row in rows} == set(OPERATIONS) and {row.data["round"] for row in rows} == {1, 2, 3, 4}
    for row in rows:
        assert any(given(request) == row.data["parent"] and OPERATIONS[row.data["operation"]] in request.text for request in asked if evolving(request))
    _, again = carried_out("evol-instruct", tmp_path / "again")
    assert [row.data["operation"] for row in again] == [row.data["operation"] for row in rows]
    _, wide = carried_out("evol-instruct", tmp_path / "wide", operations="{breadth: 1}", rounds="2", target="20")
    assert {row.data["operation"] for row in wide} == {"breadth"} and {row.data["round"] for row in wide} == {1, 2}


def test_what_has_evolved_evolves_further_and_grows_from_its_seed(tmp_path: Path) -> None:
    _, rows = carried_out("evol-instruct", tmp_path, operations="{constraints: 1}")
    of_round = {(row.data["seed"], row.data["round"]): row.data for row in rows}
    chained = [(said, of_round[seed, number - 1]) for (seed, number), said in of_round.items() if (seed, number - 1) in of_round]
    assert chained and all(said["parent"] == before["input"] and said["input"].startswith(said["seed"].rstrip("?.")) for said, before in chained)
    assert all(said["parent"] == said["seed"] for (_, number), said in of_round.items() if number == 1)


@pytest.mark.parametrize(
    ("reason", "field", "said"),
    [
        ("sorry", "", "I am sorry, I cannot tell."),
        ("says_nothing", "", "It is... the one, and to!"),
        ("copied_words", "input", {"input": "Here is the rewritten instruction: which jetty leads to the quarry?"}),
        ("equal", "holds", {"reason": "Both ask for the same.", "holds": True}),
    ],
)
def test_what_has_not_evolved_is_eliminated_with_its_reason_and_its_parent_tried_again(reason: str, field: str, said: Any, tmp_path: Path) -> None:
    def answers(request: Request) -> Any:
        fields = request.schema["properties"] if request.schema else {}
        return said if (field in fields if field else not fields) else None

    asked: list[Request] = []
    result, _ = carried_out("evol-instruct", tmp_path, answers=answers, asked=asked, kept=0, target="4", rounds="2")
    assert result.dropped[reason] > 0 and set(result.dropped) == {reason, "skipped"}
    seeds = {given(request) for request in asked if evolving(request)}
    assert all(len([1 for request in asked if evolving(request) and given(request) == seed]) >= 2 for seed in seeds)
    if reason != "equal":
        assert not any("holds" in str(request.schema) for request in asked)


def test_a_long_answer_that_says_sorry_is_an_answer(tmp_path: Path) -> None:
    def answers(request: Request) -> Any:
        return None if request.schema else f"Sorry to say it so bluntly. {Voice(request.chance).sentence(90)} It is so."

    result, rows = carried_out("evol-instruct", tmp_path, answers=answers, target="6")
    assert all("Sorry" in row.data["answer"] for row in rows) and "sorry" not in result.dropped
