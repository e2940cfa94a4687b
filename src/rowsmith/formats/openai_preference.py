"""OpenAI's preference lines: `{input, preferred_output, non_preferred_output}`. Also read by Azure, Together and Fireworks."""

from __future__ import annotations

from rowsmith.core.errors import RowFailed
from rowsmith.core.row import Json, Row
from rowsmith.formats import _chat, _openai, _preference, _reading
from rowsmith.formats._format import Format


class OpenAiPreference(Format):
    """A conversation under `input`, with its tools, and two answers of one message each. Messages are as in `openai`, without weights."""

    name = "openai-preference"
    consumer = "openai"
    needs = _preference.NEEDS
    drops = ("columns beside the preference", "weights and fields of messages that the API does not know")
    keys = ("input", "preferred_output", "non_preferred_output")
    rank = 0

    def row(self, row: Row) -> dict[str, Json]:
        """The record; fails with `tools` and the reasons of `_preference.preference`, `_preference.single` and `_openai.message`."""
        found, tools = _preference.preference(row), _chat.tools_of(row)
        asked: dict[str, Json] = {"messages": [_message(message) for message in found.prompt]}
        chosen, rejected = (_message(_preference.single(answer)) for answer in (found.chosen, found.rejected))
        return {"input": {**asked, "tools": tools} if tools else asked, "preferred_output": [chosen], "non_preferred_output": [rejected]}

    def lost(self, row: Row) -> list[str]:
        """What the record does not hold."""
        return _chat.lost(row, _openai.FIELDS - {"weight"}, _preference.USED)

    def read(self, record: dict[str, Json]) -> dict[str, Json]:
        """The preference, all parts as messages; fails with the reasons of `_reading.conversation`."""
        asked, chosen, rejected = _reading.need(record, "input", "preferred_output", "non_preferred_output")
        if not isinstance(asked, dict):
            raise RowFailed("messages", "`input` is no mapping with `messages`.")
        _reading.only(asked, ("messages", "tools", "parallel_tool_calls"), "`input`")
        prompt = _reading.conversation(asked, fields=_openai.FIELDS)
        answers = {"chosen": _reading.messages(chosen, "preferred_output"), "rejected": _reading.messages(rejected, "non_preferred_output")}
        return {"input": prompt["messages"], **answers, **{name: value for name, value in prompt.items() if name == "tools"}}


def _message(message: _chat.Message) -> dict[str, Json]:
    return {name: value for name, value in _openai.message(message).items() if name != "weight"}


FORMAT = OpenAiPreference()
