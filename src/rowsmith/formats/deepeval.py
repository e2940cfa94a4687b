"""DeepEval (4.3.1), goldens: `{input, expected_output, context?, additional_metadata?}`, for `add_goldens_from_jsonl_file`."""

from __future__ import annotations

from rowsmith.core.row import Json, Row
from rowsmith.formats import _chat, _evaluation, _turns
from rowsmith.formats._format import Format


class DeepEval(Format):
    """The question, the answer that is expected, `contexts` as the context; every other column goes into `additional_metadata`.

    DeepEval reads names with underscores and passes over others in silence (L36).
    """

    name = "deepeval"
    extension = "jsonl"
    needs = _chat.NEEDS
    drops = ("fields of messages beside role and content",)

    def row(self, row: Row) -> dict[str, Json]:
        """The record; fails with `contexts` and the reasons of `_turns.one_turn` and `_chat.conversation`."""
        asked, answer = _turns.one_turn(_chat.conversation(row), row)
        contexts, used = _evaluation.contexts(row), (*_chat.used(row), "contexts")
        rest = {name: value for name, value in row.data.items() if name not in used}
        record = {"input": asked, "expected_output": answer} | ({"context": contexts} if contexts else {})
        return {**record, "additional_metadata": rest} if rest else record

    def lost(self, row: Row) -> list[str]:
        """What the record does not hold."""
        return _chat.fields_lost(row, _turns.FIELDS, _chat.used(row))


FORMAT = DeepEval()
