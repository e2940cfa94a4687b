"""TRL's formats: always messages, arguments as mappings, never null."""

from __future__ import annotations

import pytest
from chat_rows import ASKS, CALL, CALL2, CALLS, CHOSEN, ODD, PARALLEL, REJECTED, RESULT, SAYS, SYSTEM, TOOLS, WEATHER, chat, pair, reason, row

from rowsmith.core.row import Row
from rowsmith.formats import built_in

CALLED = {**CALL, "function": {"name": "weather", "arguments": WEATHER}}
CALLING = {"role": "assistant", "content": "", "tool_calls": [CALLED]}
TOLD = {**RESULT, "name": "weather"}


def test_sft_holds_conversations_whole() -> None:
    format = built_in("trl-sft")
    thought = {**SAYS, "thinking": "cold"}
    record = format.row(chat(SYSTEM, ASKS, *PARALLEL, {**thought, "weight": 0}, tools=TOOLS))
    both = {"role": "assistant", "content": "", "tool_calls": [CALLED, CALL2]}
    time = {"role": "tool", "content": "12:00", "tool_call_id": "c2", "name": "time"}
    assert record == {"messages": [SYSTEM, ASKS, both, TOLD, time, thought], "tools": TOOLS}
    assert format.lost(chat(ASKS, {**thought, "weight": 0}, topic="x", tools=TOOLS)) == ["topic", "messages.weight"]
    assert format.row(row(input="2+3?", answer="5"))["messages"] == [{"role": "user", "content": "2+3?"}, {"role": "assistant", "content": "5"}]


def test_parts_of_text_are_joined_and_ids_are_not_made_up() -> None:
    parts = {"role": "user", "content": [{"type": "text", "text": "Weather "}, {"type": "text", "text": "in Oslo?"}]}
    bare = {"role": "assistant", "tool_calls": [{"function": CALL["function"]}]}
    messages = built_in("trl-sft").row(chat(parts, bare, {"role": "tool", "content": "4 C"}, SAYS))["messages"]
    assert messages[0] == ASKS
    assert messages[1]["tool_calls"] == [{"type": "function", "function": CALLED["function"]}]
    assert messages[2] == {"role": "tool", "content": "4 C"}


@pytest.mark.parametrize("tools", [TOOLS, '[{"type":"function","function":{"name":"weather","parameters":{"type":"object"}}}]'])
def test_tools_are_a_list_also_from_text(tools: object) -> None:
    assert built_in("trl-sft").row(row(input="a", answer="b", tools=tools))["tools"] == TOOLS


def test_the_last_message_is_the_completion() -> None:
    format = built_in("trl-prompt-completion")
    record = format.row(chat(SYSTEM, ASKS, CALLS, RESULT, SAYS, tools=TOOLS))
    assert record == {"prompt": [SYSTEM, ASKS, CALLING, TOLD], "completion": [SAYS], "tools": TOOLS}
    assert format.row(chat(ASKS, CALLS))["completion"] == [CALLING]
    assert format.lost(row(input="a", answer="b", note="n")) == ["note"]


@pytest.mark.parametrize("name", ["trl-prompt-completion", "trl-kto"])
@pytest.mark.parametrize("bad", [chat(SAYS, label=True), chat(SYSTEM, SAYS, label=True), chat(ASKS, SAYS, SAYS, label=True)])
def test_a_prompt_ends_with_the_user_or_a_tool(name: str, bad: Row) -> None:
    assert reason(built_in(name), bad) == "turn_order"


def test_dpo() -> None:
    format = built_in("trl-dpo")
    assert format.row(pair()) == {"prompt": [ASKS], "chosen": [CHOSEN], "rejected": [REJECTED]}
    record = format.row(pair([SYSTEM, ASKS], [CALLS, RESULT, SAYS], [REJECTED], tools=TOOLS))
    assert record == {"prompt": [SYSTEM, ASKS], "chosen": [CALLING, TOLD, SAYS], "rejected": [REJECTED], "tools": TOOLS}
    assert format.lost(pair(judge="x", rejected=[{**REJECTED, "weight": 1}])) == ["judge", "rejected.weight"]


def test_an_answer_after_a_tool_s_result() -> None:
    record = built_in("trl-dpo").row(pair([ASKS, CALLS, RESULT]))
    assert record["prompt"] == [ASKS, CALLING, TOLD]


def test_kto() -> None:
    format = built_in("trl-kto")
    assert format.row(chat(SYSTEM, ASKS, SAYS, label=False, tools=TOOLS)) == {
        "prompt": [SYSTEM, ASKS], "completion": [SAYS], "label": False, "tools": TOOLS,
    }  # fmt: skip
    assert format.lost(chat(ASKS, SAYS, label=False, n=1)) == ["n"]


def test_reward_has_whole_conversations() -> None:
    record = built_in("trl-reward").row(pair([ASKS, CALLS, RESULT], tools=TOOLS))
    assert record == {"chosen": [ASKS, CALLING, TOLD, CHOSEN], "rejected": [ASKS, CALLING, TOLD, REJECTED], "tools": TOOLS}
    assert built_in("trl-reward").lost(pair(judge="x")) == ["judge"]


def test_grpo_has_the_prompt_and_every_further_column() -> None:
    format = built_in("trl-grpo")
    assert format.row(row(input="2+3?", answer="5", tests=[{"a": 1}])) == {
        "prompt": [{"role": "user", "content": "2+3?"}], "answer": "5", "tests": [{"a": 1}],
    }  # fmt: skip
    assert format.row(chat(SYSTEM, ASKS, CALLS, RESULT, SAYS)) == {"prompt": [SYSTEM, ASKS, CALLING, TOLD], "answer": "4 C."}
    assert format.row(row(input=[SYSTEM, ASKS], level=3)) == {"prompt": [SYSTEM, ASKS], "level": 3}
    assert format.lost(row(input=[{**ASKS, "weight": 1}], steps=[{"weight": 1}])) == ["input.weight"]


@pytest.mark.parametrize("column", ["prompts", "completions", "completion", "completion_ids", "trainer_state", "images"])
def test_a_column_that_trl_would_take_for_its_own_is_refused(column: str) -> None:
    assert reason(built_in("trl-grpo"), row(**{"input": "a", column: "b"})) == "columns"
    assert built_in("grpo").row(row(**{"input": "a", column: "b"}))[column] == "b"


@pytest.mark.parametrize(("why", "bad"), [
    *ODD.items(),
    ("not_text", chat({"role": "user", "content": [{"type": "image_url", "image_url": {}}]}, SAYS)),
    ("tool_calls", chat({**ASKS, "tool_calls": [CALL]}, SAYS)),
    ("tool_calls", chat(ASKS, {**CALLS, "tool_calls": "weather"}, RESULT, SAYS)),
    ("tool_calls", chat(ASKS, {**CALLS, "tool_calls": [{"function": {"name": "f", "arguments": "{"}}]}, RESULT, SAYS)),
    ("tool_calls", chat(ASKS, {**CALLS, "tool_calls": [{"function": {"name": "f", "arguments": [1]}}]}, RESULT, SAYS)),
    ("tools", chat(ASKS, SAYS, tools="no JSON")),
    ("tools", chat(ASKS, SAYS, tools=["weather"])),
])  # fmt: skip
def test_rows_they_cannot_hold(why: str, bad: Row) -> None:
    assert reason(built_in("trl-sft"), bad) == reason(built_in("trl-prompt-completion"), bad) == why
