"""DeepEval (4.3.1), goldens: `{input, expected_output, context?, additional_metadata?}`, for `add_goldens_from_jsonl_file`."""

from __future__ import annotations

from rowsmith.core.errors import RowFailed
from rowsmith.core.row import Json, Row
from rowsmith.formats import _chat, _evaluation, _reading, _turns
from rowsmith.formats._format import Format, says


class DeepEval(Format):
    """The question, the answer that is expected, `contexts` as the context; every other column goes into `additional_metadata`.

    DeepEval reads names with underscores and passes over others in silence (L36).
    """

    name = "deepeval"
    consumer = "deepeval"
    needs = _chat.NEEDS
    drops = ("fields of messages beside role and content",)
    keys = ("input", "expected_output", "context", "additional_metadata")

    def row(self, row: Row) -> dict[str, Json]:
        """The record; fails with `contexts` and the reasons of `_turns.one_turn` and `_turns.of`."""
        asked, answer = _turns.one_turn(_turns.of(row))
        contexts, used = _evaluation.contexts(row), (*_chat.used(row), "contexts")
        rest = {name: value for name, value in row.data.items() if name not in used}
        record = {"input": asked, "expected_output": answer} | ({"context": contexts} if contexts else {})
        return {**record, "additional_metadata": rest} if rest else record

    def lost(self, row: Row) -> list[str]:
        """What the record does not hold."""
        return _chat.fields_lost(row, _turns.FIELDS, _chat.used(row))

    def read(self, record: dict[str, Json]) -> dict[str, Json]:
        """Question and answer, `contexts`, and the metadata as columns; fails with `metadata` and the reasons of `_reading.texts`."""
        asked, answer = _reading.texts(record, "input", "expected_output")
        more, context = record.get("additional_metadata") or {}, record.get("context")
        if not isinstance(more, dict):
            raise RowFailed("metadata", "`additional_metadata` is no mapping.")
        taken = {"input", "answer"} & set(more)
        found = {"messages": _chat.turn(asked, answer)} if taken else _reading.pair(asked, answer)
        return {**more, **found, **({"contexts": context} if says(context) else {})}


FORMAT = DeepEval()
