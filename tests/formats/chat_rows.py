"""Rows with conversations, and those that formats cannot hold."""

from __future__ import annotations

from typing import Any

import pytest

from rowsmith.core.errors import RowFailed
from rowsmith.core.row import Row
from rowsmith.formats import Format

ASKS = {"role": "user", "content": "Weather in Oslo?"}
SAYS = {"role": "assistant", "content": "4 C."}
SYSTEM = {"role": "system", "content": "Be brief."}
CALL = {"id": "c1", "type": "function", "function": {"name": "weather", "arguments": '{"city":"Oslo"}'}}
CALLS = {"role": "assistant", "content": None, "tool_calls": [CALL]}
RESULT = {"role": "tool", "tool_call_id": "c1", "content": "4 C"}
TOOLS = [{"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}]


def row(**data: Any) -> Row:
    return Row("0" * 32, b"\1", data)


def chat(*messages: Any, **data: Any) -> Row:
    return row(messages=list(messages), **data)


def reason(format: Format, bad: Row) -> str:
    with pytest.raises(RowFailed) as error:
        format.row(bad)
    assert error.value.what != error.value.reason
    return error.value.reason


ODD = {
    "no_conversation": row(text="a"),
    "not_text": row(input="a", answer=2),
    "empty_input": row(input=" ", answer="b"),
    "empty_answer": row(input="a", answer=""),
    "messages": row(messages="hello"),
    "role": chat({"role": "human", "content": "a"}, SAYS),
    "turn_order": chat(ASKS),
}
"""Rows that no trainer's format holds, by reason."""
CHOSEN, REJECTED = {"role": "assistant", "content": "4 °C. ☂"}, {"role": "assistant", "content": "Dunno."}
CALL2 = {"id": "c2", "type": "function", "function": {"name": "time", "arguments": {"zone": "CET"}}}
PARALLEL = (
    {"role": "assistant", "content": None, "tool_calls": [CALL, CALL2]},
    RESULT,
    {"role": "tool", "tool_call_id": "c2", "content": "12:00"},
)
"""Two calls at once, the arguments of one as text and of the other as a mapping, and their results."""
WEATHER = {"city": "Oslo"}


def pair(asked: Any = "Weather in Oslo?", chosen: Any = "4 °C. ☂", rejected: Any = "Dunno.", **data: Any) -> Row:
    return row(input=asked, chosen=chosen, rejected=rejected, **data)
