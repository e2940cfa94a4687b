"""OpenAI's lines hold conversations whole."""

from __future__ import annotations

import pytest
from chat_rows import ASKS, CALL, CALLS, ODD, RESULT, SAYS, SYSTEM, TOOLS, chat, reason, row

from rowsmith.core.row import Row
from rowsmith.formats.openai import FORMAT


def test_a_pair_becomes_two_messages() -> None:
    record = FORMAT.row(row(input="2+3?", answer="5"))
    assert record == {"messages": [{"role": "user", "content": "2+3?"}, {"role": "assistant", "content": "5"}]}


def test_system_turns_tools_and_weights_stay() -> None:
    messages = [SYSTEM, ASKS, CALLS, RESULT, {**SAYS, "weight": 0}]
    record = FORMAT.row(chat(*messages, tools=TOOLS))
    assert record == {"messages": [SYSTEM, ASKS, {**CALLS, "content": ""}, RESULT, {**SAYS, "weight": 0}], "tools": TOOLS}
    assert FORMAT.lost(chat(*messages, tools=TOOLS)) == []


def test_arguments_become_json_text() -> None:
    call = {**CALL, "function": {"name": "weather", "arguments": {"city": "Oslo"}}}
    record = FORMAT.row(chat(ASKS, {**CALLS, "tool_calls": [call]}, RESULT, SAYS))
    assert record["messages"][1]["tool_calls"] == [CALL]


@pytest.mark.parametrize(("why", "bad"), [
    *ODD.items(),
    ("tool_calls", chat(ASKS, CALLS, {"role": "tool", "content": "4 C"}, SAYS)),
    ("tool_calls", chat({**ASKS, "tool_calls": [CALL]}, SAYS)),
    ("tool_calls", chat(ASKS, {**CALLS, "tool_calls": [{"function": CALL["function"]}]}, RESULT, SAYS)),
    ("not_text", chat({**ASKS, "content": 5}, SAYS)),
])  # fmt: skip
def test_rows_it_cannot_hold(why: str, bad: Row) -> None:
    assert reason(FORMAT, bad) == why


def test_what_is_lost_is_named() -> None:
    assert FORMAT.lost(chat(ASKS, {**SAYS, "thinking": "hm"}, topic="x")) == ["topic", "messages.thinking"]
