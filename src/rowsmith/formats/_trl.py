"""Messages as TRL's trainers hand them to a chat template (TRL 1.16.0).

Arguments of tool calls are mappings, and content beside a call is text, empty where there is none: on null the template fails. Text parts are
joined. A tool's result carries the name of the tool that was called, where its id leads to the call.
"""

from __future__ import annotations

from rowsmith.core.row import Json, Row
from rowsmith.formats import _chat, _reading
from rowsmith.formats._format import says

FIELDS = frozenset({"role", "content", "thinking", "name", "tool_calls", "tool_call_id"})
DROPS = ("columns beside the conversation", "weights and other fields of messages that chat templates do not read")


def messages(found: list[_chat.Message], before: list[_chat.Message] | None = None) -> list[dict[str, Json]]:
    """The messages; `before` are those that they go on from.

    Raises:
        RowFailed: `not_text`, `tool_calls`.
    """
    called = {
        str(call["id"]): name
        for message in [*(before or ()), *found]
        for call, (name, _) in zip(message.get("tool_calls") or (), _chat.calls_of(message), strict=True)
        if says(call.get("id"))
    }
    return [_message(message, called) for message in found]


def with_tools(record: dict[str, Json], row: Row) -> dict[str, Json]:
    """The record, and the tools that the row has.

    Raises:
        RowFailed: `tools`.
    """
    tools = _chat.tools_of(row)
    return {**record, "tools": tools} if tools else record


def prompt_completion(record: dict[str, Json]) -> dict[str, Json]:
    """The columns of a row whose conversation is a prompt and a completion, both lists of messages.

    Raises:
        RowFailed: the reasons of `_reading.messages` and `_reading.tools`.
    """
    _reading.need(record, "prompt", "completion")
    return {"messages": _reading.under(record, "prompt") + _reading.under(record, "completion"), **_reading.tools(record)}


def _message(message: _chat.Message, called: dict[str, str]) -> dict[str, Json]:
    kept = {"role": message["role"], "content": _chat.text_of(message)}
    kept |= {name: message[name] for name in ("thinking", "name", "tool_call_id") if says(message.get(name))}
    if message["role"] == "tool" and "name" not in kept and str(message.get("tool_call_id")) in called:
        kept["name"] = called[str(message["tool_call_id"])]
    if calls := _chat.calls_of(message):
        kept["tool_calls"] = [_call(call, *found) for call, found in zip(message["tool_calls"], calls, strict=True)]
    return kept


def _call(call: dict[str, Json], name: str, arguments: Json) -> dict[str, Json]:
    told = {"type": "function", "function": {"name": name, "arguments": _chat.arguments_of(arguments)}}
    return {"id": call["id"], **told} if says(call.get("id")) else told
