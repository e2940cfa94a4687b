"""Documents for tests: `documents(folder, "a.md", "# A")` reads files as the product does, in its child, which stays for the next test."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

from rowsmith.connectors.documents import read_documents
from rowsmith.core.documents import Document
from rowsmith.core.records import Fault

_END = "This file is the last one of a test."


class _Reading:
    """One call of `read_documents` that gets its files one by one: behind each a file that tells that everything of it has come. The child is told
    of a file while it reads the one before; where none is there to be told of, it gets the last one again, which nobody hears."""

    def __init__(self, how: dict[str, Any]) -> None:
        self._waiting: deque[tuple[Path, str]] = deque()
        self._again: set[int] = set()
        self._said = read_documents(self._files(), **how)

    def close(self) -> None:
        self._said.close()  # type: ignore[attr-defined]

    def _files(self) -> Iterator[tuple[Path, str]]:
        last = Path(), ""
        for number in count():
            if self._waiting:
                last = self._waiting.popleft()
            else:
                self._again.add(number)
            yield last

    def read(self, path: Path, name: str, end: Path) -> Iterator[Document | Fault]:
        self._waiting += [(path, name), (end, "end.txt")]
        for number, said in self._said:
            if number in self._again:
                continue
            if isinstance(said, Document) and said.text == _END:
                return
            yield said


_OPEN: dict[str, _Reading] = {}


def close() -> None:
    """End the children that are there."""
    while _OPEN:
        _OPEN.popitem()[1].close()


def everything(folder: Path, name: str, body: bytes | str, **how: Any) -> list[Document | Fault]:
    """All that is said of a file with this name and body."""
    path, end = folder / "file", folder / "end"
    path.write_bytes(body if isinstance(body, bytes) else body.encode())
    end.write_text(_END)
    key = repr(how)
    reading = _OPEN.pop(key, None) or _Reading(how)
    found = list(reading.read(path, name, end))
    _OPEN[key] = reading  # one that has raised is not used again
    return found


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
