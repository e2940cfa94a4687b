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
from rowsmith.store.columns import Lines
from rowsmith.store.duck import quoted, roomy, told_of
from rowsmith.store.heap import Damaged, Heap, Stored, write_heap
from rowsmith.store.positions import base_mark
from rowsmith.store.shapes import Column, Layout, layout

FORMAT = 2
HEAP, COLUMNS, FACTS = "rows.heap", "columns.parquet", "view.json"
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class ViewFacts:
    """What view.json says."""

    dataset: int
    root: str
    rows: int
    columns: list[Column]
    hidden: list[str]
    longest: int
    checksum: int
    forgotten: str = ""
    """How far forgetting had come when it was made (store.tombstones.mark)."""

    def dump(self) -> bytes:
        """As JSON."""
        columns = [[list(column.path), column.kind, column.long] for column in self.columns]
        return orjson.dumps({
            "format": FORMAT, "dataset": self.dataset, "root": self.root, "rows": self.rows, "columns": columns,
            "hidden": self.hidden, "longest": self.longest, "checksum": self.checksum, "forgotten": self.forgotten,
        })  # fmt: skip


@dataclass(slots=True)
class Base:
    """A view's files, open. `source` is what DuckDB selects from."""

    folder: Path
    facts: ViewFacts
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
        for _ in self.heap.span(0, self.heap.rows):
            pass
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
        facts = ViewFacts(columns=columns, **said)
        heap = Heap(folder / HEAP)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Damaged(str(error)) from None
    if heap.rows != facts.rows:
        heap.close()
        raise Damaged("its rows are not those that were written")
    return Base(folder, facts, heap, layout(facts.columns, facts.hidden))


def build_base(duck: Any, folder: Path, rows: Iterable[Stored], *, dataset: int = 0, root: bytes = b"", forgotten: str = "") -> None:
    """Write a view's files into an empty folder, durably, with DuckDB, from rows that come in row order."""
    path = folder / "rows.ndjson"
    with open(path, "xb", buffering=_CHUNK) as text, open(folder / HEAP, "xb", buffering=_CHUNK) as heap:
        lines = Lines(text)
        count = write_heap(heap, _added(lines, rows))
        durable(heap)
    failpoint("views.heap.after")
    with told_of("a view", folder), roomy(duck, lines.longest):
        duck.execute(f"COPY ({lines.select(path)}) TO {quoted(folder / COLUMNS)} (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)")
    path.unlink()
    with open(folder / COLUMNS, "rb+") as parquet:
        durable(parquet)
    failpoint("views.columns.after")
    facts = ViewFacts(dataset, root.hex(), count, lines.columns, lines.hidden, lines.longest, _checksum(folder / COLUMNS), forgotten)
    with open(folder / FACTS, "xb") as file:
        file.write(_sum(facts.dump()) + facts.dump())
        durable(file)


def _added(lines: Lines, rows: Iterable[Stored]) -> Iterator[Stored]:
    """The rows, written as lines on the way."""
    for n, row in enumerate(rows):
        lines.add(base_mark(n), row)
        yield row


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
