"""Records as a table of text: comma-separated values after RFC 4180 with line ends `\\n`, or the same with tabs.

Text stands as it is, other values as JSON. A null or absent value is an empty field, empty text is a quoted empty field.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from rowsmith.formats import json_bytes
from rowsmith.steps.collected import Collected
from rowsmith.steps.kinds import Kinds

_FORMULA = re.compile("[=+\\-@\t\r\n＝＋－＠]")
_NUMBER = re.compile(r"-[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")


class TableLayout:
    """Collects records, and gives the table at the end, whose header has every column of every record, in the order in which they first came.

    `safe`: an apostrophe goes before text that a spreadsheet would take for a formula (= + - @, tab, line break), which cannot be undone.
    """

    def __init__(self, columns: dict[str, Any], delimiter: str, *, safe: bool = False) -> None:
        self._delimiter, self._safe = delimiter, safe
        self._quoted = re.compile(rf'["\r\n{delimiter}]|^\s|\s$|^$')
        self._columns = columns
        self._lines = Collected()

    def lines(self, data: bytes, kinds: Kinds | None = None) -> bytes:
        """Take more records; no bytes come of them yet."""
        for names in [kinds.columns] if kinds else map(orjson.loads, data.splitlines()):
            for name in names:
                self._columns.setdefault(name)
        self._lines.add(data)
        return b""

    def keep(self, path: Path, kinds: Kinds) -> bool:
        """They are given."""
        return False

    def full(self) -> bool:
        """No further line comes; the columns may still."""
        self._lines.done()
        return False

    def end(self) -> Iterator[bytes]:
        """The bytes of the file."""
        if not self._columns:
            return
        yield self._row([self._text(name) for name in self._columns])
        for line in self._lines.lines():
            record = orjson.loads(line)
            yield self._row([self._field(record.get(name)) for name in self._columns])

    def close(self) -> None:
        """Let the scratch file go."""
        self._lines.close()

    def _row(self, fields: list[str]) -> bytes:
        line = self._delimiter.join(fields) or '""'  # a lone empty field would be a blank line, which readers skip
        return f"{line}\n".encode()

    def _field(self, value: Any) -> str:
        if value is None:
            return ""
        return self._text(value if isinstance(value, str) else json_bytes(value).decode())

    def _text(self, text: str) -> str:
        if self._safe and _FORMULA.match(text) and not _NUMBER.fullmatch(text):
            text = f"'{text}"
        return '"' + text.replace('"', '""') + '"' if self._quoted.search(text) else text
