"""Ragas (0.4.3), single turns: `{user_input, reference_contexts?, response?, reference}`."""

from __future__ import annotations

from rowsmith.core.errors import RowFailed
from rowsmith.core.row import Json, Row
from rowsmith.formats import _chat, _evaluation, _turns
from rowsmith.formats._format import Format, says


class Ragas(Format):
    """`input` is the user's, `answer` the reference, `contexts` the passages that it rests on.

    Where the row has a `reference` of its own, that is the reference, and `answer` is the response to be judged. Names that Ragas does not
    know would give samples in which every field is empty (L35). Conversations go as `ragas-multi-turn`.
    """

    name = "ragas"
    extension = "jsonl"
    needs = _chat.NEEDS
    drops = ("columns beside the conversation, contexts and reference", "fields of messages beside role and content")

    def row(self, row: Row) -> dict[str, Json]:
        """The record; fails with `reference`, `contexts` and the reasons of `_turns.one_turn` and `_chat.conversation`."""
        asked, answer = _turns.one_turn(_chat.conversation(row), row)
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


FORMAT = Ragas()
