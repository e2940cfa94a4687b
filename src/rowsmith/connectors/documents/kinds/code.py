"""Source code, and what programs are set up by: as it is, with its language and path as columns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from rowsmith.connectors.documents.given import Given, decoded
from rowsmith.core.documents import Document
from rowsmith.core.languages_of_code import language_of

_LONGEST = 200


def is_it(head: bytes) -> bool:
    """Whether the first line names the program that carries it out."""
    return bool(language_of("", head.split(b"\n", 1)[0][:_LONGEST].decode("latin-1")))


def read(file: IO[bytes], given: Given) -> Iterator[Document]:
    """The text."""
    text, notes = decoded(file.read(), given)
    language = language_of(given.name, text.split("\n", 1)[0][:_LONGEST])
    yield Document(text, "code", columns={"language": language, "path": given.name}, notes=notes)
