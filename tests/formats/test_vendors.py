"""Formats of trainers and of vendors who tune models, each with its own names and its own rules of turns."""

from __future__ import annotations

import pytest
from chat_rows import ASKS, CALL, CALLS, CHOSEN, ODD, PARALLEL, REJECTED, RESULT, SAYS, SYSTEM, TOOLS, chat, pair, reason, row

from rowsmith.core.row import Row
from rowsmith.formats import built_in

LONG = chat(SYSTEM, ASKS, SAYS, ASKS, SAYS)
ALTERNATING = ["torchtune", "together", "nova", "gemini"]


def test_unsloth_has_messages_of_two_keys() -> None:
    format = built_in("unsloth")
    assert format.row(chat(SYSTEM, ASKS, {**SAYS, "weight": 1})) == {"conversations": [SYSTEM, ASKS, SAYS]}
    assert format.row(row(input="é?", answer="ü"))["conversations"][1] == {"role": "assistant", "content": "ü"}
    assert format.lost(chat(ASKS, {**SAYS, "weight": 1}, n=1)) == ["n", "messages.weight"]


@pytest.mark.parametrize("name", ["torchtune", "together"])
def test_torchtune_and_together(name: str) -> None:
    assert built_in(name).row(LONG) == {"messages": [SYSTEM, ASKS, SAYS, ASKS, SAYS]}
    assert built_in(name).row(chat({**SYSTEM, "role": "developer"}, ASKS, SAYS))["messages"][0] == SYSTEM
    assert built_in(name).lost(chat(ASKS, {**SAYS, "weight": 1}, n=1)) == ["n", "messages.weight"]


def test_nova() -> None:
    format = built_in("nova")
    turns = [{"role": "user", "content": [{"text": "Weather in Oslo?"}]}, {"role": "assistant", "content": [{"text": "4 C."}]}]
    assert format.row(LONG) == {"schemaVersion": "bedrock-conversation-2024", "system": [{"text": "Be brief."}], "messages": turns * 2}
    assert format.row(chat(ASKS, SAYS)) == {"schemaVersion": "bedrock-conversation-2024", "messages": turns}
    assert format.lost(row(input="a", answer="b", n=1)) == ["n"]


def test_gemini() -> None:
    format = built_in("gemini")
    turns = [{"role": "user", "parts": [{"text": "Weather in Oslo?"}]}, {"role": "model", "parts": [{"text": "4 C."}]}]
    assert format.row(LONG) == {"systemInstruction": {"role": "system", "parts": [{"text": "Be brief."}]}, "contents": turns * 2}
    assert format.row(chat(ASKS, SAYS)) == {"contents": turns}
    assert format.lost(row(input="a", answer="b", n=1)) == ["n"]


@pytest.mark.parametrize("name", [*ALTERNATING, "unsloth"])
@pytest.mark.parametrize(("why", "bad"), [
    *ODD.items(),
    ("tool_calls", chat(ASKS, CALLS, RESULT, SAYS)),
    ("tool_calls", chat(ASKS, SAYS, tools=TOOLS)),
    ("empty_message", chat({**ASKS, "content": None}, SAYS)),
    ("not_text", chat({"role": "user", "content": [{"type": "image_url", "image_url": {}}]}, SAYS)),
])  # fmt: skip
def test_rows_without_a_place_for_tools(name: str, why: str, bad: Row) -> None:
    assert reason(built_in(name), bad) == why


@pytest.mark.parametrize("name", ALTERNATING)
@pytest.mark.parametrize("bad", [chat(SAYS), chat(SYSTEM, SAYS), chat(ASKS, ASKS, SAYS), chat(ASKS, SYSTEM, SAYS), chat(SYSTEM, SYSTEM, ASKS, SAYS)])
def test_user_and_assistant_take_turns(name: str, bad: Row) -> None:
    assert reason(built_in(name), bad) == "turn_order"


def test_gemini_preference() -> None:
    format = built_in("gemini-preference")
    completions = [
        {"score": 1.0, "completion": {"role": "model", "parts": [{"text": "4 °C. ☂"}]}},
        {"score": 0.0, "completion": {"role": "model", "parts": [{"text": "Dunno."}]}},
    ]
    contents = [{"role": "user", "parts": [{"text": "Weather in Oslo?"}]}]
    assert format.row(pair()) == {"contents": contents, "completions": completions}
    record = format.row(pair([SYSTEM, ASKS, SAYS, ASKS]))
    assert record["system_instruction"] == {"role": "system", "parts": [{"text": "Be brief."}]}
    assert [content["role"] for content in record["contents"]] == ["user", "model", "user"]
    assert reason(format, pair(chosen=[CHOSEN, ASKS, SAYS])) == "extra_turns"
    assert reason(format, pair([ASKS, ASKS])) == "turn_order"
    assert reason(format, pair(tools=TOOLS)) == "tool_calls"
    assert format.lost(pair(judge="x", chosen=[{**CHOSEN, "weight": 1}])) == ["judge", "chosen.weight"]


def test_openai_preference() -> None:
    format = built_in("openai-preference")
    assert format.row(pair()) == {"input": {"messages": [ASKS]}, "preferred_output": [CHOSEN], "non_preferred_output": [REJECTED]}
    record = format.row(pair([SYSTEM, ASKS, *PARALLEL], [{**CHOSEN, "weight": 1}], tools=TOOLS))
    assert record["input"]["tools"] == TOOLS
    assert [call["function"]["arguments"] for call in record["input"]["messages"][2]["tool_calls"]] == ['{"city":"Oslo"}', '{"zone":"CET"}']
    assert record["preferred_output"] == [CHOSEN]
    assert format.row(pair(chosen=[CALLS]))["preferred_output"] == [{"role": "assistant", "content": "", "tool_calls": [CALL]}]
    assert reason(format, pair(chosen=[CHOSEN, ASKS, SAYS])) == "extra_turns"
    assert format.lost(pair(judge="x", chosen=[{**CHOSEN, "weight": 1}])) == ["judge", "chosen.weight"]
