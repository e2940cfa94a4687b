"""The child: reads one file and says what is in it, fenced in before it has seen a byte. Run by reader.py, as a module."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any
from zipfile import BadZipFile

import orjson

from rowsmith.connectors.containers import columnar, recognise, sheets, text, unpack
from rowsmith.connectors.containers.fence import fence
from rowsmith.connectors.containers.limits import CutOff, Limits, Refused
from rowsmith.connectors.containers.pieces import cut
from rowsmith.connectors.containers.said import Facts, Given, Json, Said, fault, line_of, note
from rowsmith.core.records import Fault, Record

_FLUSH = 1 << 17
_DEEP = "Unpack it yourself: an archive within another one is not opened."


def main() -> None:
    """Say everything, to the last line."""
    told = orjson.loads(sys.stdin.buffer.read())
    path, limits, given = Path(told["path"]), Limits(**told["limits"]), Given(**told["given"])
    size = path.stat().st_size
    fence(limits, size)
    say = _Out(os.dup(1), limits.output(size) * 4)
    os.dup2(2, 1)  # what a library prints is no record
    try:
        with path.open("rb") as file:
            for said in _asked(file, size, told, given, limits):
                if isinstance(said, Facts):
                    given.require_meant(said.container)
                say(line_of(said))
                if isinstance(said, Facts):
                    say.flush()  # who listens may have something to prepare
        say.flush()
    except Refused as refused:
        say.last(refused.what, refused.fix)
    except (MemoryError, RecursionError):
        what = f"It needs more than the {limits.memory_bytes >> 20:,} MB of memory that a file may take."
        say.last(what, "Give it in smaller parts, or as JSON Lines or CSV, which are streamed.")


def _asked(file: IO[bytes], size: int, told: dict[str, Any], given: Given, limits: Limits) -> Iterator[Said]:
    if told["task"] == "cut":
        return cut(file, size, told["name"], given, limits)
    return contents(file, size, told["name"], given, limits, Path(told["scratch"]))


def contents(file: IO[bytes], size: int, name: str, given: Given, limits: Limits, scratch: Path) -> Iterator[Said]:
    """All that is to be said of a file.

    Raises:
        Refused: it cannot be read.
    """
    head = file.read(text.HEAD)
    file.seek(0)
    packing = recognise.packing(head)
    if wrong := recognise.mispacked(name, packing):
        yield note(wrong)
    if packing == "zip":
        yield from _zip(file, size, given, limits, scratch, lambda: name)
    elif packing:
        with unpack.unpacked(file, packing, limits) as stream:
            inner = name[: -len(packing) - 1] if name.lower().endswith(f".{packing}") else name
            yield from _cut_off(_stream(stream, inner, given, limits, scratch))
    else:
        yield from _plain(file, head, name, given, limits, lambda: file.name)


def _zip(file: IO[bytes], size: int, given: Given, limits: Limits, scratch: Path, name: Callable[[], str]) -> Iterator[Said]:
    try:
        book = recognise.workbook(file)
    except (OSError, ValueError, NotImplementedError, KeyError, BadZipFile) as error:
        raise Refused(f"The zip cannot be read: {error}.", "It may be cut off or damaged: copy it again.") from None
    file.seek(0)
    if book:
        unpack.require_small(file, size, limits)
        yield from sheets.read_sheets(str(file.name), book, given, limits)
        return
    found = False
    for member, stream, _ in unpack.members(file, size, limits):
        found = True
        yield {"member": member.encode("utf-8", "replace").decode()}
        yield from _cut_off(_stream(stream, member, given, limits, scratch))
    if not found:
        raise Refused("The archive holds no file.", "Put the files into it.")


def _stream(stream: IO[bytes], name: str, given: Given, limits: Limits, scratch: Path) -> Iterator[Said]:
    """What is unpacked on the way: texts and Arrow go through, what has to be read here and there lies in a scratch file."""
    head, late = _head(stream)
    if late and not head:
        raise late
    if recognise.packing(head) == "zip" or recognise.binary(head) == "parquet":
        place = scratch / "unpacked"
        with place.open("wb+") as whole:
            whole.write(head)
            if late:
                raise late
            while data := stream.read(1 << 18):
                whole.write(data)
            whole.flush()
            whole.seek(0)
            if recognise.binary(head):
                yield from columnar.read_parquet(str(place), limits)
            elif book := recognise.workbook(whole):
                unpack.require_small(whole, place.stat().st_size, limits)
                yield from sheets.read_sheets(str(place), book, given, limits)
            else:
                raise Refused("It is an archive within an archive.", _DEEP)
        return
    if recognise.packing(head):
        raise Refused("It is packed twice.", _DEEP)
    joined: Any = text.Joined(head, stream, late)
    yield from _plain(io.BufferedReader(joined), head, name, given, limits, None)


def _head(stream: IO[bytes]) -> tuple[bytes, CutOff | None]:
    """The first bytes of what is unpacked, and the damage that was met there."""
    head = io.BytesIO()
    source: Any = stream
    try:
        while head.tell() < text.HEAD and (data := source.read1(text.HEAD - head.tell())):
            head.write(data)
    except CutOff as error:
        return head.getvalue(), error
    return head.getvalue(), None


def _plain(file: IO[bytes], head: bytes, name: str, given: Given, limits: Limits, path: Callable[[], str] | None) -> Iterator[Said]:
    if not head.strip(b" \t\r\n\xef\xbb\xbf\xff\xfe\0"):
        yield fault(0, "empty_file", "The file has no records. Remove it, or put something in it.")
        return
    kind = recognise.binary(head)
    if kind == "parquet" and path:
        yield from columnar.read_parquet(path(), limits)
    elif kind == "arrow":
        yield from columnar.read_arrow(file, limits)
    elif other := recognise.stranger(head):
        raise Refused(f"It is {other}.", "Give CSV, TSV, JSON, JSON Lines, Parquet, Arrow, XLSX or ODS.")
    else:
        yield from text.read_text(file, head, name, given, limits)


def _cut_off(said: Iterator[Said]) -> Iterator[Said]:
    """The same; what is cut off or damaged amid the file is a fault at its end."""
    number = 0
    try:
        for one in said:
            number = one.line if isinstance(one, Record | Json | Fault) else 0
            yield one
    except CutOff as error:
        yield fault(number + 1, "damaged", f"The packed file is cut off or damaged here ({error}); what comes behind this is not read.")


class _Out:
    """The way out, in large writes, up to a number of bytes."""

    def __init__(self, to: int, most: int) -> None:
        self._to, self._most, self._count = to, most, 0
        self._held: list[bytes] = []
        self._size = 0

    def __call__(self, line: bytes) -> None:
        self._held.append(line)
        self._size += len(line) + 1
        if self._size >= _FLUSH:
            self.flush()

    def flush(self) -> None:
        """Write what is held.

        Raises:
            Refused: it is more than may come of the file.
        """
        data = b"\n".join([*self._held, b""])
        self._count += len(data)
        self._held, self._size = [], 0
        if self._count > self._most:
            raise Refused("Far more comes of it than its size lets expect.", "Look at what it holds, and give it in parts.")
        self._write(data)

    def last(self, what: str, fix: str) -> None:
        """Why nothing more comes."""
        self._write(b"\n".join([*self._held, orjson.dumps({"what": what, "fix": fix}), b""]))

    def _write(self, data: bytes) -> None:
        while data:
            data = data[os.write(self._to, data) :]


if __name__ == "__main__":
    main()
