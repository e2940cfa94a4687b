"""Records as a Parquet file, with a schema that is made for them: text stays text, and nothing is taken for a date or a number."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from rowsmith.core.errors import Invalid, Unavailable
from rowsmith.steps.collected import Collected, pieces
from rowsmith.steps.kinds import JSON, PLAIN, TEXT, Kinds, quoted

_MEMORY_MB, _MOST_THREADS = 300, 4
_ROOMY_MB, _LONG, _WIDE = 600, 1 << 20, 500
"""What long lines (in bytes) and many columns need, with one thread."""
_GROUP_ROWS = 10_240
"""Groups of rows are small, so that several are made at once within that memory, and several processes can read the file at once."""


class ParquetLayout:
    """Collects lines of JSON in scratch files, and gives the bytes of the Parquet file at the end.

    Columns have the types of their `Kinds`; what is JSON there is text, in which text stands as it is.
    """

    def __init__(self, columns: dict[str, str | None]) -> None:
        self._lines = Collected()
        self._kinds = Kinds(columns)

    def lines(self, data: bytes, kinds: Kinds | None = None) -> bytes:
        """Take more records; no bytes come of them yet."""
        if kinds is None:
            kinds = Kinds()
            for line in data.splitlines():
                kinds.see(orjson.loads(line), len(line))
        self._kinds.add(kinds)
        self._lines.add(data)
        return b""

    def keep(self, path: Path, kinds: Kinds) -> bool:
        """Take its lines over."""
        self._kinds.add(kinds)
        self._lines.take(path)
        return True

    def full(self) -> bool:
        """No further line comes; the columns may still."""
        self._lines.done()
        return False

    def end(self) -> Iterator[bytes]:
        """The bytes of the file.

        Raises:
            Invalid: there is no column, or two differ in case alone. Unavailable: a record is too large for Parquet's writer, or a disk too small.
        """
        if not (columns := self._kinds.columns):
            raise Invalid("There is no record to write, and Parquet holds no file without columns.", "Write JSON Lines, or give records.")
        if len({name.lower() for name in columns}) < len(columns):
            raise Invalid("Two columns differ in upper and lower case alone, which Parquet's readers take for one.", "Rename one of them.")
        made = self._lines.folder / "made"
        self._write(made)
        yield from pieces(made)

    def close(self) -> None:
        """Let the scratch files go."""
        self._lines.close()

    def _write(self, made: Path) -> None:
        import duckdb

        kinds = {name: kind or TEXT for name, kind in self._kinds.columns.items()}
        picked = ", ".join(f"{quoted(name)} ->> '$' AS {quoted(name)}" if kind == JSON else quoted(name) for name, kind in kinds.items())
        roomy = self._kinds.longest > _LONG or len(kinds) > _WIDE
        config: dict[str, Any] = {
            "threads": 1 if roomy else min(os.cpu_count() or 1, _MOST_THREADS), "memory_limit": f"{_ROOMY_MB if roomy else _MEMORY_MB}MB",
            "temp_directory": str(self._lines.folder),
        }  # fmt: skip
        try:
            with duckdb.connect(":memory:", config=config) as database:
                database.execute("SET enable_progress_bar = false")
                how = f"FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {_GROUP_ROWS}"
                database.execute(f"COPY (SELECT {picked} FROM {self._read(kinds)}) TO {_text(str(made))} ({how})")
        except duckdb.Error as error:
            what = f"The records cannot be written as Parquet: {str(error).splitlines()[0]}."
            raise Unavailable(what, "Write JSON Lines instead (.jsonl), or free some space for temporary files.") from None

    def _read(self, kinds: dict[str, str]) -> str:
        """The lines as a table. Of files whose columns are nested, read_json would hold the buffers of all at once."""
        paths, size = ", ".join(_text(str(path)) for path in self._lines.done()), f"maximum_object_size = {self._kinds.longest + 2}"
        if all(kind in PLAIN for kind in kinds.values()):
            columns = ", ".join(f"{_text(name)}: {_text(kind)}" for name, kind in kinds.items())
            return f"read_json([{paths}], format = 'newline_delimited', {size}, columns = {{{columns}}})"
        structure = _text(orjson.dumps(kinds).decode())
        return f"(SELECT unnest(from_json(json, {structure})) FROM read_ndjson_objects([{paths}], {size}))"


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
