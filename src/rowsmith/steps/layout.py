"""How the records of an export lie in its file, as the suffixes of its path say: a line each, in one JSON array, or as Parquet; packed, or not."""

from __future__ import annotations

import bz2
import lzma
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from rowsmith.formats import Format
from rowsmith.steps.parquet import ParquetLayout


class Plain:
    """Packs nothing."""

    def compress(self, data: bytes) -> bytes:
        """The same."""
        return data

    def flush(self) -> bytes:
        """Nothing."""
        return b""


def _zstd() -> Any:
    import zstandard

    return zstandard.ZstdCompressor(level=3).compressobj()


PACKERS: dict[str, Callable[[], Any]] = {
    ".gz": lambda: zlib.compressobj(6, wbits=31), ".bz2": bz2.BZ2Compressor, ".xz": lambda: lzma.LZMACompressor(preset=3), ".zst": _zstd,
}  # fmt: skip
"""Each gives the same bytes for the same bytes, at any time."""


def suffixes(path: Path) -> tuple[str, str]:
    """The suffix that names the container, and the one that names the packing; empty where there is none."""
    last = path.suffix.lower()
    return (Path(path.stem).suffix.lower(), last) if last in PACKERS else (last, "")


class Layout:
    """Makes of the lines of a format the bytes of a file, in their order."""

    def __init__(self, path: Path, format: Format) -> None:
        container, packing = suffixes(path)
        self._array = container == ".json" and format.extension == "jsonl"
        self._pack = PACKERS[packing]() if packing else Plain()
        self._any = False

    def line(self, line: bytes) -> bytes:
        """The bytes that come with one more line."""
        if self._array:
            line = (b",\n" if self._any else b"[\n") + line.removesuffix(b"\n")
        self._any = True
        packed: bytes = self._pack.compress(line)
        return packed

    def end(self) -> Iterator[bytes]:
        """The bytes that come last."""
        tail = (b"\n]\n" if self._any else b"[]\n") if self._array else b""
        yield self._pack.compress(tail) + self._pack.flush()

    def close(self) -> None:
        """Nothing is held."""


def layout(path: Path, format: Format) -> Layout | ParquetLayout:
    """How the records of this format are to lie in the file of this path."""
    return ParquetLayout() if suffixes(path) == (".parquet", "") and format.extension == "jsonl" else Layout(path, format)
