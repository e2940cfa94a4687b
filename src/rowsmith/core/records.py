"""What comes of a file of records: records, those that cannot be read, and what has been learned of the file on the way."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Record:
    """A record: its file (with the archive's name before it), its line (its number where there are no lines), what it says, and whether it
    comes from a table (`flat`), which may hold lists and mappings as text. (Not frozen: making one that is
    takes four times as long.)"""

    file: str
    line: int
    data: dict[str, Any]
    flat: bool = False

    @property
    def where(self) -> str:
        """The file and the line."""
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Fault:
    """A record that cannot be read: file and line (0: the whole file), a code, the detail, and the beginning of what it says."""

    file: str
    line: int
    reason: str
    detail: str
    raw: str = ""

    @property
    def where(self) -> str:
        """The file, and the line where there is one."""
        return f"{self.file}:{self.line}" if self.line else self.file


@dataclass
class Contents:
    """What has been learned of a file so far: the container, encoding, delimiter and columns of the (first) file in it, and what whoever reads
    it has to know."""

    container: str = ""
    encoding: str | None = None
    delimiter: str | None = None
    columns: tuple[str, ...] = ()
    odd: int = 0
    """Numbers that JSON has none for, which are null."""
    notes: list[str] = field(default_factory=list)

    def end(self, name: str) -> None:
        """The file, which the user knows by this name, has been read."""
        if self.odd:
            self.notes.append(f"{name}: Numbers that JSON has none for (NaN, infinity) are null: {self.odd:,}.")
