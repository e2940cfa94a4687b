"""ShareGPT: `{conversations: [{from, value}]}`, from = system, human, gpt, function_call, observation."""

from __future__ import annotations

from itertools import groupby

from rowsmith.core.errors import RowFailed
from rowsmith.core.row import Json, Row
from rowsmith.formats import _chat
from rowsmith.formats._format import Format, json_bytes

_FROM = {"system": "system", "developer": "system", "user": "human", "assistant": "gpt", "tool": "observation"}


class ShareGpt(Format):
    """A conversation of any length, with a leading system prompt.

    Tools follow the convention of LLaMA-Factory: a call is a turn `function_call` (JSON of {name, arguments}, or of a list of them),
    results are turns `observation`, those of parallel calls joined into one (a JSON list), and `tools` is JSON text. Loaders of this
    format skip in silence what does not alternate, so such rows are left out here, and counted.
    """

    name = "sharegpt"
    extension = "jsonl"
    needs = _chat.NEEDS
    drops = ("columns beside the conversation", "fields of messages beside role, content and tool_calls", "ids of tool calls")

    def row(self, row: Row) -> dict[str, Json]:
        """The record; fails with `turn_order`, `tool_calls`, `tools` and the reasons of `_chat.conversation`."""
        turns: list[dict[str, str]] = []
        for is_tool, group in groupby(_chat.conversation(row), key=lambda message: message["role"] == "tool"):
            messages = list(group)
            turns += [_results(messages)] if is_tool else [_turn(message) for message in messages]
        _alternate([turn["from"] for turn in turns])
        tools = _chat.tools_of(row)
        return {"conversations": turns, "tools": _chat.as_text(tools)} if tools else {"conversations": turns}

    def lost(self, row: Row) -> list[str]:
        """What the record does not hold."""
        return _chat.lost(row, frozenset({"role", "content", "tool_calls", "tool_call_id"}))


def _turn(message: _chat.Message) -> dict[str, str]:
    calls, text = _chat.calls_of(message), _chat.text_of(message)
    if not calls:
        return {"from": _FROM[message["role"]], "value": text}
    if text:
        raise RowFailed("tool_calls", "ShareGPT has no place for text beside a tool call.")
    made = [{"name": name, "arguments": _chat.arguments_of(arguments)} for name, arguments in calls]
    return {"from": "function_call", "value": json_bytes(made if len(made) > 1 else made[0]).decode()}


def _results(messages: list[_chat.Message]) -> dict[str, str]:
    texts = [_chat.text_of(message) for message in messages]
    return {"from": "observation", "value": texts[0] if len(texts) == 1 else json_bytes(texts).decode()}


def _alternate(speakers: list[str]) -> None:
    rest = speakers[1:] if speakers[0] == "system" else speakers
    wrong = [i for i, who in enumerate(rest) if who not in (("human", "observation"), ("gpt", "function_call"))[i % 2]]
    if wrong:
        raise RowFailed("turn_order", f"Turn {wrong[0] + 1} is {rest[wrong[0]]}; after a system prompt, question and answer take turns.")


FORMAT = ShareGpt()
