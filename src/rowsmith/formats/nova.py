"""Amazon Nova on Bedrock: `{schemaVersion, system?, messages}`, the version `bedrock-conversation-2024`."""

from __future__ import annotations

from rowsmith.core.row import Json, Row
from rowsmith.formats import _chat, _turns
from rowsmith.formats._format import Format


class Nova(Format):
    """A system prompt, then user and assistant in turns, all text.

    The vendor's pages disagree on tools, so rows with tools are left out.
    """

    name = "nova"
    extension = "jsonl"
    needs = _chat.NEEDS
    drops = _turns.DROPS

    def row(self, row: Row) -> dict[str, Json]:
        """The record; fails with the reasons of `_turns.turns`, `_turns.alternating` and `_chat.conversation`."""
        system, turns = _turns.alternating(_turns.turns(_chat.conversation(row), row))
        before = {"system": [{"text": system}]} if system is not None else {}
        messages = [{"role": role, "content": [{"text": text}]} for role, text in turns]
        return {"schemaVersion": "bedrock-conversation-2024", **before, "messages": messages}

    def lost(self, row: Row) -> list[str]:
        """What the record does not hold."""
        return _chat.lost(row, _turns.FIELDS)


FORMAT = Nova()
