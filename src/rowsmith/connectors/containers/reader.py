"""Starts the child that reads a file, watches it, and gives what it says as records."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

import orjson

from rowsmith.connectors.containers.limits import Limits
from rowsmith.connectors.containers.pieces import Cut, Piece
from rowsmith.connectors.containers.recognise import misnamed
from rowsmith.core.errors import Invalid, NotFound
from rowsmith.core.records import Contents, Fault, Record

PASSED_ON = ("PATH", "PYTHONPATH", "PYTHONHOME", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH", "SYSTEMROOT", "VIRTUAL_ENV")
"""What the child's environment has of ours: no key is among it."""


def read_records(
    path: Path, name: str, *, encoding: str | None = None, delimiter: str | None = None, sheet: str | None = None, header: bool = True,
    contents: Contents | None = None, limits: Limits | None = None,
) -> Iterator[Record | Fault]:  # fmt: skip
    """Every record of a file, in order, read in a child process with bounded memory, time and output.

    Args:
        name: what the user knows the file as; its suffix breaks ties.
        encoding, delimiter: go before what is found.
        sheet: the sheet of a spreadsheet; default: the first with anything in it.
        header: whether the first row of a table names its columns; else they are column_1, column_2 ...
        contents: filled with what is learned of the file.

    Raises:
        NotFound: there is no such file.
        Invalid: the file cannot be read at all, or costs more than it may.
    """
    contents = Contents() if contents is None else contents
    told = Told(name, contents)
    given = {"encoding": encoding, "delimiter": delimiter, "sheet": sheet, "header": header}
    with _child(path, name, {"task": "contents", "given": given}, limits or Limits()) as lines:
        for line in lines:
            if (said := told.heard(line)) is not None:
                yield said
    contents.end(name)


def cut_file(
    path: Path, name: str, *, encoding: str | None = None, delimiter: str | None = None, sheet: str | None = None, header: bool = True,
    contents: Contents | None = None, limits: Limits | None = None, begun: Callable[[], None] | None = None,
) -> Cut | None:  # fmt: skip
    """The pieces in which a large file of JSON Lines or Parquet can be read, found in a child process; None where it is small, or something else.
    `begun` is called as soon as it is known that there will be some.

    Raises: as `read_records`.
    """
    contents = Contents() if contents is None else contents
    told, pieces, looked = Told(name, contents), list[Piece](), list[Record | Fault]()
    given = {"encoding": encoding, "delimiter": delimiter, "sheet": sheet, "header": header}
    with _child(path, name, {"task": "cut", "given": given}, limits or Limits()) as lines:
        for line in lines:
            if (said := told.heard(line)) is not None:
                looked.append(said)
            elif told.pieces:
                pieces = told.pieces
            elif contents.container and begun is not None:
                begun()
    return Cut(contents.container, contents.encoding or "", tuple(pieces), tuple(looked)) if len(pieces) > 1 else None


@contextmanager
def _child(path: Path, name: str, asked: dict[str, Any], limits: Limits) -> Iterator[Iterator[bytes]]:
    """The lines that a child says of a file."""
    if not path.is_file():
        raise NotFound(f"There is no file {name!r}.", "Check the path.")
    with tempfile.TemporaryDirectory(prefix="rowsmith-") as scratch, tempfile.TemporaryFile() as complaints:
        child = started("rowsmith.connectors.containers.child", scratch, complaints)
        assert child.stdin is not None and child.stdout is not None
        told = {**asked, "path": str(path.absolute()), "name": Path(name).name, "limits": asdict(limits), "scratch": scratch}
        try:
            with child.stdin as stdin:
                stdin.write(orjson.dumps(told))
            yield said_lines(child.stdout.fileno(), name, limits.stall_s)
            if child.wait() != 0:
                raise died(name, child.returncode, limits, complaints)
        finally:
            child.kill()
            child.wait()
            child.stdout.close()


