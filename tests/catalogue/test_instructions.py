"""What defines the recipes that make instructions of few or none: heads of turns alone, evolved and eliminated questions, pools that grow in rounds,
tasks that are thought out first."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from case import Voice, usual
from running import Bench
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
