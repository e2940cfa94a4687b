"""Records as a Parquet file, with a schema that is made for them: text stays text, and nothing is taken for a date or a number."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from rowsmith.core.errors import Invalid, Unavailable
from rowsmith.steps.collected import Collected, pieces

_MEMORY_MB, _MOST_THREADS = 400, 4
_LONGEST = 1 << 24
_TEXT, _FLAG, _WHOLE, _REAL, _JSON = "VARCHAR", "BOOLEAN", "BIGINT", "DOUBLE", "JSON"


class ParquetLayout:
    """Collects lines of JSON in a scratch file, and gives the bytes of the Parquet file at the end.

    A column of texts, flags or numbers has their type, one of lists of texts, or of lists of mappings that all have the same keys and hold
    texts, is nested. Any other value, and values of several kinds, are JSON text, in which text stands as it is.
    """

    def __init__(self, columns: dict[str, str | None]) -> None:
        self._lines = Collected()
        self._kinds = columns
        self._longest = _LONGEST

    def lines(self, data: bytes) -> bytes:
        """Take more records; no bytes come of them yet."""
        kinds = self._kinds
        for line in data.splitlines():
            for name, value in orjson.loads(line).items():
                kind = _TEXT if type(value) is str else _kind(value)
                if kind != kinds.get(name, ""):
                    kinds[name] = _merged(kinds.get(name), kind)
            self._longest = max(self._longest, len(line) + 2)
        self._lines.add(data)
        return b""

    def full(self) -> bool:
        """No further line comes; the columns may still."""
        self._lines.done()
        return False

    def end(self) -> Iterator[bytes]:
        """The bytes of the file.

        Raises:
            Invalid: there is no column, or two differ in case alone. Unavailable: a record is too large for Parquet's writer, or a disk too small.
        """
        if not self._kinds:
            raise Invalid("There is no record to write, and Parquet holds no file without columns.", "Write JSON Lines, or give records.")
        if len({name.lower() for name in self._kinds}) < len(self._kinds):
            raise Invalid("Two columns differ in upper and lower case alone, which Parquet's readers take for one.", "Rename one of them.")
        made = self._lines.folder / "made"
        self._write(made)
        yield from pieces(made)

    def close(self) -> None:
        """Let the scratch files go."""
        self._lines.close()

    def _write(self, made: Path) -> None:
        import duckdb

        kinds = {name: kind or _TEXT for name, kind in self._kinds.items()}
        columns = ", ".join(f"{_text(name)}: {_text(kind)}" for name, kind in kinds.items())
        picked = ", ".join(f"{_name(name)} ->> '$' AS {_name(name)}" if kind == _JSON else _name(name) for name, kind in kinds.items())
        path = _text(str(self._lines.done()))
        read = f"read_json({path}, format = 'newline_delimited', maximum_object_size = {self._longest}, columns = {{{columns}}})"
        threads = str(min(os.cpu_count() or 1, _MOST_THREADS))
        config: dict[str, Any] = {"threads": threads, "memory_limit": f"{_MEMORY_MB}MB", "temp_directory": str(self._lines.folder)}
        try:
            with duckdb.connect(":memory:", config=config) as database:
                database.execute("SET enable_progress_bar = false")
                database.execute(f"COPY (SELECT {picked} FROM {read}) TO {_text(str(made))} (FORMAT parquet, COMPRESSION zstd)")
        except duckdb.Error as error:
            what = f"The records cannot be written as Parquet: {str(error).splitlines()[0]}."
            raise Unavailable(what, "Write JSON Lines instead (.jsonl), or free some space for temporary files.") from None


def _kind(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return _FLAG
    if isinstance(value, int):
        return _WHOLE if value < 2**63 else _JSON
    if isinstance(value, str | float):
        return _TEXT if isinstance(value, str) else _REAL
    if isinstance(value, list) and value and all(isinstance(one, str) for one in value):
        return f"{_TEXT}[]"
    if isinstance(value, list) and value and all(isinstance(one, dict) and one.keys() == value[0].keys() for one in value):
        texts = value[0] and all(isinstance(inner, str) for one in value for inner in one.values())
        return f"STRUCT({', '.join(f'{_name(key)} {_TEXT}' for key in value[0])})[]" if texts else _JSON
    return _JSON


def _merged(one: str | None, other: str | None) -> str | None:
    if one == other or other is None:
        return one
    if one is None:
        return other
    return _REAL if {one, other} == {_WHOLE, _REAL} else _JSON


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
