"""ShareGPT holds conversations that take turns, tools by the convention of LLaMA-Factory."""

from __future__ import annotations

import json

import pytest
from chat_rows import ASKS, CALL, CALLS, ODD, RESULT, SAYS, SYSTEM, TOOLS, chat, reason, row

from rowsmith.core.row import Row
from rowsmith.formats.sharegpt import FORMAT


def test_a_pair_and_many_turns() -> None:
    assert FORMAT.row(row(input="2+3?", answer="5")) == {"conversations": [{"from": "human", "value": "2+3?"}, {"from": "gpt", "value": "5"}]}
    turns = FORMAT.row(chat(SYSTEM, ASKS, SAYS, ASKS, SAYS))["conversations"]
    assert [turn["from"] for turn in turns] == ["system", "human", "gpt", "human", "gpt"]


def test_tools() -> None:
    record = FORMAT.row(chat(ASKS, CALLS, RESULT, SAYS, tools=TOOLS))
    assert [turn["from"] for turn in record["conversations"]] == ["human", "function_call", "observation", "gpt"]
    assert json.loads(record["conversations"][1]["value"]) == {"name": "weather", "arguments": {"city": "Oslo"}}
    assert json.loads(record["tools"]) == TOOLS


def test_parallel_calls_and_their_results_are_one_turn_each() -> None:
    both = {**CALLS, "tool_calls": [CALL, {**CALL, "id": "c2"}]}
    turns = FORMAT.row(chat(ASKS, both, RESULT, {**RESULT, "content": "5 C"}, SAYS))["conversations"]
    assert [turn["from"] for turn in turns] == ["human", "function_call", "observation", "gpt"]
    assert len(json.loads(turns[1]["value"])) == 2
    assert json.loads(turns[2]["value"]) == ["4 C", "5 C"]


@pytest.mark.parametrize(("why", "bad"), [
    *ODD.items(),
    ("turn_order", chat(SAYS)),
    ("turn_order", chat(ASKS, ASKS, SAYS)),
    ("turn_order", chat(ASKS, SYSTEM, SAYS)),
    ("tool_calls", chat(ASKS, {**CALLS, "content": "Let me look."}, RESULT, SAYS)),
    ("tool_calls", chat(ASKS, {**CALLS, "tool_calls": [{"function": {"name": "f", "arguments": "{"}}]}, RESULT, SAYS)),
    ("tool_calls", chat(ASKS, {**CALLS, "tool_calls": ["weather"]}, RESULT, SAYS)),
])  # fmt: skip
def test_rows_it_cannot_hold(why: str, bad: Row) -> None:
    assert reason(FORMAT, bad) == why


def test_what_is_lost_is_named() -> None:
    assert FORMAT.lost(chat({**ASKS, "name": "Ann"}, SAYS, label="x")) == ["label", "messages.name"]
