"""The child: reads files one after the other, fenced in before it has seen a byte, and says what is in them (said.py). Run by reader.py, as a
module."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson

from rowsmith.connectors.containers.fence import fence, limit_cpu
from rowsmith.connectors.containers.limits import Limits
from rowsmith.connectors.documents.given import Given, Said
from rowsmith.connectors.documents.opened import Begun, opened
from rowsmith.connectors.documents.said import END, WORKING, line_of
from rowsmith.core.documents import Document
from rowsmith.core.errors import Unavailable
from rowsmith.core.records import Fault

_MOST_FILES = 500
"""After so many files a child ends: what libraries leak goes with it."""


def main() -> None:
    """Read whatever is asked for, until no more is."""
    told = orjson.loads(sys.stdin.buffer.readline())
    limits, scratch = Limits(**told["limits"]), Path(told["scratch"])
    fence(limits)
    out = os.dup(1)
    os.dup2(2, 1)  # what a library prints is no document
    for count, line in enumerate(sys.stdin.buffer, 1):
        task = orjson.loads(line)
        exhausted = False
        try:
            for said in _read(task, limits, scratch, lambda: _write(out, orjson.dumps([WORKING]))):
                exhausted = exhausted or (isinstance(said, Fault) and said.reason == "memory")
                _write(out, line_of(said))
        except MemoryError:
            exhausted = True
            _write(out, line_of(Fault("", 0, "memory", "What is in it needs more memory than a file may take.")))
        go_on = not exhausted and count < _MOST_FILES
        _write(out, orjson.dumps([END, go_on]))
        if not go_on:
            return
        _emptied(scratch)


def _read(task: dict[str, Any], limits: Limits, scratch: Path, working: Callable[[], None]) -> Iterator[Said | Begun | Unavailable]:
    path, count = Path(task["file"]), 0
    try:
        size = path.stat().st_size
        limit_cpu(limits.cpu(size))
        given = Given(task["name"], size, limits, scratch, task["encoding"], task["asked"], task["records"], working=_now_and_then(working))
        with path.open("rb") as file:
            for said in opened(file, given, task["kind"], task["skip"]):
                if isinstance(said, Document) and (count := count + len(said.text)) > limits.output(size):
                    yield Fault(said.member, 0, "too_large", "Far more text comes of it than its size lets expect.")
                    return
                yield said
    except OSError as error:
        yield Fault("", 0, "unreadable", str(error))
    except Unavailable as error:
        yield error


def _now_and_then(working: Callable[[], None]) -> Callable[[], None]:
    last = time.monotonic()

    def said() -> None:
        nonlocal last
        if (now := time.monotonic()) - last > 1:
            last = now
            working()

    return said


def _write(to: int, data: bytes) -> None:
    data += b"\n"
    while data:
        data = data[os.write(to, data) :]


def _emptied(scratch: Path) -> None:
    for left in scratch.iterdir():
        if left.is_dir():
            shutil.rmtree(left)
        else:
            left.unlink()


if __name__ == "__main__":
    main()
