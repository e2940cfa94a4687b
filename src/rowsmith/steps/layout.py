"""How the records of an export lie in its file, as the suffixes of its path say: a line each, in one JSON array, as a
table, as Parquet or as a spreadsheet; packed, or not."""

from __future__ import annotations

import bz2
import lzma
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from rowsmith.core.errors import Invalid
from rowsmith.formats import Format
from rowsmith.steps.kinds import Kinds
from rowsmith.steps.parquet import ParquetLayout
from rowsmith.steps.table import TableLayout
from rowsmith.steps.workbook import WorkbookLayout


def _zstd() -> Any:
    import zstandard

    return zstandard.ZstdCompressor(level=3).compressobj()


PACKERS: dict[str, Callable[[], Any]] = {
    ".gz": lambda: zlib.compressobj(6, wbits=31), ".bz2": bz2.BZ2Compressor, ".xz": lambda: lzma.LZMACompressor(preset=3), ".zst": _zstd,
}  # fmt: skip
"""Each gives the same bytes for the same bytes, at any time."""


CONTAINERS = (".jsonl", ".ndjson", ".json", ".csv", ".tsv", ".parquet", ".xlsx")
"""The suffixes of the containers that records are written into; every format goes into each."""
_PACKED_ALREADY = (".parquet", ".xlsx")
_TABLES = {".csv": ",", ".tsv": "\t"}


@dataclass(frozen=True, slots=True)
class Container:
    """How records lie in a file: `kind` is one of CONTAINERS, `packing` one of PACKERS or empty. `safe`: a table disarms text that a spreadsheet
    would take for a formula."""

    kind: str
    packing: str = ""
    safe: bool = False

    @property
    def suffix(self) -> str:
        """The suffix of such files."""
        return self.kind + self.packing


def suffixes(path: Path) -> tuple[str, str]:
    """The suffix that names the container, and the one that names the packing; empty where there is none."""
    last = path.suffix.lower()
    return (Path(path.stem).suffix.lower(), last) if last in PACKERS else (last, "")


def container(path: Path, format: Format, *, safe: bool = False) -> Container:
    """How records of a format are to lie in the file of this path: as its suffixes say, where they say it.

    Raises:
        Invalid: the container cannot be packed, or is no table and `safe`.
    """
    said, packing = suffixes(path)
    found = Container(said if said in CONTAINERS else f".{format.extension}", packing, safe)
    if packing and found.kind in _PACKED_ALREADY:
        raise Invalid(f"{path.name!r}: {found.kind} is packed already.", f"Leave {packing} away.")
    if safe and found.kind not in (*_TABLES, ".xlsx"):
        raise Invalid(f"{path.name!r} is no table, which alone can be made safe for spreadsheets.", f"End it in {' or '.join(_TABLES)}.")
    return found


class Laying(Protocol):
    """Makes of lines of JSON, a record each, the bytes of a file, in their order."""

    def lines(self, data: bytes, kinds: Kinds | None = None) -> bytes:
        """The bytes that come with more lines, whole ones; `kinds` says what is in them, where that is known."""
        ...

    def keep(self, path: Path, kinds: Kinds) -> bool:
        """Take a file of lines over as it is. False: they have to be given, in whole lines."""
        ...

    def full(self) -> bool:
        """No further line comes. Whether what comes last is known already, before other files that share its columns are full."""
        ...

    def end(self) -> Iterator[bytes]:
        """The bytes that come last."""
        ...

    def close(self) -> None:
        """Let go of what is held."""
        ...


class Lines:
    """A line for each record, or one JSON array of them."""

    def __init__(self, *, array: bool) -> None:
        self._array, self._any = array, False

    def lines(self, data: bytes, kinds: Kinds | None = None) -> bytes:
        """The bytes that come with more lines."""
        if not self._array:
            return data
        begun, self._any = self._any, True
        return (b",\n" if begun else b"[\n") + data.removesuffix(b"\n").replace(b"\n", b",\n")

    def keep(self, path: Path, kinds: Kinds) -> bool:
        """They are given."""
        return False

    def full(self) -> bool:
        """Nothing is waited for."""
        return True

    def end(self) -> Iterator[bytes]:
        """The bytes that come last."""
        if self._array:
            yield b"\n]\n" if self._any else b"[]\n"

    def close(self) -> None:
        """Nothing is held."""


class Packed:
    """What comes of a layout, packed."""

    def __init__(self, inner: Laying, packing: str) -> None:
        self._inner, self._pack = inner, PACKERS[packing]()

    def lines(self, data: bytes, kinds: Kinds | None = None) -> bytes:
        """The bytes that come with more lines."""
        packed: bytes = self._pack.compress(self._inner.lines(data, kinds))
        return packed

    def keep(self, path: Path, kinds: Kinds) -> bool:
        """They are given."""
        return False

    def full(self) -> bool:
        """As the layout."""
        return self._inner.full()

    def end(self) -> Iterator[bytes]:
        """The bytes that come last."""
        for data in self._inner.end():
            yield self._pack.compress(data)
        yield self._pack.flush()

    def close(self) -> None:
        """Let go of what the layout holds."""
        self._inner.close()


def layout(into: Container, columns: dict[str, Any]) -> Laying:
    """Makes files of this container. `columns` gathers the columns of the records, and files that share it have the same ones."""
    inner: Laying
    if into.kind in _TABLES:
        inner = TableLayout(columns, _TABLES[into.kind], safe=into.safe)
    elif into.kind == ".parquet":
        inner = ParquetLayout(columns)
    elif into.kind == ".xlsx":
        inner = WorkbookLayout(columns)
    else:
        inner = Lines(array=into.kind == ".json")
    return Packed(inner, into.packing) if into.packing else inner
