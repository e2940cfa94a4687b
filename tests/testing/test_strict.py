"""The rules of turns with tool calls, which no list of fields can say."""

from __future__ import annotations

from typing import Any

import pytest

from rowsmith.testing.strict import broken

USER = {"role": "user", "content": "?"}
CALL = {"role": "assistant", "content": None, "tool_calls": [{"id": "call1", "function": {"name": "f", "arguments": "{}"}}]}
RESULT = {"role": "tool", "tool_call_id": "call1", "content": "no"}
USE = {"role": "assistant", "content": [{"type": "tool_use", "id": "call1", "name": "f", "input": {}}]}
ANSWER = {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "call1", "content": "no"}]}


def wrong(rule: str, *messages: dict[str, Any]) -> list[str]:
    return [why for _, why in broken(rule, {"messages": list(messages)})]


@pytest.mark.parametrize("messages", [[USER], [USER, CALL, RESULT], [USER, USE, ANSWER], [USER, CALL, RESULT, USER]])
def test_calls_with_their_results_are_taken(messages: list[Any]) -> None:
    assert wrong("answered_calls", *messages) == []


@pytest.mark.parametrize(
    ("messages", "why"),
    [
        ([USER, CALL], "did not have response messages: call1"),
        ([USER, CALL, USER], "did not have response messages: call1"),
        ([USER, USE, USER], "did not have response messages: call1"),
        ([USER, RESULT], "must be a response to a preceding message"),
        ([USER, ANSWER], "must be a response to a preceding message"),
        ([USER, {**CALL, "tool_calls": [{"id": "call1", "function": {"name": "f", "arguments": "{"}}]}, RESULT], "no JSON"),
    ],
)
def test_others_are_not(messages: list[Any], why: str) -> None:
    assert any(why in said for said in wrong("answered_calls", *messages))


@pytest.mark.parametrize(("name", "taken"), [("call1", False), ("answer001", True), ("answer_01", False)])
def test_ids_of_nine_characters(name: str, taken: bool) -> None:
    call = {"role": "assistant", "tool_calls": [{"id": name, "function": {"name": "f", "arguments": "{}"}}]}
    assert (wrong("nine_characters", USER, call) == []) is taken
