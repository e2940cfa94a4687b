"""A version's rows in row order in one file, so that any of them is read without reading the others: pages of a grid, and whole versions.

    frame ...   32 rows each: checksum, lengths, then of each row its place, hashes and key; data; meta
    index       where each frame begins (8 bytes each), and the order key and place of its first row
    end         magic, number of rows, of frames, and of bytes of the index

Nothing is compressed, for inflating takes longer than all else that is done to show a row. A checksum in every frame and in the index tells
what is damaged.
"""

from __future__ import annotations

import os
import struct
import weakref
import zlib
from array import array
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from threading import Lock
from typing import IO, NamedTuple

from orjson import loads

from rowsmith.core.row import Row
from rowsmith.store.trees import Entry, turned
from rowsmith.store.versions import PREFIX

FRAME = 32
"""Rows a frame."""
_END = struct.Struct("<8sQQQ")
_HEAD = struct.Struct("<IH")  # checksum of what follows, number of parts
_MAGIC = b"rowsheap"
_CACHED = 64


class Damaged(Exception):
    """A file of a view is not what was written."""


class Stored(NamedTuple):
    """A row at rest: its entry, and its bodies as canonical JSON."""

    entry: Entry
    data: bytes
    meta: bytes

    @property
    def row(self) -> Row:
        """As a row."""
        return _row(b"".join((self.entry.place, bytes(32), self.entry.key)), self.data, self.meta)


def write_heap(file: IO[bytes], rows: Iterable[Stored]) -> int:
    """Write rows, which come in row order, and return their number."""
    stream = iter(rows)
    starts, firsts, count, at = array("Q"), bytearray(), 0, 0
    while frame := list(islice(stream, FRAME)):
        first = frame[0].entry
        firsts += len(first.key).to_bytes(1, "big") + first.key + first.place
        starts.append(at)
        at += file.write(_packed([part for (place, key, data, meta), said, beside in frame for part in (place + data + meta + key, said, beside)]))
        count += len(frame)
    starts.append(at)
    index = zlib.compress(starts.tobytes() + bytes(firsts), 1)
    file.write(index)
    file.write(_END.pack(_MAGIC, count, len(starts) - 1, len(index)))
    return count


def _packed(parts: Sequence[bytes]) -> bytes:
    body = struct.pack(f"<{len(parts)}I", *map(len, parts)) + b"".join(parts)
    return _HEAD.pack(zlib.crc32(body), len(parts)) + body


def _unpacked(frame: bytes) -> list[bytes]:
    sum_, count = _HEAD.unpack_from(frame)
    at = _HEAD.size + 4 * count
    if zlib.crc32(memoryview(frame)[_HEAD.size :]) != sum_ or at > len(frame):
        raise Damaged("its checksum does not fit")
    parts = []
    for length in struct.unpack_from(f"<{count}I", frame, _HEAD.size):
        parts.append(frame[at : at + length])
        at += length
    return parts


def _stored(head: bytes, data: bytes, meta: bytes) -> Stored:
    return Stored(Entry(head[:16], head[48:], head[16:32], head[32:48]), data, meta)


def _row(head: bytes, data: bytes, meta: bytes) -> Row:
    more = loads(meta)
    return Row(turned(head[:16]).hex(), head[48 + PREFIX :], loads(data), more["scores"], more["origin"])


