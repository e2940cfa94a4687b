"""What the child says of a file, as it is written and as it is read: one line of JSON each.

    {"member": "a.csv"}                          what follows is of this file within an archive
    {"container": ..., "encoding": ...}          the facts, before the first record
    [12, {...}]                                  a record and its line, or its number where there are no lines
    [13, null, "broken_record", "...", "..."]    one that cannot be read, why, and the beginning of what it says
    {"note": "..."}                              something that whoever reads it has to know
    {"odd": 3}                                   so many numbers were none that JSON has, and are null
    {"pieces": [[0, 4194304, 0], ...]}           the pieces that it can be read in (pieces.py)
    {"what": "...", "fix": "..."}                the file cannot be read; this is the last line

A child that was done ends with 0.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import orjson

from rowsmith.connectors.containers.limits import Refused
from rowsmith.core.records import Fault, Record

MOST_RAW = 2000
"""Of a record that cannot be read, so much is told: bytes or characters."""


class Json(NamedTuple):
    """A record whose JSON is at hand: its number and that."""

    line: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Facts:
    """What a file is. `delimiter` and `columns` are those of a table with a header."""

    container: str
    encoding: str | None = None
    guessed: bool = False
    delimiter: str | None = None
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Given:
    """What the user says of a file, which goes before what is found: encoding, delimiter, the sheet of a spreadsheet, whether a table has a
    header."""

    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    header: bool = True

    def require_meant(self, container: str) -> None:
        """Hold what is said of spreadsheets and tables against what the file is.

        Raises:
            Refused: it means nothing for that.
        """
        if self.sheet is not None and container not in ("xlsx", "ods"):
            raise Refused(f"It is {container}, and has no sheet {self.sheet!r}.", "Leave the sheet out, or give XLSX or ODS.")
        if not self.header and container not in ("csv", "tsv", "xlsx", "ods"):
            raise Refused(f"It is {container}, which has names of its own and no header.", "Leave --no-header (header: false) out, or give a table.")


Said = Record | Json | Fault | Facts | dict[str, Any]
"""What is said: of records and faults the file is not said, and of the others what a line of JSON holds."""


def record(number: int, value: dict[str, Any]) -> Record:
    """A record."""
    return Record("", number, value)


def fault(number: int, reason: str, detail: str, raw: bytes | str = b"") -> Fault:
    """A record that cannot be read; `raw` is what it says."""
    text = raw[:MOST_RAW].decode("utf-8", "replace") if isinstance(raw, bytes) else raw[:MOST_RAW].encode("utf-8", "replace").decode()
    return Fault("", number, reason, detail[:1000], text)


def note(text: str) -> dict[str, str]:
    """Something to know."""
    return {"note": text}


def line_of(said: Said) -> bytes:
    """The line that says it."""
    if isinstance(said, Record):
        return orjson.dumps([said.line, said.data])
    if isinstance(said, Json):
        return b"[%d,%b]" % said
    if isinstance(said, Fault):
        return orjson.dumps([said.line, None, said.reason, said.detail, said.raw])
    return orjson.dumps({"container": said.container, "facts": asdict(said)} if isinstance(said, Facts) else said)
