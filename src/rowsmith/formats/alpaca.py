"""Alpaca: `{instruction, input, output}`, one turn."""

from __future__ import annotations

from rowsmith.core.errors import RowFailed
from rowsmith.core.row import Json, Row
from rowsmith.formats import _chat
from rowsmith.formats._format import Format


class Alpaca(Format):
    """The question as `instruction`, the answer as `output`; `input` is empty.

    Plain Alpaca has no place for a system prompt, further turns or tools: such rows are left out and counted, never cut.
    """

    name = "alpaca"
    extension = "jsonl"
    needs = _chat.NEEDS
    drops = ("columns beside the conversation", "fields of messages beside role and content")

    def row(self, row: Row) -> dict[str, Json]:
        """The record; fails with `system_prompt`, `tool_calls`, `extra_turns` and the reasons of `_chat.conversation`."""
        messages = _chat.conversation(row)
        roles = [message["role"] for message in messages]
        if "system" in roles or "developer" in roles:
            raise RowFailed("system_prompt", "Alpaca has no place for a system prompt.")
        if "tool" in roles or row.data.get("tools") or any(_chat.calls_of(message) for message in messages):
            raise RowFailed("tool_calls", "Alpaca has no place for tools.")
        if len(roles) > 2:
            raise RowFailed("extra_turns", f"Alpaca holds one turn; the row has {len(roles)} messages.")
        if roles != ["user", "assistant"]:
            raise RowFailed("turn_order", "The row does not begin with the user.")
        asked, answer = map(_chat.text_of, messages)
        return {"instruction": asked, "input": "", "output": answer}

    def lost(self, row: Row) -> list[str]:
        """What the record does not hold."""
        return _chat.lost(row, frozenset({"role", "content"}))


FORMAT = Alpaca()