class Heap:
    """Such a file, open for reading. Safe from many threads.

    Raises (every method):
        Damaged: the file is not what was written.
    """

    def __init__(self, path: Path) -> None:
        self._file = open(path, "rb")  # noqa: SIM115
        self._end = weakref.finalize(self, self._file.close)
        self.path = path
        self._lock = Lock()
        self._open: OrderedDict[int, list[bytes]] = OrderedDict()
        self._firsts: list[tuple[bytes, bytes]] | None = None
        try:
            self.rows, self._starts, self._index = self._read_index()
        except Damaged:
            self._end()
            raise

    def _read_index(self) -> tuple[int, array[int], bytes]:
        size = self._file.seek(0, 2)
        if size < _END.size:
            raise Damaged("it is cut short")
        self._file.seek(size - _END.size)
        magic, rows, frames, length = _END.unpack(self._file.read())
        if magic != _MAGIC or length > size or frames != -(-rows // FRAME):
            raise Damaged("its end is not what was written")
        self._file.seek(size - _END.size - length)
        try:
            index = zlib.decompress(self._file.read(length))
        except zlib.error as error:
            raise Damaged(str(error)) from None
        starts = array("Q", index[: 8 * (frames + 1)])
        if len(starts) != frames + 1 or starts[-1] != size - _END.size - length:
            raise Damaged("its index does not fit")
        return rows, starts, index[8 * (frames + 1) :]

    def span(self, start: int, stop: int) -> Iterator[Stored]:
        """The rows from position `start` up to `stop`, frame by frame."""
        for parts in self._parts(start, stop):
            yield from map(_stored, parts[::3], parts[1::3], parts[2::3])

    def rows_of(self, start: int, stop: int) -> Iterator[Row]:
        """The same as rows."""
        for parts in self._parts(start, stop):
            said = loads(b"[%b]" % b",".join(parts[1::3]))
            beside = loads(b"[%b]" % b",".join(parts[2::3]))
            for head, data, more in zip(parts[::3], said, beside, strict=True):
                yield Row((head[8:16] + head[:8]).hex(), head[48 + PREFIX :], data, more["scores"], more["origin"])

    def _parts(self, start: int, stop: int) -> Iterator[list[bytes]]:
        """Heads, data and meta in turn of the rows from `start` up to `stop`, of each frame."""
        for number in range(start // FRAME, -(-min(stop, self.rows) // FRAME)):
            first = 3 * FRAME * number
            yield self._frame(number)[max(3 * start - first, 0) : 3 * stop - first]

    def take(self, positions: Iterable[int]) -> dict[int, Stored]:
        """The rows at these positions; each frame is opened once."""
        by_frame: dict[int, list[int]] = {}
        for position in positions:
            by_frame.setdefault(position // FRAME, []).append(position)
        found = {}
        for number in sorted(by_frame):
            parts = self._frame(number)
            for position in by_frame[number]:
                at = 3 * (position % FRAME)
                found[position] = _stored(*parts[at : at + 3])
        return found

    def find(self, key: bytes, place: bytes) -> tuple[int, bool]:
        """How many rows stand before this key and place, and whether the next one is it."""
        number = bisect_right(self.firsts, (key, place)) - 1
        if number < 0:
            return 0, False
        heads = self._frame(number)[::3]
        at = next((n for n, head in enumerate(heads) if (head[48:], head[:16]) >= (key, place)), len(heads))
        return number * FRAME + at, at < len(heads) and (heads[at][48:], heads[at][:16]) == (key, place)

    @property
    def firsts(self) -> list[tuple[bytes, bytes]]:
        """Key and place of the first row of each frame."""
        if self._firsts is None:
            found, at = [], 0
            while at < len(self._index):
                end = at + 1 + self._index[at]
                found.append((self._index[at + 1 : end], self._index[end : end + 16]))
                at = end + 16
            if len(found) != len(self._starts) - 1:
                raise Damaged("its index does not fit")
            self._firsts = found
        return self._firsts

    def _frame(self, number: int) -> list[bytes]:
        with self._lock:
            if number in self._open:
                self._open.move_to_end(number)
                return self._open[number]
            self._file.seek(self._starts[number])
            body = self._file.read(self._starts[number + 1] - self._starts[number])
        if len(body) < _HEAD.size:
            raise Damaged("it is cut short")
        parts = _unpacked(body)
        if len(parts) % 3:
            raise Damaged("a frame does not hold whole rows")
        with self._lock:
            self._open[number] = parts
            if len(self._open) > _CACHED:
                self._open.popitem(last=False)
        return parts

    @property
    def current(self) -> bool:
        """Whether the file is still the one of its name."""
        try:
            return os.stat(self.path).st_ino == os.fstat(self._file.fileno()).st_ino
        except (OSError, ValueError):
            return False

    def close(self) -> None:
        """Close the file; who forgets it without has it closed, too."""
        self._end()
