"""LangChain's documents (langchain-core 1.7.2): `{page_content, metadata, id}`."""

from __future__ import annotations

from rowsmith.core.errors import RowFailed
from rowsmith.core.row import Json, Row
from rowsmith.formats import _reading, text
from rowsmith.formats._format import Format, says


class LangChainDocuments(Format):
    """`text` is the content, and every other column goes into the metadata as it stands. The id is the column `id` where that is a text, else
    the row's id."""

    name = "langchain-documents"
    consumer = "langchain"
    needs = (("text",),)
    keys = ("page_content", "metadata", "id")

    def row(self, row: Row) -> dict[str, Json]:
        """The record; fails with the reasons of `text`."""
        own = row.data.get("id")
        named = isinstance(own, str) and own != ""
        metadata = {name: value for name, value in row.data.items() if name != "text" and not (named and name == "id")}
        return {"page_content": text.text_in(row), "metadata": metadata, "id": own if named else row.id}

    def read(self, record: dict[str, Json]) -> dict[str, Json]:
        """The content as `text`, and the metadata as columns; fails with `metadata` and the reasons of `_reading.text`."""
        content, metadata = _reading.text(record, "page_content"), record.get("metadata") or {}
        if not isinstance(metadata, dict) or "text" in metadata:
            raise RowFailed("metadata", "`metadata` is no mapping, or has a `text` of its own.")
        known = {"id": record["id"]} if says(record.get("id")) and "id" not in metadata else {}
        return {"text": content, **metadata, **known}


FORMAT = LangChainDocuments()
