"""Processes of ours that hold a library and answer questions over loopback, for models that no server elsewhere answers.

A library that computes, holds the interpreter's lock for seconds or ends the process it is in would do so to the loop that carries all
calls, to the leases of the run and to Ctrl-C. In a process of its own it cannot, and its questions go the way of all others. A host is
started at the first question, started again when it dies, and ends with its gate, or with this process however that ends: it reads its
standard input until there is nobody at the other end.
"""

from __future__ import annotations

import asyncio
import os
import re
import secrets
import sys
import tempfile
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Hashable, Mapping
from contextlib import nullcontext, suppress
from typing import IO, Any

import orjson

from rowsmith.core.ports import Paused
from rowsmith.core.weights import Note

DEATHS = 3
"""Times in a row that a host may die without an answer before the run pauses."""
LOG = "ROWSMITH_HOST_LOG"
"""Environment variable: a file that gets all that the libraries say. Without it, what they say is looked at only when they die."""
KEYS = re.compile(r"KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL|AUTH", re.IGNORECASE)
"""Names of environment variables that may hold a key."""
LONGEST = 64 * 1024
"""Most bytes of what a dead host said that are looked at."""


class Host:
    """One process, running `python -m PROGRAM`. It is told `told` and a token, and says where it answers.

    Args:
        title: what it holds, for messages.
        environ: what it gets besides the environment of this process, without keys: what looks like one by its name is left out.
        credentials: beginnings of names that it gets all the same.
        places: most questions in it at once; None: any number.
        note: hears that it is being started.
    """

    def __init__(
        self, program: str, told: Mapping[str, Any], *, title: str, environ: Mapping[str, str], note: Note, places: int | None = None,
        credentials: tuple[str, ...] = (),
    ) -> None:  # fmt: skip
        self.title = title
        self.token = secrets.token_hex(16)
        self.place: Any = nullcontext() if places is None else asyncio.Semaphore(places)
        self._program, self._told, self._environ, self._note = program, told, environ, note
        self._credentials = credentials
        self._process: Process | None = None
        self._log: IO[bytes] | None = None
        self._address = ""
        self._starting: asyncio.Task[str] | None = None
        self._deaths = 0
        self._said = ""

    async def address(self) -> str:
        """Where it answers, such as http://127.0.0.1:8080; it is started if need be.

        Raises:
            Paused: it cannot be started, or dies again and again.
        """
        if self._starting is None:
            if self._process is not None and self._process.returncode is None:
                return self._address
            self._starting = asyncio.get_running_loop().create_task(self._start())
            self._starting.add_done_callback(self._started)
        return await asyncio.shield(self._starting)

    def worked(self) -> None:
        """It has answered."""
        self._deaths = 0

    async def close(self) -> None:
        """End it, also in the middle of its start."""
        if self._starting is not None:
            self._starting.cancel()
            await asyncio.wait([self._starting])
        await self._end()

    def _started(self, task: asyncio.Task[str]) -> None:
        self._starting = None
        if not task.cancelled():
            task.exception()  # told to whoever waits; when nobody does any more, to nobody

    async def _start(self) -> str:
        if self._process is not None:
            self._deaths += 1
            self._said = self._last_words()
            await self._end()
            if self._deaths >= DEATHS:
                self._deaths = 0
                raise Paused("model", f"{self.title} has ended {DEATHS} times without an answer. {self._said}".strip(), "Look at that, and go on.")
        self._note(f"loading {self.title}")
        try:
            return await self._begun()
        except BaseException:
            await self._end()
            raise
        finally:
            self._note("")

    async def _begun(self) -> str:
        verbose = self._environ.get(LOG, "")
        told = {**self._told, "token": self.token, "verbose": bool(verbose)}
        try:
            self._log = open(verbose, "ab") if verbose else tempfile.TemporaryFile()  # noqa: SIM115 - as long as the process
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-P", "-m", self._program, stdin=PIPE, stdout=PIPE, stderr=self._log, env=self._given(),
                start_new_session=True,  # Ctrl-C is for this process; calls in flight may end
            )  # fmt: skip
        except OSError as error:
            what = f"The process of {self.title} cannot be started: {error.strerror or error}" + (f" ({error.filename})." if error.filename else ".")
            raise Paused("model", what, "Look at that, and go on.") from None
        assert self._process.stdin is not None and self._process.stdout is not None
        with suppress(ConnectionError):
            self._process.stdin.write(orjson.dumps(told) + b"\n")
            await self._process.stdin.drain()
        line = await self._process.stdout.readline()
        if not line:
            await self._process.wait()
            raise Paused("model", f"{self.title} cannot be loaded. {self._last_words()}".strip(), "Look at that, and go on.")
        said: dict[str, str] = orjson.loads(line)
        if "address" not in said:
            raise Paused("model", said["what"], said["fix"])
        self._address = said["address"]
        return self._address

    def _given(self) -> dict[str, str]:
        """Its environment. A key is sent with the question that it is for, or not at all: a library that finds one by itself would send it
        wherever a recipe says."""
        everything = {**os.environ, **self._environ}
        return {name: value for name, value in everything.items() if not KEYS.search(name) or name.startswith(self._credentials or ("\0",))}

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            assert process.stdin is not None
            process.stdin.close()
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
        if self._log is not None:
            self._log.close()
            self._log = None

    def _last_words(self) -> str:
        """The errors among what it said last, else the last lines."""
        if self._log is None or self._process is None:
            return ""
        with open(self._log.name if isinstance(self._log.name, str) else os.dup(self._log.fileno()), "rb") as log:
            log.seek(max(0, log.seek(0, os.SEEK_END) - LONGEST))
            lines = [line.strip() for line in log.read().decode("utf-8", "replace").splitlines() if line.strip()]
        errors = [line for line in lines if re.search(r"\bE\b|error|abort|assert", line, re.IGNORECASE)]
        code = self._process.returncode
        ended = f"It ended with {code}." if code is not None and code >= 0 else f"It was ended by signal {-(code or 0)}."
        return " ".join([ended, *dict.fromkeys(_plain(line) for line in (errors[:3] or lines[-3:]))])


class Hosts:
    """The hosts of one gate, each found by what it holds."""

    def __init__(self) -> None:
        self._known: dict[Hashable, Host] = {}

    def of(self, key: Hashable, make: Callable[[], Host]) -> Host:
        """The host that holds `key`."""
        if key not in self._known:
            self._known[key] = make()
        return self._known[key]

    async def close(self) -> None:
        """End all of them."""
        known, self._known = self._known, {}
        for host in known.values():
            await host.close()


def _plain(line: str) -> str:
    """A line of a log without its time and level."""
    return re.sub(r"^[\d.:\s-]*\b[A-Z]\b\s*", "", line)[:300]