def started(module: str, scratch: str, complaints: IO[bytes], more: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
    """A process of ours that gets files of strangers to read, without our keys in its environment; `more` is what it has besides."""
    environ = {key: value for key in PASSED_ON if (value := os.environ.get(key)) is not None}
    return subprocess.Popen(
        [sys.executable, "-P", "-m", module], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=complaints,
        env={**environ, "MALLOC_ARENA_MAX": "2", **(more or {})}, cwd=scratch,
    )  # fmt: skip


class Stalled(Invalid):
    """A child from which nothing has come for too long."""


def said_lines(pipe: int, name: str, stall_s: float) -> Iterator[bytes]:
    """The lines that come through a pipe, until it is closed.

    Raises:
        Stalled: none comes for so long.
    """
    left: list[bytes] = []
    while True:
        if not select.select([pipe], [], [], stall_s)[0]:
            raise Stalled(f"{name}: nothing came of it for {stall_s:g} s.", "The file may be made to hang readers: look at what it holds.")
        if not (data := os.read(pipe, 1 << 18)):
            return
        first, *others = data.split(b"\n")
        left.append(first)
        for other in others:
            yield b"".join(left)
            left = [other]


class Told:
    """What has been told of a file so far: fills `contents`, and knows whose records come.

    `pieces`: those that the last line named.
    """

    def __init__(self, name: str, contents: Contents) -> None:
        self._name, self._contents = name, contents
        self._file, self._flat = name, False
        self.pieces: list[Piece] = []

    def heard(self, line: bytes) -> Record | Fault | None:
        """The record or fault that a line says; None where it says something else.

        Raises:
            Invalid: the file cannot be read.
        """
        said = orjson.loads(line)
        if isinstance(said, list):
            return Record(self._file, said[0], said[1], self._flat) if len(said) == 2 else Fault(self._file, said[0], said[2], said[3], said[4])
        if "what" in said:
            raise Invalid(f"{self._file}: {said['what']}", said["fix"])
        if "member" in said:
            self._file = f"{self._name}/{said['member']}"
        elif "note" in said:
            self._contents.notes.append(f"{self._file}: {said['note']}")
        elif "facts" in said:
            self._learn(said["facts"])
        self._contents.odd += said.get("odd", 0)
        self.pieces = [Piece(*piece) for piece in said.get("pieces", ())]
        return None

    def _learn(self, facts: dict[str, Any]) -> None:
        known = self._contents
        self._flat = facts["container"] not in ("json", "jsonl", "array")
        container = "json" if facts["container"] == "array" else facts["container"]
        if wrong := misnamed(self._file, container):
            known.notes.append(f"{self._file}: {wrong}")
        if facts["guessed"]:
            known.notes.append(f"{self._file}: its encoding is guessed, {facts['encoding']}.")
        if not known.container:
            known.container, known.encoding, known.delimiter = container, facts["encoding"], facts["delimiter"]
            known.columns = tuple(facts["columns"])


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process that was started, and close its pipes."""
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()


def died(name: str, code: int, limits: Limits, complaints: IO[bytes]) -> Invalid:
    """The error for a child that ended before it was done; `code` is its exit status, a signal as a negative number."""
    what = f"{name}: the file {why_ended(code, limits, complaints)[1]}, and nothing of it is taken."
    return Invalid(what, "Look at what it holds; it may be damaged or hostile.")


def why_ended(code: int, limits: Limits, complaints: IO[bytes]) -> tuple[str, str]:
    """Why a child ended before it was done: a code, and what the file did."""
    signals = {
        -24: ("timeout", f"took more than the {limits.cpu_s} s and more that it may"), -25: ("too_large", "unpacked to more than it may"),
        -9: ("memory", "was ended by the system"),
    }  # fmt: skip
    complaints.seek(0)
    said = complaints.read().decode(errors="replace").strip().splitlines()
    broke = "memory" if any("memory allocation" in line or "failed to allocate" in line or "MemoryError" in line for line in said) else "broken_file"
    return signals.get(code) or (broke, f"broke its reader ({said[-1][:200] if said else f'exit status {code}'})")
