"""The kinds of rows that there are, a sample of each, and which of them a format carries."""

from __future__ import annotations

from typing import Literal

from rowsmith.core.errors import RowFailed
from rowsmith.core.row import Json, Row
from rowsmith.formats._format import Format

_CALL = {"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": '{"city":"Oslo"}'}}
_TOOLS = [{"type": "function", "function": {"name": "weather", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}}}]
_ASKS, _SAYS = {"role": "user", "content": "Is it cold in Oslo?"}, {"role": "assistant", "content": "4 °C."}
_AGAIN, _THANKS = {"role": "user", "content": "And in Rome?"}, {"role": "assistant", "content": "19 °C."}
_SYSTEM, _BAD = {"role": "system", "content": "Be brief."}, {"role": "assistant", "content": "Who knows?"}
_CALLS = {"role": "assistant", "content": "", "tool_calls": [_CALL]}
_RESULT = {"role": "tool", "tool_call_id": "call_1", "content": "4 °C"}
_IMAGE = {"file": "ab" * 32, "media_type": "image/png"}

SAMPLES: dict[str, dict[str, Json]] = {
    "pair": {"input": "Is it cold in Oslo?", "answer": "4 °C."},
    "one turn": {"messages": [_ASKS, _SAYS]},
    "system prompt": {"messages": [_SYSTEM, _ASKS, _SAYS]},
    "several turns": {"messages": [_ASKS, _SAYS, _AGAIN, _THANKS]},
    "tool calls": {"messages": [_ASKS, _CALLS, _RESULT, _SAYS], "tools": _TOOLS},
    "thoughts": {"messages": [_ASKS, {**_SAYS, "thinking": "It is November."}]},
    "weights": {"messages": [_ASKS, {**_SAYS, "weight": 0}, _AGAIN, _THANKS]},
    "contexts": {"input": "Is it cold in Oslo?", "answer": "4 °C.", "contexts": ["Oslo has 4 °C."]},
    "preference": {"input": "Is it cold in Oslo?", "chosen": "4 °C.", "rejected": "Who knows?"},
    "preference in messages": {"input": [_SYSTEM, _ASKS], "chosen": [_SAYS], "rejected": [_BAD]},
    "verdict": {"input": "Is it cold in Oslo?", "answer": "4 °C.", "label": True},
    "choices": {"input": "Is it cold in Oslo?", "choices": ["yes", "no"], "answer": 0},
    "text": {"text": "Oslo has 4 °C."},
    "class": {"text": "Oslo has 4 °C.", "label": "weather"},
    "image": {"input": "What is it?", "answer": "A cat.", "image": _IMAGE},
    "images in turns": {"messages": [{"role": "user", "content": [{"type": "image", **_IMAGE}, {"type": "text", "text": "What is it?"}]}, _SAYS]},
    "preference with an image": {"input": "What is it?", "chosen": "A cat.", "rejected": "Who knows?", "image": _IMAGE},
    "further columns": {"input": "Is it cold in Oslo?", "answer": "4 °C.", "level": 3},
}
"""A row of each kind."""

Carries = Literal["whole", "part", "no"]


def carried(format: Format) -> dict[str, str]:
    """Of each kind of row, whether the format carries it whole, in part, or not at all."""
    return {kind: _carries(format, Row("0" * 32, b"", data)) for kind, data in SAMPLES.items()}


def _carries(format: Format, row: Row) -> Carries:
    try:
        format.row(row)
    except RowFailed:
        return "no"
    return "part" if format.lost(row) else "whole"
