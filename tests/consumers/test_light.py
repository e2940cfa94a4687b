"""Readers without a training stack: datasets 5.2.0, the types of OpenAI 3.51.0 and Google 3.3.0, Together 3.1.1, langchain-core 1.7.2."""

from __future__ import annotations

from typing import Any

import pytest
from consumer import asked
from written import CALLING, PAIRS, TALKS, Written, records, written

TEXTS = [{"text": "Tea is good."}, {"text": "Grüße\n☂"}]
LABELLED = [{**talk, "label": n % 2 == 0} for n, talk in enumerate(TALKS)]
SINGLE = TALKS[:3]
CHOICES = [{"input": "Where?", "choices": ["Oslo", "Rome"], "answer": "Rome"}, {"input": "2+3?", "choices": ["4", "5", "6"], "answer": 1}]
CLASSES = [{"text": "Great service", "label": "good"}, {"text": "Never again", "label": "bad"}]
GOALS = [{"input": "What is 2 plus 3?", "answer": "5"}, {"input": "And 3 plus 3?", "answer": "6"}]

LOADED: dict[str, list[dict[str, Any]]] = {
    "alpaca": SINGLE, "sharegpt": TALKS, "openai": [*TALKS, CALLING], "messages": [*TALKS, CALLING], "chatml": TALKS, "text": TEXTS,
    "prompt-completion": SINGLE, "dpo": PAIRS[:2], "kto": LABELLED[:3], "reward": PAIRS[:2], "grpo": GOALS, "mcq": CHOICES,
    "classification": CLASSES, "input-answer": SINGLE, "input-answer-csv": SINGLE, "trl-sft": [*TALKS, CALLING],
    "trl-prompt-completion": [*TALKS, CALLING], "trl-dpo": PAIRS, "trl-kto": LABELLED, "trl-reward": PAIRS, "trl-grpo": GOALS,
    "unsloth": TALKS, "torchtune": TALKS, "together": TALKS, "nova": TALKS, "gemini": TALKS,
}  # fmt: skip
OTHERS: dict[str, tuple[str, str, list[dict[str, Any]]]] = {
    "openai, by its types": ("openai", "openai", [*TALKS, CALLING]),
    "openai-preference, by its types": ("openai", "openai-preference", PAIRS),
    "gemini, by its types": ("gemini", "gemini", TALKS),
    "gemini-preference, by its types": ("gemini", "gemini-preference", PAIRS),
    "together, by its check": ("together", "together", TALKS),
    "langchain": ("langchain", "langchain", [*TALKS, CALLING]),
    "langchain-documents": ("langchain", "langchain-documents", TEXTS),
}  # fmt: skip
NAMES = [*LOADED, *OTHERS]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Written]:
    folder = tmp_path_factory.mktemp("light")
    loaded = {name: written(folder, name, rows) for name, rows in LOADED.items()}
    return loaded | {name: written(folder, format, rows, name=name.replace(", ", "-")) for name, (_, format, rows) in OTHERS.items()}


@pytest.fixture(scope="module")
def said(files: dict[str, Written], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    cases = []
    for name, file in files.items():
        kind = "csv" if file.path.suffix == ".csv" else "json"
        cases.append({"name": name, "path": str(file.path), "kind": kind, "reader": OTHERS[name][0] if name in OTHERS else "datasets"})
    found: dict[str, Any] = asked("light", "light", cases, tmp_path_factory.mktemp("home"))
    return found


@pytest.mark.parametrize("name", NAMES)
def test_every_row_that_goes_out_is_read(name: str, files: dict[str, Written], said: dict[str, Any]) -> None:
    assert said[name]["kept"] == files[name].rows_out, said[name]


@pytest.mark.parametrize("name", [name for name in LOADED if name != "input-answer-csv"])
def test_what_datasets_reads_is_what_was_written(name: str, files: dict[str, Written], said: dict[str, Any]) -> None:
    assert [_without_holes(row) for row in said[name]["rows"]] == [_without_holes(line) for line in records(files[name].path)]


def test_langchain_reads_who_speaks_and_what(said: dict[str, Any]) -> None:
    assert said["langchain"]["rows"][3] == [["system", "Be brief."], ["human", "Weather in Oslo?"], ["ai", "4 °C."]]
    assert [kind for kind, _ in said["langchain"]["rows"][len(TALKS)]] == ["human", "ai", "tool", "ai"]
    assert [text for text, *_ in said["langchain-documents"]["rows"]] == [one["text"] for one in TEXTS]


def test_google_reads_who_speaks_and_what(said: dict[str, Any]) -> None:
    assert said["gemini, by its types"]["rows"][0] == [["user", "What is 2 plus 3?"], ["model", "2 plus 3 is 5."]]
    assert said["gemini-preference, by its types"]["rows"][0] == ["Greet me", [[1.0, "Hello, good to see you."], [0.0, "What?"]]]


def _without_holes(value: Any) -> Any:
    """A column that one row has is None in the others."""
    if isinstance(value, dict):
        return {name: _without_holes(part) for name, part in value.items() if part is not None}
    return [_without_holes(part) for part in value] if isinstance(value, list) else value
