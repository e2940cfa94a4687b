from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rowsmith.llm.thoughts import Spoken, spoken, without_thoughts

JSON = '{"a": "b"}'


@pytest.mark.parametrize(
    "text",
    [
        f'<think>So {{"a": "draft"}}.</think>\n\n{JSON}',
        f"\n<thinking>x</thinking>{JSON}",
        f"<Reasoning>x</Reasoning>{JSON}",
        f"<think></think>{JSON}",
        f"<think>one</think> <think>two</think>{JSON}",
        f"[THINK]x[/THINK]{JSON}",
        f"◁think▷x◁/think▷{JSON}",
        f"<seed:think>x</seed:think>{JSON}",
        f"<|START_THINKING|>x<|END_THINKING|>{JSON}",
        f'The user wants {{"a": "draft"}}, so:\n</think>\n\n{JSON}',
        f"Let me see.\n<think>x</think>\n{JSON}",
        f"<think>A tag like </think> ends it, and then</think>{JSON}",
        f"<|channel|>analysis<|message|>x {{}}<|end|><|start|>assistant<|channel|>final<|message|>{JSON}<|return|>",
        f"<|start|>assistant<|channel|>analysis<|message|>x<|end|><|start|>assistant<|channel|>final <|constrain|>json<|message|>{JSON}",
        f"<|channel|>analysis<|message|>x<|end|><|start|>assistant<|channel|>commentary to=functions.f <|constrain|>json<|message|>{JSON}<|call|>",
        f'analysisWe need {{"a": 1}}.assistantfinal{JSON}',
    ],
)
def test_the_answer_begins_after_the_thoughts(text: str) -> None:
    said = spoken(text)
    assert said.answer.strip() == JSON
    assert said.thought
    assert not said.open


@pytest.mark.parametrize(
    "text",
    [
        JSON,
        f"Sure: {JSON}",
        '{"a": "What does </think> close?"}',
        '```json\n{"a": "</think>"}\n```',
        f"{JSON}\n<think>Was that right?</think>",
        "analysis: x",
    ],
)
def test_what_is_no_thought_stays(text: str) -> None:
    assert spoken(text) == Spoken(text)


@pytest.mark.parametrize("text", [f"<think>So {JSON} or", f"Hm. <think>So {JSON}", "<|channel|>analysis<|message|>x", "<think>"])
def test_a_thought_that_is_never_closed_is_told(text: str) -> None:
    assert spoken(text).open


def test_tags_of_the_answers_own_fields_are_no_thoughts() -> None:
    text = "<reasoning>x</reasoning><answer>y</answer>"
    assert spoken(text).answer == "<answer>y</answer>"
    assert spoken(text, frozenset({"reasoning", "answer"})) == Spoken(text)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("<think>x</think>\n\nParis.", "Paris."),
        ("x\ny\n</think>\n\nParis.", "Paris."),
        ("<|channel|>analysis<|message|>x<|end|><|start|>assistant<|channel|>final<|message|>Paris.", "Paris."),
        ("<reasoning>Asked for.</reasoning>Paris.", "<reasoning>Asked for.</reasoning>Paris."),
        ("The tag </think> closes a thought.", "The tag </think> closes a thought."),
        ("In a template:\n<think>\nx\n</think>\nis a thought.", "In a template:\n<think>\nx\n</think>\nis a thought."),
        (" Paris.\n", " Paris.\n"),
        ("<think>x", ""),
    ],
)
def test_a_plain_text_loses_what_templates_mark(text: str, answer: str) -> None:
    assert without_thoughts(text).answer == answer


@given(st.text("<>/think[]THINK {}a\n", max_size=80))
def test_an_answer_is_the_end_of_its_text(text: str) -> None:
    assert text.endswith(spoken(text).answer)
    assert text.endswith(without_thoughts(text).answer)


@pytest.mark.parametrize(
    "unit", ["<think>", "</think>", "<think></think>", "<think", "<|channel|>", "<|channel|>a<|message|>", "analysis", " ", "[THINK] "]
)
def test_nothing_takes_long(unit: str) -> None:
    text = unit * (1_000_000 // len(unit))
    start = time.process_time()
    spoken(text)
    without_thoughts(text)
    spoken(f"analysis {text}")
    assert time.process_time() - start < 5
