"""AsciiDoc: headings, paragraphs, lists, tables, code, quotes, notes and attributes. No file is included."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from rowsmith.connectors.documents.asciidoc import Reader, conditioned, head
from rowsmith.connectors.documents.given import Given, decoded
from rowsmith.connectors.documents.writing import Writing
from rowsmith.core.documents import Document

_COLUMNS = {"author": "author", "revdate": "date", "revnumber": "version", "lang": "language", "keywords": "keywords", "description": "description"}


def read(file: IO[bytes], given: Given) -> Iterator[Document]:
    """The document as Markdown; its title, and what its attributes say of it, are columns."""
    text, notes = decoded(file.read(), given)
    out = Writing()
    reader = Reader(out)
    title, rest = head(conditioned(text.split("\n")), reader.attributes)
    if title:
        out.heading(1, reader.words(title))
    reader.blocks(rest)
    out.notes += notes
    if reader.left:
        out.notes.append(f"Files that it includes are not read: {', '.join(sorted(reader.left)[:5])}.")
    said = {column: reader.words(reader.attributes.get(name, "")) for name, column in _COLUMNS.items()}
    yield out.document("adoc", {"title": reader.words(title), **said})
