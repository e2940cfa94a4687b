"""Plain text: as it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from rowsmith.connectors.documents.given import Given, decoded
from rowsmith.core.documents import Document


def read(file: IO[bytes], given: Given) -> Iterator[Document]:
    """The text."""
    text, notes = decoded(file.read(), given)
    yield Document(text, "txt", notes=notes)
