"""LangChain's documents (langchain-core 1.7.2): `{page_content, metadata, id}`."""

from __future__ import annotations

from rowsmith.core.row import Json, Row
from rowsmith.formats import text
from rowsmith.formats._format import Format


class LangChainDocuments(Format):
    """`text` is the content, the row's id the id, and every other column goes into the metadata as it stands."""

    name = "langchain-documents"
    extension = "jsonl"
    needs = (("text",),)

    def row(self, row: Row) -> dict[str, Json]:
        """The record; fails with the reasons of `text`."""
        metadata = {name: value for name, value in row.data.items() if name != "text"}
        return {"page_content": text.text_in(row), "metadata": metadata, "id": row.id}


FORMAT = LangChainDocuments()
