"""Gemini on Vertex AI, supervised tuning: `{systemInstruction?, contents}`."""

from __future__ import annotations

from rowsmith.core.row import Json, Row
from rowsmith.formats import _chat, _gemini, _reading, _turns
from rowsmith.formats._format import Format


class Gemini(Format):
    """A system prompt, then user and `model` in turns, all text.

    What a tuning file may say of tools is not documented, so rows with tools are left out.
    """

    name = "gemini"
    consumer = "gemini"
    needs = _chat.NEEDS
    drops = _turns.DROPS
    keys = ("systemInstruction", "contents")
    rank = 0

    def row(self, row: Row) -> dict[str, Json]:
        """The record; fails with the reasons of `_turns.of` and `_turns.alternating`."""
        system, turns = _turns.alternating(_turns.of(row))
        return {**_gemini.instruction("systemInstruction", system), "contents": [_gemini.content(turn) for turn in turns]}

    def lost(self, row: Row) -> list[str]:
        """What the record does not hold."""
        return _chat.lost(row, _turns.FIELDS)

    def read(self, record: dict[str, Json]) -> dict[str, Json]:
        """The conversation; fails with the reasons of `_gemini.messages`."""
        system, (contents,) = record.get("systemInstruction"), _reading.need(record, "contents")
        return {"messages": _gemini.system(system) + _gemini.messages(contents)}


FORMAT = Gemini()
