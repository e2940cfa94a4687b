"""A large file in pieces, each of which can be read alone: JSON Lines by bytes, Parquet by its groups of rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from io import BytesIO
from typing import IO, Protocol

from rowsmith.connectors.containers import columnar, recognise, text
from rowsmith.connectors.containers.encoding import encoding
from rowsmith.connectors.containers.limits import Limits
from rowsmith.connectors.containers.said import Facts, Given, Said, note
from rowsmith.core.lines import fitting, lines, open_lines
from rowsmith.core.records import Fault, Record

_LOOKS, _LOOK, _LOOK_ROWS = 32, 1 << 15, 100
_LEAST_PIECES = 4
_PACKED = 4
"""What is packed in Parquet has about so many times its size."""
_SOME = 1 << 17
"""Bytes of lines that are given at once."""


@dataclass(frozen=True, slots=True)
class Piece:
    """[start, end) of a file, in bytes of JSON Lines and in rows of Parquet, with the number of lines or rows `before` it. A line belongs to
    the piece in which it begins."""

    start: int
    end: int
    before: int


@dataclass(frozen=True, slots=True)
class Cut:
    """What a file is (`jsonl` or `parquet`, and the encoding of its lines), the pieces that make it up, and what is in the beginnings of some of
    them, spread over the whole file, and at its end."""

    container: str
    letters: str
    pieces: tuple[Piece, ...]
    looked: tuple[Record | Fault, ...]


def cut(file: IO[bytes], size: int, name: str, given: Given, limits: Limits) -> Iterator[Said]:
    """The facts of a file, its pieces, and records from across it; nothing where it is small, or cannot be cut.

    Raises:
        Refused: it cannot be read.
    """
    head = file.read(text.HEAD)
    binary = recognise.binary(head)
    if size * (_PACKED if binary == "parquet" else 1) < limits.whole_bytes or recognise.packing(head):
        return
    if wrong := recognise.mispacked(name, ""):
        yield note(wrong)
    if binary == "parquet":
        if len(pieces := _groups(str(file.name), limits.piece_rows)) > 1:
            looks = [Piece(piece.start, min(piece.end, piece.start + _LOOK_ROWS), piece.before) for piece in _across(pieces, _LOOKS // 8)]
            start = max(pieces[-1].start, pieces[-1].end - _LOOK_ROWS)
            yield Facts("parquet")
            yield {"pieces": [astuple(piece) for piece in pieces]}
            yield from _looked(file, "parquet", "", [*looks, Piece(start, pieces[-1].end, start)], limits)
    elif not binary and not recognise.stranger(head):
        yield from _by_bytes(file, size, head, name, given, limits)


def _groups(path: str, most: int) -> list[Piece]:
    """Groups of rows, several of them where they are small: each piece that is asked for takes some time beside that of its rows."""
    counts = columnar.groups(path)
    least, pieces, start, end = min(most, sum(counts) // _LEAST_PIECES), list[Piece](), 0, 0
    for count in counts:
        end += count
        if end - start >= least:
            pieces.append(Piece(start, end, start))
            start = end
    if end > start:
        pieces.append(Piece(start, end, start))
    return pieces


def _by_bytes(file: IO[bytes], size: int, head: bytes, name: str, given: Given, limits: Limits) -> Iterator[Said]:
    found = encoding(head, given.encoding)
    begun = head[: head.rfind(b"\n") + 1] or head
    file.seek(0)
    stream, letters = open_lines(file, found.name)
    if stream is not file or text.kind_of(begun.decode(found.name, "replace").lstrip("\ufeff"), False, name) != "jsonl":
        return
    yield Facts("jsonl", letters, found.guessed)
    pieces, start, before, tail = [], file.tell(), 0, size - _LOOK
    while start < size:
        most = min(limits.piece_bytes, max(tail - start, 0)) or size - start  # the last piece is short: it is the end that is looked at
        data = file.read(most)
        end = start + len(data)
        count = data.count(b"\n")
        if data[-1:] != b"\n" and (rest := next(lines(file, limits.line_bytes), None)) is not None:
            end, count = end + (rest[1] if isinstance(rest[1], int) else len(rest[1])), count + 1
        pieces.append(Piece(start, end, before))
        start, before = end, before + count
    yield {"pieces": [astuple(piece) for piece in pieces]}
    looks = [Piece(piece.start, min(piece.end, piece.start + _LOOK), piece.before) for piece in _across(pieces, _LOOKS)]
    yield from _looked(file, "jsonl", letters, [*looks, pieces[-1]], limits)


def _across(pieces: Sequence[Piece], most: int) -> Sequence[Piece]:
    """Some of the pieces before the last, spread over all."""
    return pieces[:-1][:: max(1, len(pieces) // most)]


def _looked(file: IO[bytes], container: str, letters: str, pieces: Sequence[Piece], limits: Limits) -> Iterator[Said]:
    """The records and faults in these pieces of a file."""
    with opened(file, container, letters, limits) as source:
        for first, some in (one for piece in pieces for one in source.raw(piece)):
            for number, raw in enumerate(some, first):
                yield from (said for said in source.said(number, raw) if not isinstance(said, dict))


class Opened(Protocol):
    """A file that is read by its pieces."""

    def raw(self, piece: Piece) -> Iterator[tuple[int, Sequence[bytes | int]]]:
        """The lines or rows of a piece, some at a time: the number of the first, and of each its bytes, or how many there are where those are too
        many."""

    def said(self, number: int, raw: bytes | int) -> Iterator[Said]:
        """What is to be said of one."""


@contextmanager
def opened(file: IO[bytes], container: str, letters: str, limits: Limits) -> Iterator[Opened]:
    """A file that has been cut.

    Raises:
        Refused: it cannot be read, here or later.
    """
    if container == "parquet":
        with columnar.opened(str(file.name), limits) as rows:
            yield _Rows(rows)
    else:
        yield _Lines(file, letters, limits)


class _Rows:
    def __init__(self, rows: columnar.ParquetFile) -> None:
        self._rows = rows

    def raw(self, piece: Piece) -> Iterator[tuple[int, Sequence[bytes | int]]]:
        return self._rows.rows(piece.start, piece.end)

    def said(self, number: int, raw: bytes | int) -> Iterator[Said]:
        assert isinstance(raw, bytes)
        return columnar.json_row(number, raw)


class _Lines:
    def __init__(self, file: IO[bytes], letters: str, limits: Limits) -> None:
        self._file, self._letters, self._limits = file, letters, limits

    def raw(self, piece: Piece) -> Iterator[tuple[int, Sequence[bytes | int]]]:
        self._file.seek(piece.start)
        number, left, most = piece.before + 1, piece.end - piece.start, self._limits.line_bytes
        if left > self._limits.piece_bytes + most:  # a line may be too long to be read whole
            for count, raw in lines(self._file, most):
                yield piece.before + count, (raw,)
                left -= raw if isinstance(raw, int) else len(raw)
                if left <= 0:
                    return
        data = self._file.read(left)
        held = BytesIO(data if data.endswith(b"\n") else data + self._file.readline(most))
        while some := held.readlines(_SOME):
            yield number, [raw if len(raw) <= most else fitting(raw, most) for raw in some]
            number += len(some)

    def said(self, number: int, raw: bytes | int) -> Iterator[Said]:
        return text.json_line(number, raw, self._letters, self._limits)
