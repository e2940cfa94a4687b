"""Amazon Nova on Bedrock: `{schemaVersion, system?, messages}`, the version `bedrock-conversation-2024`."""

from __future__ import annotations

from rowsmith.core.errors import RowFailed
from rowsmith.core.row import Json, Row
from rowsmith.formats import _chat, _reading, _turns
from rowsmith.formats._format import Format, says


class Nova(Format):
    """A system prompt, then user and assistant in turns, all text.

    The vendor's pages disagree on tools, so rows with tools are left out.
    """

    name = "nova"
    consumer = "nova"
    needs = _chat.NEEDS
    drops = _turns.DROPS
    keys = ("schemaVersion", "system", "messages")
    rank = 0

    def row(self, row: Row) -> dict[str, Json]:
        """The record; fails with the reasons of `_turns.of` and `_turns.alternating`."""
        system, turns = _turns.alternating(_turns.of(row))
        before = {"system": [{"text": system}]} if system is not None else {}
        messages = [{"role": role, "content": [{"text": text}]} for role, text in turns]
        return {"schemaVersion": "bedrock-conversation-2024", **before, "messages": messages}

    def lost(self, row: Row) -> list[str]:
        """What the record does not hold."""
        return _chat.lost(row, _turns.FIELDS)

    def read(self, record: dict[str, Json]) -> dict[str, Json]:
        """The conversation; fails with `schemaVersion`, `messages`, `not_text` and the reasons of `_reading.messages`."""
        version, turns = _reading.need(record, "schemaVersion", "messages")
        if not isinstance(turns, list) or not all(isinstance(turn, dict) for turn in turns):
            raise RowFailed("messages", "`messages` is not a list of mappings.")
        if not str(version).startswith("bedrock-conversation"):
            raise RowFailed("schemaVersion", f"`schemaVersion` is {version!r}.")
        before = [{"role": "system", "content": _joined(record["system"])}] if says(record.get("system")) else []
        said = [{**turn, "content": _joined(turn.get("content"))} for turn in turns]
        return {"messages": before + _reading.messages(said, "messages", _turns.FIELDS)}


def _joined(parts: Json) -> str:
    if not isinstance(parts, list) or not parts or not all(isinstance(part, dict) and set(part) == {"text"} for part in parts):
        raise RowFailed("not_text", "The content of a message is no list of texts.")
    return "".join(str(part["text"]) for part in parts)


FORMAT = Nova()
