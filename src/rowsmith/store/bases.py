"""The two files that a view of a version is read from, made from its rows and from nothing else:

    rows.heap         the rows in order (store.heap), for showing them
    columns.parquet   their values by column, each kind as DuckDB likes it, for filters and sorts, which read only what they name
    view.json         what the view is of, its rows, its columns, and the checksum of columns.parquet

A view is a copy that can be made again at any time. It is believed only when all three fit together.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import orjson

from rowsmith.core.failpoints import failpoint
from rowsmith.store.duck import quoted, roomy, told_of
from rowsmith.store.heap import Damaged, Heap, Stored, write_heap
from rowsmith.store.shapes import PREFIX, Column, Layout, Shape, layout, named, struct
from rowsmith.store.trees import turned

FORMAT = 1
HEAP, COLUMNS, FACTS = "rows.heap", "columns.parquet", "view.json"
_OBJECT = 16 << 20  # longest line that DuckDB reads without being told
_CHUNK = 1 << 20
_ROWS = 4096


@dataclass(frozen=True, slots=True)
class BaseFacts:
    """What view.json says."""

    dataset: int
    root: str
    rows: int
    columns: list[Column]
    hidden: list[str]
    longest: int
    checksum: int

    def dump(self) -> bytes:
        """As JSON."""
        columns = [[list(column.path), column.kind, column.long] for column in self.columns]
        return orjson.dumps({
            "format": FORMAT, "dataset": self.dataset, "root": self.root, "rows": self.rows, "columns": columns,
            "hidden": self.hidden, "longest": self.longest, "checksum": self.checksum,
        })  # fmt: skip


@dataclass(slots=True)
class Base:
    """A view's files, open. `source` is what DuckDB selects from."""

    folder: Path
    facts: BaseFacts
    heap: Heap
    layout: Layout
    _checked: bool = field(default=False)

    @property
    def root(self) -> bytes:
        """The root of the version that it is of."""
        return bytes.fromhex(self.facts.root)

    @property
    def source(self) -> str:
        """What DuckDB selects from. Its bytes are compared with their checksum before they are first used.

        Raises:
            Damaged: they are not what was written.
        """
        path = self.folder / COLUMNS
        if not self._checked and (not path.is_file() or _checksum(path) != self.facts.checksum):
            raise Damaged("its columns are not what was written")
        self._checked = True
        return f"read_parquet({quoted(path)})"

    def check(self) -> None:
        """Read all of it.

        Raises:
            Damaged: something is not what was written.
        """
        assert self.source
        for start in range(0, self.heap.rows, _ROWS):
            self.heap.rows_of(start, start + _ROWS)
        assert self.heap.firsts is not None

    def close(self) -> None:
        """Close its files."""
        self.heap.close()


def open_base(folder: Path) -> Base:
    """The view in a folder.

    Raises:
        Damaged: there is none, or its parts do not fit together.
    """
    try:
        written = (folder / FACTS).read_bytes()
        said = orjson.loads(written[9:])
        if said.pop("format") != FORMAT or written[:9] != _sum(written[9:]):
            raise Damaged("its facts are not what was written")
        columns = [Column(tuple(path), kind, long) for path, kind, long in said.pop("columns")]
        facts = BaseFacts(columns=columns, **said)
        heap = Heap(folder / HEAP)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Damaged(str(error)) from None
    if heap.rows != facts.rows:
        heap.close()
        raise Damaged("its rows are not those that were written")
    return Base(folder, facts, heap, layout(facts.columns, facts.hidden))


def build_base(duck: Any, folder: Path, rows: Iterable[Stored], *, dataset: int = 0, root: bytes = b"") -> None:
    """Write a view's files into an empty folder, durably, with DuckDB, from rows that come in row order."""
    shape, lines = Shape(), folder / "rows.ndjson"
    with open(lines, "xb", buffering=_CHUNK) as text, open(folder / HEAP, "xb", buffering=_CHUNK) as heap:
        told = _Lines(text, shape)
        count = write_heap(heap, told.of(rows))
        durable(heap)
    failpoint("views.heap.after")
    columns, hidden = shape.columns(), sorted(shape.hidden)
    with told_of("a view", folder):
        _write_columns(duck, folder, lines, columns, hidden, told.longest)
    lines.unlink()
    with open(folder / COLUMNS, "rb+") as parquet:
        durable(parquet)
    failpoint("views.columns.after")
    facts = BaseFacts(dataset, root.hex(), count, columns, hidden, told.longest, _checksum(folder / COLUMNS))
    with open(folder / FACTS, "xb") as file:
        file.write(_sum(facts.dump()) + facts.dump())
        durable(file)


class _Lines:
    """Rows as lines of JSON for DuckDB, written on the way. `longest`: the most bytes of one."""

    def __init__(self, file: IO[bytes], shape: Shape) -> None:
        self._file = file
        self._shape = shape
        self.longest = 0

    def of(self, rows: Iterable[Stored]) -> Iterator[Stored]:
        write, add = self._file.write, self._shape.add
        for n, row in enumerate(rows):
            (place, _, hash_, _), data, meta = row
            rest = add(orjson.loads(data), orjson.loads(meta))
            more = b',"r":%b' % orjson.dumps(rest) if rest else b""
            size = write(b'{"n":%d,"i":"%b","h":"%b","d":%b,"m":%b,"t":%b%b}\n' % (
                n, turned(place).hex().encode(), hash_.hex().encode(), data, meta, meta, more))  # fmt: skip
            self.longest = max(self.longest, size)
            yield row


def _write_columns(duck: Any, folder: Path, lines: Path, columns: list[Column], hidden: list[str], longest: int) -> None:
    data = [column for column in columns if len(column.path) == 1]
    leaves = [column for column in columns if len(column.path) > 1]
    types = {"n": "BIGINT", "i": "VARCHAR", "h": "VARCHAR", "m": "STRUCT(scores JSON, origin JSON)"}
    types |= {"d": struct(data)} if data else {}
    types |= {"t": struct(leaves)} if leaves else {}
    types |= {"r": "JSON"} if hidden else {}
    fields = [f"{_reached(column)} AS c{n}" for n, column in enumerate(columns)] + (["r AS rest"] if hidden else [])
    fields += [f"left({_reached(column)}, {PREFIX}) AS p{n}" for n, column in enumerate(columns) if column.long]
    told = ", ".join(f"{name}: {quoted(Path(kind))}" for name, kind in types.items())
    size = max(_OBJECT, longest + 1024)
    source = f"read_json({quoted(lines)}, format='newline_delimited', maximum_object_size={size}, columns={{{told}}})"
    select = ", ".join(["n << 32 | 4294967295 AS mark", "i AS id", "unhex(h) AS hash", *fields, "m.scores AS scores", "m.origin AS origin"])
    with roomy(duck, longest):
        duck.execute(f"COPY (SELECT {select} FROM {source}) TO {quoted(folder / COLUMNS)} (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)")


def _reached(column: Column) -> str:
    return ("d" if len(column.path) == 1 else "t") + "".join(f".{named(part)}" for part in column.path)


def _checksum(path: Path) -> int:
    sum_ = 0
    with open(path, "rb", buffering=0) as file:
        while chunk := file.read(_CHUNK):
            sum_ = zlib.crc32(chunk, sum_)
    return sum_


def _sum(facts: bytes) -> bytes:
    return b"%08x\n" % zlib.crc32(facts)


def durable(file: IO[Any]) -> None:
    """Make what was written survive a crash."""
    file.flush()
    os.fsync(file.fileno())
