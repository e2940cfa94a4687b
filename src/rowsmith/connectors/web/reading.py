"""Asks the child what is on a page. One child reads many pages; where one ends it or makes it hang, the next page gets a new one."""

from __future__ import annotations

import asyncio
import os
import select
import subprocess
import tempfile
import threading
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any

import orjson

from rowsmith.connectors.containers.reader import started
from rowsmith.core.errors import Unavailable

ANSWER_S = 10.0
"""What a page may take: a tree so deep that parsers take hours for it is made in a moment."""
MOST_BYTES = 64 << 20
"""Of one answer."""


class Reading:
    """The child, started when it is first needed. Close it when done."""

    def __init__(self, answer_s: float = ANSWER_S) -> None:
        for package in ("selectolax", "defusedxml"):
            if find_spec(package) is None:
                raise Unavailable(f"Pages of the web are read with {package}.", "Install it with: pip install 'rowsmith[documents]'")
        self._scratch = tempfile.TemporaryDirectory(prefix="rowsmith-")
        self._complaints: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed by close
        self._child: subprocess.Popen[bytes] | None = None
        self._turn, self._answer_s = threading.Lock(), answer_s

    async def read(self, task: str, path: Path, **asked: Any) -> dict[str, Any]:
        """What the child says of a file (child.py); `wrong` where it cannot be read."""
        question = orjson.dumps({"task": task, "path": str(path.absolute()), **asked}) + b"\n"
        return await asyncio.to_thread(self._answer, question)

    def close(self) -> None:
        """End the child."""
        with self._turn:
            self._end()
        self._complaints.close()
        self._scratch.cleanup()

    def _answer(self, question: bytes) -> dict[str, Any]:
        with self._turn:
            child = self._child = self._child or started("rowsmith.connectors.web.child", self._scratch.name, self._complaints)
            assert child.stdin is not None and child.stdout is not None
            try:
                child.stdin.write(question)
                child.stdin.flush()
                found: dict[str, Any] = orjson.loads(_line(child.stdout.fileno(), self._answer_s))
            except (OSError, ValueError) as error:
                self._end()
                return {"wrong": f"its reader {error if isinstance(error, _Amiss) else 'ended'}"}
            return found

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.kill()
            child.wait()
            for pipe in (child.stdin, child.stdout):
                if pipe is not None:
                    try:
                        pipe.close()
                    except BrokenPipeError:
                        continue  # what was not yet sent to a child that is gone


class _Amiss(ValueError):
    """Why there is no answer."""


def _line(pipe: int, most_s: float) -> bytes:
    held: list[bytes] = []
    size = 0
    while not held or not held[-1].endswith(b"\n"):
        if not select.select([pipe], [], [], most_s)[0]:
            raise _Amiss(f"gave no answer for {most_s:g} s")
        data = os.read(pipe, 1 << 18)
        size += len(data)
        if not data or size > MOST_BYTES:
            raise _Amiss("said more than it may" if data else "ended")
        held.append(data)
    return b"".join(held)
