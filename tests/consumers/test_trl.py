"""TRL 1.16.0: every row that goes out is trained on, and reads as we say it does."""

from __future__ import annotations

from typing import Any

import pytest
from consumer import asked
from written import CALLING, PAIRS, TALKS, Written, written

CASES: dict[str, tuple[str, list[dict[str, Any]]]] = {
    "trl-sft": ("sft", [*TALKS, CALLING]),
    "trl-prompt-completion": ("sft", [*TALKS, CALLING]),
    "messages": ("sft", TALKS),
    "openai": ("sft", TALKS),
    "together": ("sft", TALKS),
    "prompt-completion": ("sft", TALKS[:3]),
    "chatml": ("sft", TALKS),
    "text": ("sft", [{"text": "Tea is good."}, {"text": "Grüße ☂"}]),
    "trl-dpo": ("dpo", PAIRS),
    "dpo": ("dpo", PAIRS[:2]),
    "trl-reward": ("reward", PAIRS),
    "reward": ("reward", PAIRS[:2]),
    "trl-kto": ("kto", [{**talk, "label": n % 2 == 0} for n, talk in enumerate(TALKS)]),
    "kto": ("kto", [{**talk, "label": n % 2 == 0} for n, talk in enumerate(TALKS[:3])]),
    "trl-grpo": ("grpo", [{"input": "What is 2 plus 3?", "answer": "5"}, {"input": "And 3 plus 3?", "answer": "6"}]),
    "grpo": ("grpo", [{"input": "What is 2 plus 3?", "answer": "5"}, {"input": "And 3 plus 3?", "answer": "6"}]),
}  # fmt: skip


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Written]:
    folder = tmp_path_factory.mktemp("trl")
    return {name: written(folder, name, rows) for name, (_, rows) in CASES.items()}


@pytest.fixture(scope="module")
def said(files: dict[str, Written], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    cases = [{"name": name, "trainer": CASES[name][0], "path": str(file.path)} for name, file in files.items()]
    found: dict[str, Any] = asked("trl", "trl_trainers", cases, tmp_path_factory.mktemp("home"))
    return found


@pytest.mark.parametrize("name", CASES)
def test_every_row_is_trained_on(name: str, files: dict[str, Written], said: dict[str, Any]) -> None:
    assert (said[name]["rows"], said[name]["kept"]) == (files[name].rows_out, files[name].rows_out)


@pytest.mark.parametrize("name", ["trl-sft", "trl-prompt-completion", "messages", "openai", "together", "chatml"])
def test_conversations_read_as_ours(name: str, files: dict[str, Written], said: dict[str, Any]) -> None:
    end = "" if name == "chatml" else "\n"  # the template's; as text, it ends with the last mark
    assert said[name]["texts"]["input_ids"][: len(TALKS)] == [text + end for text in files[name].chatml(len(TALKS))]


def test_calls_of_tools_are_rendered(said: dict[str, Any]) -> None:
    assert "It is 4 C in Oslo." in said["trl-sft"]["texts"]["input_ids"][len(TALKS)]


def test_preferences_read_as_ours(said: dict[str, Any]) -> None:
    found = said["trl-dpo"]["texts"]
    assert [text.split("assistant\n")[-1] for text in found["chosen_ids"]][:1] == ["Hello, good to see you.<|im_end|>\n"]
