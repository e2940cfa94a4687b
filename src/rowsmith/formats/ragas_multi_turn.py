"""Ragas (0.4.3), conversations: `{user_input: [{type, content, tool_calls?}], reference?}`."""

from __future__ import annotations

from rowsmith.core.errors import RowFailed
from rowsmith.core.row import Json, Row
from rowsmith.formats import _chat, _reading
from rowsmith.formats._format import Format, says

_TYPES = {"user": "human", "assistant": "ai", "tool": "tool"}
_ROLES = {type_: role for role, type_ in _TYPES.items()}


class RagasMultiTurn(Format):
    """Messages of the types human, ai and tool; calls have a name and arguments. A column `reference` is the expected outcome.

    Ragas has no place for a system prompt, and takes a tool's result only right after the call, or after another result.
    """

    name = "ragas-multi-turn"
    consumer = "ragas"
    needs = _chat.NEEDS
    drops = ("columns beside the messages and reference, tools too", "fields of messages beside role, content and tool_calls", "ids of tool calls")
    keys = ("user_input", "reference")
    rank = 0

    def row(self, row: Row) -> dict[str, Json]:
        """The record; fails with `system_prompt`, `tool_calls`, `reference` and the reasons of `_chat.conversation`."""
        messages, reference = _chat.conversation(row), row.data.get("reference")
        if any(message["role"] not in _TYPES for message in messages):
            raise RowFailed("system_prompt", "Ragas has no place for a system prompt.")
        for before, message in zip([None, *messages], messages, strict=False):
            if message["role"] == "tool" and not (before and (before["role"] == "tool" or _chat.calls_of(before))):
                raise RowFailed("tool_calls", "A tool's result does not follow a call of it.")
        record: dict[str, Json] = {"user_input": [_message(message) for message in messages]}
        if not says(reference):
            return record
        if not isinstance(reference, str):
            raise RowFailed("reference", "`reference` is not text.")
        return {**record, "reference": reference}

    def lost(self, row: Row) -> list[str]:
        """What the record does not hold."""
        columns = [*(name for name in _chat.used(row) if name != "tools"), "reference"]
        return _chat.lost(row, frozenset({"role", "content", "tool_calls", "tool_call_id"}), columns)

    def read(self, record: dict[str, Json]) -> dict[str, Json]:
        """The conversation and its reference; fails with the reasons of `_reading`."""
        (turns,) = _reading.need(record, "user_input")
        if not isinstance(turns, list) or not all(isinstance(turn, dict) and turn.get("type") in _ROLES for turn in turns):
            raise RowFailed("messages", "`user_input` is no list of messages of the types human, ai and tool.")
        found: dict[str, Json] = {"messages": _reading.messages([_said(turn) for turn in turns], "user_input")}
        return {**found, "reference": _reading.text(record, "reference")} if says(record.get("reference")) else found


def _message(message: _chat.Message) -> dict[str, Json]:
    told = {"type": _TYPES[message["role"]], "content": _chat.text_of(message)}
    calls = [{"name": name, "args": _chat.arguments_of(arguments)} for name, arguments in _chat.calls_of(message)]
    return {**told, "tool_calls": calls} if calls else told


def _said(turn: dict[str, Json]) -> _chat.Message:
    _reading.only(turn, ("type", "content", "tool_calls", "metadata"), "A message")
    said = {"role": _ROLES[turn["type"]], "content": turn.get("content")}
    calls = turn.get("tool_calls") or []
    if not isinstance(calls, list) or not all(isinstance(call, dict) and isinstance(call.get("args"), dict) for call in calls):
        raise RowFailed("tool_calls", "`tool_calls` is no list of calls with `name` and `args`.")
    made = [{"type": "function", "function": {"name": call.get("name"), "arguments": call["args"]}} for call in calls]
    return {**said, "tool_calls": made} if made else said


FORMAT = RagasMultiTurn()
