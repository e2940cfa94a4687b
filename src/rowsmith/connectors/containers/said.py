"""What the child says of a file, as it is written and as it is read: one line of JSON each.

    {"member": "a.csv"}                          what follows is of this file within an archive
    {"container": ..., "encoding": ...}          the facts, before the first record
    [12, {...}]                                  a record and its line, or its number where there are no lines
    [13, null, "broken_record", "...", "..."]    one that cannot be read, why, and the beginning of what it says
    {"note": "..."}                              something that whoever reads it has to know
    {"what": "...", "fix": "..."}                the file cannot be read; this is the last line

A child that was done ends with 0.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import orjson

MOST_RAW = 2000
"""Of a record that cannot be read, so much is told: bytes or characters."""
Said = Any
"""Facts, or the bytes of a line."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a file is. `delimiter` and `columns` are those of a table with a header."""

    container: str
    encoding: str | None = None
    guessed: bool = False
    delimiter: str | None = None
    columns: tuple[str, ...] = ()

    def line(self) -> bytes:
        """The line that says it."""
        return orjson.dumps({"container": self.container, "facts": asdict(self)})


@dataclass(frozen=True, slots=True)
class Given:
    """What the user says of a file, which goes before what is found: encoding, delimiter."""

    encoding: str | None = None
    delimiter: str | None = None


def record(number: int, value: dict[str, Any]) -> bytes:
    """The line of a record."""
    return orjson.dumps([number, value])


def fault(number: int, reason: str, detail: str, raw: bytes | str = b"") -> bytes:
    """The line of a record that cannot be read; `raw` is what it says."""
    text = raw[:MOST_RAW].decode("utf-8", "replace") if isinstance(raw, bytes) else raw[:MOST_RAW].encode("utf-8", "replace").decode()
    return orjson.dumps([number, None, reason, detail[:1000], text])


def note(text: str) -> bytes:
    """The line of a note."""
    return orjson.dumps({"note": text})
