"""Gemini on Vertex AI, preference tuning: `{system_instruction?, contents, completions}`."""

from __future__ import annotations

from rowsmith.core.row import Json, Row
from rowsmith.formats import _chat, _gemini, _preference, _reading, _turns
from rowsmith.formats._format import Format


class GeminiPreference(Format):
    """A conversation that ends with the user, and two completions of one message each: the chosen with the score 1, the rejected with 0."""

    name = "gemini-preference"
    consumer = "gemini"
    needs = _preference.NEEDS
    drops = _preference.DROPS
    keys = ("system_instruction", "contents", "completions")
    rank = 0

    def row(self, row: Row) -> dict[str, Json]:
        """The record; fails with the reasons of `_preference.preference`, `_preference.single`, `_turns.turns` and `_turns.alternating`."""
        found = _preference.preference(row)
        system, contents = _turns.alternating(_turns.turns(found.prompt, row))
        answers = [_turns.turns([_preference.single(answer)], row)[0] for answer in (found.chosen, found.rejected)]
        scored = [{"score": score, "completion": _gemini.content(answer)} for score, answer in zip((1.0, 0.0), answers, strict=True)]
        record = {**_gemini.instruction("system_instruction", system), "contents": [_gemini.content(turn) for turn in contents]}
        return {**record, "completions": scored}

    def lost(self, row: Row) -> list[str]:
        """What the record does not hold."""
        return _chat.lost(row, _turns.FIELDS, _preference.USED)

    def read(self, record: dict[str, Json]) -> dict[str, Json]:
        """The preference; fails with the reasons of `_gemini.messages` and `_gemini.scored`."""
        contents, completions = _reading.need(record, "contents", "completions")
        asked = _gemini.system(record.get("system_instruction")) + _gemini.messages(contents)
        chosen, rejected = _gemini.scored(completions)
        return {"input": asked, "chosen": _gemini.messages([chosen]), "rejected": _gemini.messages([rejected])}


FORMAT = GeminiPreference()
