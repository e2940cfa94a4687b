"""Alpaca holds one turn of text, and says why not the rest."""

from __future__ import annotations

import pytest
from chat_rows import ASKS, CALLS, ODD, RESULT, SAYS, SYSTEM, TOOLS, chat, reason, row

from rowsmith.core.row import Row
from rowsmith.formats.alpaca import FORMAT


def test_a_pair_and_a_turn() -> None:
    assert FORMAT.row(row(input="2+3?", answer="5")) == {"instruction": "2+3?", "input": "", "output": "5"}
    assert FORMAT.row(chat(ASKS, SAYS)) == {"instruction": "Weather in Oslo?", "input": "", "output": "4 C."}
    parts = {"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}
    assert FORMAT.row(chat(parts, SAYS))["instruction"] == "ab"


@pytest.mark.parametrize(("why", "bad"), [
    *ODD.items(),
    ("system_prompt", chat(SYSTEM, ASKS, SAYS)),
    ("extra_turns", chat(ASKS, SAYS, ASKS, SAYS)),
    ("tool_calls", chat(ASKS, CALLS, RESULT, SAYS)),
    ("tool_calls", chat(ASKS, SAYS, tools=TOOLS)),
    ("turn_order", chat(SAYS, SAYS)),
    ("not_text", chat({"role": "user", "content": [{"type": "image_url", "image_url": {}}]}, SAYS)),
])  # fmt: skip
def test_rows_it_cannot_hold(why: str, bad: Row) -> None:
    assert reason(FORMAT, bad) == why


def test_what_is_lost_is_named() -> None:
    assert FORMAT.lost(row(input="a", answer="b", reasoning="because", context="", n=0)) == ["reasoning", "n"]
    assert FORMAT.lost(chat(ASKS, {**SAYS, "weight": 0}, topic="x")) == ["topic", "messages.weight"]
    assert FORMAT.lost(row(input="a", answer="b")) == []
