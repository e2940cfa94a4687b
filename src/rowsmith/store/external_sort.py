"""Sorting more byte strings than memory is to hold: in runs, which wait in a temporary file and are merged while they are read."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from heapq import merge
from itertools import islice
from tempfile import TemporaryFile
from typing import IO

from rowsmith.store.faults import told

MEMORY = 32 << 20
"""Bytes of records that are sorted at a time, with what Python takes for each."""
_EACH = 41
_CHUNK = 1024  # records that are read at a time


class Sorter:
    """Byte strings of up to 64 KB, sorted: add them all, then read them, as often as wanted. `len()` says how many there are."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._runs: list[list[tuple[int, int]]] = []  # of each run, where its chunks begin and how long they are
        self._last: list[bytes] = []
        self._size = self._count = self._end = 0

    def __len__(self) -> int:
        return self._count

    def add(self, records: Sequence[bytes]) -> None:
        """More of them."""
        self._last += records
        self._count += len(records)
        self._size += sum(map(len, records)) + _EACH * len(records)
        if self._size > MEMORY:
            self._spill()

    def __iter__(self) -> Iterator[bytes]:
        self._last.sort()
        return merge(*map(self._read, self._runs), self._last) if self._runs else iter(self._last)

    def _spill(self) -> None:
        self._last.sort()
        stream, run = iter(self._last), []
        while chunk := list(islice(stream, _CHUNK)):
            packed = struct.pack(f"<I{len(chunk)}H", len(chunk), *map(len, chunk)) + b"".join(chunk)
            self._file.write(packed)
            run.append((self._end, len(packed)))
            self._end += len(packed)
        self._file.flush()
        self._runs.append(run)
        self._last, self._size = [], 0

    def _read(self, run: Iterable[tuple[int, int]]) -> Iterator[bytes]:
        for start, length in run:
            chunk = os.pread(self._file.fileno(), length, start)
            (count,) = struct.unpack_from("<I", chunk)
            at = 4 + 2 * count
            for size in struct.unpack_from(f"<{count}H", chunk, 4):
                yield chunk[at : at + size]
                at += size


@contextmanager
def sorter() -> Iterator[Sorter]:
    """A sorter, whose file is gone when the block ends or the process dies."""
    with told("the temporary folder (TMPDIR)"), TemporaryFile() as file:
        yield Sorter(file)
