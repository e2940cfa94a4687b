"""A child that answers one line with one line, again and again, and is ended when it hangs, says too much or has ended itself."""

from __future__ import annotations

import os
import select
import tempfile
import time
from collections.abc import Mapping
from contextlib import ExitStack

from rowsmith.connectors.containers.limits import Limits
from rowsmith.connectors.containers.reader import end, started, why_ended


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
