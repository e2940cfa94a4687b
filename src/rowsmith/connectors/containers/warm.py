"""A child that answers one line with one line, again and again, and is ended when it hangs, says too much or has ended itself."""

from __future__ import annotations

import os
import select
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import asdict
from typing import TypeVar

import orjson

from rowsmith.connectors.containers.limits import Limits
from rowsmith.connectors.containers.reader import end, started, why_ended

T = TypeVar("T")


class Ended(Exception):
    """The child ended, or was ended, before it had answered: a code (`timeout`, `memory`, `too_large`, `broken_file`), and what happened, in words
    that follow what it was asked of."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason, self.detail = reason, detail


class Warm:
    """The process of a module that gets strangers' bytes; `limits` are what it takes upon itself, and words for its end are made of them."""

    def __init__(self, module: str, limits: Limits, *, most_bytes: int, more: Mapping[str, str] | None = None) -> None:
        self._limits, self._most_bytes = limits, most_bytes
        self._open = ExitStack()
        scratch = self._open.enter_context(tempfile.TemporaryDirectory(prefix="rowsmith-", ignore_cleanup_errors=True))
        self._complaints = self._open.enter_context(tempfile.TemporaryFile())  # noqa: SIM115
        self._process = started(module, scratch, self._complaints, more)
        assert self._process.stdin is not None and self._process.stdout is not None
        self._in, self._out = self._process.stdin.fileno(), self._process.stdout.fileno()
        os.set_blocking(self._in, False)

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self._process.poll() is None

    def asked(self, question: bytes, most_s: float) -> bytes:
        """The line that answers a line, without its end, within so many seconds.

        Raises:
            Ended: there is none; nothing more can be asked.
        """
        until = time.monotonic() + most_s
        self._tell(question + b"\n", until, most_s)
        held: list[bytes] = []
        size = 0
        while not held or not held[-1].endswith(b"\n"):
            self._wait(until, most_s)
            if not (data := os.read(self._out, 1 << 18)):
                raise Ended(*why_ended(self._process.wait(), self._limits, self._complaints))
            held.append(data)
            if (size := size + len(data)) > self._most_bytes:
                raise Ended("too_large", "made its reader say more than it may")
        return b"".join(held)[:-1]

    def _tell(self, data: bytes, until: float, most_s: float) -> None:
        left = memoryview(data)
        while left:
            self._wait(until, most_s, writing=True)
            try:
                left = left[os.write(self._in, left) :]
            except BrokenPipeError:
                return  # why, its end says

    def _wait(self, until: float, most_s: float, *, writing: bool = False) -> None:
        asked = ([], [self._in]) if writing else ([self._out], [])
        if not any(select.select(*asked, [], max(0.0, until - time.monotonic()))):
            raise Ended("timeout", f"gave no answer for {most_s:g} s")

    def end(self) -> None:
        """End it."""
        end(self._process)
        self._open.close()


class Ready:
    """The Warm process of a module, begun with its limits when it is first asked, and anew when the one before has ended."""

    def __init__(self, module: str, limits: Limits, *, most_bytes: int) -> None:
        self._module, self._limits, self._most_bytes = module, limits, most_bytes
        self._child: Warm | None = None

    def asked(self, question: bytes, most_s: float, read: Callable[[bytes], T]) -> T:
        """What `read` makes of the line that answers. A process that gives none, or one that cannot be read, is ended; so it is where whoever asked
        was interrupted, since what it would say then answers nothing that is asked.

        Raises:
            Ended: there is no answer. What `read` raises.
        """
        if self._child is None or not self._child.alive:
            self.end()
            self._child = Warm(self._module, self._limits, most_bytes=self._most_bytes)
            question = orjson.dumps(asdict(self._limits)) + b"\n" + question
        answered = False
        try:
            found = read(self._child.asked(question, most_s))
            answered = True
            return found
        finally:
            if not answered:
                self.end()

    @property
    def pid(self) -> int | None:
        """The process's number; None before it has begun."""
        return None if self._child is None else self._child.pid

    def end(self) -> None:
        """End it. It may be asked again, of a new one."""
        if self._child is not None:
            self._child.end()
        self._child = None
