"""Rows of datasets and files that a step compares its own rows with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from rowsmith.core.errors import Invalid
from rowsmith.core.ports import Context
from rowsmith.core.records import Fault, Record
from rowsmith.steps.paths import known


def missing(patterns: Sequence[str]) -> list[str]:
    """What is wrong with patterns of files, as Step.check says it."""
    return [f"There is no file {pattern!r}. Check the path." for pattern in patterns if known(pattern) == []]


def earlier(ctx: Context, datasets: Sequence[str], files: Sequence[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """What each row says, with its name: the rows of the datasets by their ids, then the records of the files by file and line, and their documents,
    whose text is a `text`, by the file.

    Raises:
        Invalid: a record or a file cannot be read; to pass over it would be to say that nothing is like it.
    """
    for spoken in datasets:
        for row in ctx.dataset(spoken):
            yield row.id, row.data
    sources = [ctx.input(path) for path in ctx.paths(files)] if files else []
    for source, found in ctx.documents(sources, records=True) if sources else ():
        if isinstance(found, Fault):
            raise Invalid(f"{found.where}: {found.detail}", "Repair the file, or leave it out: rows could be like what it says there.")
        if isinstance(found, Record):
            yield found.where, found.data
        else:
            yield f"{source.name}:{found.member}" if found.member else source.name, {"text": found.text}


class Names:
    """Names by number, in the order in which they are added. An id takes 16 bytes."""

    def __init__(self) -> None:
        self._ids = bytearray()
        self._others: dict[int, str] = {}

    def __len__(self) -> int:
        return len(self._ids) // 16

    def add(self, name: str) -> None:
        """One more."""
        try:
            raw = bytes.fromhex(name)
        except ValueError:
            raw = b""
        if len(raw) != 16 or raw.hex() != name:
            self._others[len(self)], raw = name, bytes(16)
        self._ids += raw

    def __getitem__(self, number: int) -> str:
        return self._others.get(number) or self._ids[16 * number : 16 * number + 16].hex()
