"""Ragas (0.4.3), single turns: `{user_input, reference_contexts?, response?, reference}`."""

from __future__ import annotations

from rowsmith.core.errors import RowFailed
from rowsmith.core.row import Json, Row
from rowsmith.formats import _chat, _evaluation, _reading, _turns
from rowsmith.formats._format import Format, says


class Ragas(Format):
    """`input` is the user's, `answer` the reference, `contexts` the passages that it rests on.

    Where the row has a `reference` of its own, that is the reference, and `answer` is the response to be judged. Names that Ragas does not
    know would give samples in which every field is empty (L35). Conversations go as `ragas-multi-turn`.
    """

    name = "ragas"
    consumer = "ragas"
    needs = _chat.NEEDS
    drops = ("columns beside the conversation, contexts and reference", "fields of messages beside role and content")
    keys = ("user_input", "reference_contexts", "response", "reference")
    rank = 0

    def row(self, row: Row) -> dict[str, Json]:
        """The record; fails with `reference`, `contexts` and the reasons of `_turns.one_turn` and `_turns.of`."""
        asked, answer = _turns.one_turn(_turns.of(row))
        contexts, reference = _evaluation.contexts(row), row.data.get("reference")
        record: dict[str, Json] = {"user_input": asked} | ({"reference_contexts": contexts} if contexts else {})
        if not says(reference):
            return {**record, "reference": answer}
        if not isinstance(reference, str):
            raise RowFailed("reference", "`reference` is not text.")
        return {**record, "response": answer, "reference": reference}

    def lost(self, row: Row) -> list[str]:
        """What the record does not hold."""
        return _chat.lost(row, _turns.FIELDS, (*_chat.used(row), "contexts", "reference"))

    def read(self, record: dict[str, Json]) -> dict[str, Json]:
        """Question, answer, `contexts`, and the reference beside a response; fails with the reasons of `_reading.text`."""
        asked, contexts = _reading.text(record, "user_input"), record.get("reference_contexts")
        beside: dict[str, Json] = {"contexts": contexts} if says(contexts) else {}
        if not says(record.get("response")):
            return {**_reading.pair(asked, _reading.text(record, "reference")), **beside}
        if says(record.get("reference")):
            beside["reference"] = _reading.text(record, "reference")
        return {**_reading.pair(asked, _reading.text(record, "response")), **beside}


FORMAT = Ragas()
