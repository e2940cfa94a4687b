"""LlamaIndex's documents (llama-index-core 0.14.25): `{id_, text, metadata, class_name}`, for `Document.from_dict`."""

from __future__ import annotations

from rowsmith.core.errors import RowFailed
from rowsmith.core.row import Json, Row
from rowsmith.formats import _reading, text
from rowsmith.formats._format import Format, says


class LlamaIndex(Format):
    """`text` is the content, and every other column goes into the metadata as it stands. The id is the column `id` where that is a text, else
    the row's id. Its datasets of questions and answers are gone from LlamaIndex, so no format here claims to write them.
    """

    name = "llama-index"
    needs = (("text",),)
    keys = ("text", "metadata", "id_", "class_name")

    def row(self, row: Row) -> dict[str, Json]:
        """The record; fails with the reasons of `text`."""
        own = row.data.get("id")
        named = isinstance(own, str) and own != ""
        metadata = {name: value for name, value in row.data.items() if name != "text" and not (named and name == "id")}
        return {"id_": own if named else row.id, "text": text.text_in(row), "metadata": metadata, "class_name": "Document"}

    def read(self, record: dict[str, Json]) -> dict[str, Json]:
        """The content as `text`, and the metadata as columns; fails with `keys`, `metadata` and the reasons of `_reading.text`."""
        _reading.need(record, "id_")
        content, metadata = _reading.text(record, "text"), record.get("metadata") or {}
        if not isinstance(metadata, dict) or "text" in metadata:
            raise RowFailed("metadata", "`metadata` is no mapping, or has a `text` of its own.")
        known = {"id": record["id_"]} if says(record["id_"]) and "id" not in metadata else {}
        return {"text": content, **metadata, **known}


FORMAT = LlamaIndex()
