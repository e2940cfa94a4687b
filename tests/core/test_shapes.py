"""Which canonical shape a row has, and why it does not fit it."""

from __future__ import annotations

from typing import Any

import pytest

from rowsmith.core.shapes import Fit, fit, texts

SAID = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]


@pytest.mark.parametrize(
    ("data", "shape", "problem"),
    [
        ({"text": "a"}, "text", ""),
        ({"text": " "}, "text", "text is empty"),
        ({"text": 3}, "text", "text is not text"),
        ({"text": "a", "label": "x"}, "text, label", ""),
        ({"text": "a", "label": None}, "text, label", "label is empty"),
        ({"input": "a", "answer": "b"}, "input, answer", ""),
        ({"input": "a", "answer": ""}, "input, answer", "answer is empty"),
        ({"input": "a", "choices": ["x", "y"], "answer": 0}, "input, choices, answer", ""),
        ({"input": "a", "choices": ["x"], "answer": 0}, "input, choices, answer", "choices is no list of at least two"),
        ({"input": "a", "chosen": "b", "rejected": "c"}, "input, chosen, rejected", ""),
        ({"input": SAID, "chosen": SAID, "rejected": SAID}, "input, chosen, rejected", ""),
        ({"input": "a", "chosen": "b", "rejected": ""}, "input, chosen, rejected", "rejected is empty"),
        ({"messages": SAID}, "messages", ""),
        ({"messages": []}, "messages", "messages is no list of messages"),
        ({"messages": [{"role": "bot", "content": "x"}]}, "messages", "messages has a message without a known role"),
        ({"messages": [{"role": "user", "content": ""}]}, "messages", "messages has a message that says nothing"),
        ({"messages": [{"role": "assistant", "tool_calls": [1]}]}, "messages", ""),
        ({"question": "a"}, "other", ""),
        ({}, "other", ""),
    ],
)
def test_shapes(data: dict[str, Any], shape: str, problem: str) -> None:
    assert fit(data) == Fit(shape, problem)


def test_texts_are_what_is_said_and_not_who_says_it() -> None:
    assert texts({"messages": SAID, "n": 3, "more": {"type": "text", "text": "yes"}, "id": "x"}) == ["Hi", "Hello", "yes", "x"]
    assert texts(None) == texts(4) == texts([]) == []
