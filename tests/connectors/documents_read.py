"""Documents for tests: `documents(folder, "a.md", "# A")` reads files as the product does, in its child."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rowsmith.connectors.documents import read_documents
from rowsmith.core.documents import Document
from rowsmith.core.records import Fault


def everything(folder: Path, name: str, body: bytes | str, **how: Any) -> list[Document | Fault]:
    """All that is said of a file with this name and body."""
    path = folder / "file"
    path.write_bytes(body if isinstance(body, bytes) else body.encode())
    return [said for _, said in read_documents([(path, name)], **how)]


def documents(folder: Path, name: str, body: bytes | str, **how: Any) -> list[Document]:
    """The documents of a file in which nothing is wrong."""
    found = everything(folder, name, body, **how)
    assert all(isinstance(said, Document) for said in found), found
    return [said for said in found if isinstance(said, Document)]


def document(folder: Path, name: str, body: bytes | str, **how: Any) -> Document:
    """The only document of a file."""
    (found,) = documents(folder, name, body, **how)
    return found


def fault(folder: Path, name: str, body: bytes | str, **how: Any) -> Fault:
    """What is wrong with a file of which nothing can be read."""
    (found,) = everything(folder, name, body, **how)
    assert isinstance(found, Fault), found
    return found
