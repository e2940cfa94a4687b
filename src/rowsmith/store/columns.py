"""Rows on their way into DuckDB: as lines of JSON, from which it takes each column as what its values are."""

from __future__ import annotations

from pathlib import Path
from typing import IO

import orjson

from rowsmith.store.duck import quoted
from rowsmith.store.heap import Stored
from rowsmith.store.shapes import PREFIX, Column, Layout, Shape, layout, named, struct
from rowsmith.store.trees import turned

_OBJECT = 16 << 20  # longest line that DuckDB reads without being told


class Lines:
    """Rows as lines of JSON, written one by one. `longest`: the most bytes of one; what they look like is known when all are written."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._shape = Shape()
        self.longest = 0

    def add(self, mark: int, row: Stored) -> None:
        """Write a row under its mark (store.positions)."""
        (place, _, hash_, _), data, meta = row
        rest = self._shape.add(orjson.loads(data), orjson.loads(meta))
        facts = (mark, turned(place).hex().encode(), hash_.hex().encode(), data, meta, meta, b',"r":%b' % orjson.dumps(rest) if rest else b"")
        size = self._file.write(b'{"n":%d,"i":"%b","h":"%b","d":%b,"m":%b,"t":%b%b}\n' % facts)
        if size > self.longest:
            self.longest = size

    @property
    def columns(self) -> list[Column]:
        """The columns that are kept apart."""
        return self._shape.columns()

    @property
    def hidden(self) -> list[str]:
        """The others' names."""
        return sorted(self._shape.hidden)

    @property
    def layout(self) -> Layout:
        """Where their values lie in what is selected."""
        return layout(self.columns, self.hidden)

    def select(self, path: Path) -> str:
        """What DuckDB reads from these lines: `mark`, `id`, `hash`, and the columns of the layout."""
        columns = self.columns
        data = [column for column in columns if len(column.path) == 1]
        leaves = [column for column in columns if len(column.path) > 1]
        types = {"n": "BIGINT", "i": "VARCHAR", "h": "VARCHAR", "m": "STRUCT(scores JSON, origin JSON)"}
        types |= {"d": struct(data)} if data else {}
        types |= {"t": struct(leaves)} if leaves else {}
        types |= {"r": "JSON"} if self.hidden else {}
        told = ", ".join(f"{name}: {quoted(kind)}" for name, kind in types.items())
        size = max(_OBJECT, self.longest + 1024)
        source = f"read_json({quoted(path)}, format='newline_delimited', maximum_object_size={size}, columns={{{told}}})"
        fields = [f"{_reached(column)} AS c{n}" for n, column in enumerate(columns)] + (["r AS rest"] if self.hidden else [])
        fields += [f"left({_reached(column)}, {PREFIX}) AS p{n}" for n, column in enumerate(columns) if column.long]
        return f"SELECT {', '.join(['n AS mark', 'i AS id', 'unhex(h) AS hash', *fields, 'm.scores AS scores', 'm.origin AS origin'])} FROM {source}"


def _reached(column: Column) -> str:
    return ("d" if len(column.path) == 1 else "t") + "".join(f".{named(part)}" for part in column.path)
