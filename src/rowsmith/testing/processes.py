"""Real processes for stories: the command line as a child, its death at a random moment."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any


class CommandLine:
    """`rowsmith ARGUMENTS` as a child process in a process group of its own. Its output goes to files, so it never waits for a reader.

    Leaving the `with` ends whatever of it is still alive.
    """

    def __init__(self, *arguments: str | Path, env: Mapping[str, str] | None = None, cwd: str | Path | None = None) -> None:
        self.arguments = [str(argument) for argument in arguments]
        self._folder = tempfile.TemporaryDirectory(prefix="rowsmith-output-")
        self._out, self._err = Path(self._folder.name, "out"), Path(self._folder.name, "err")
        with self._out.open("wb") as out, self._err.open("wb") as err:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "rowsmith.cli.main", *self.arguments],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                env={**os.environ, **(env or {})},
                cwd=cwd,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """The process's id."""
        return self.process.pid

    @property
    def out(self) -> str:
        """What it has written to standard output so far."""
        return self._out.read_text(encoding="utf-8", errors="replace")

    @property
    def err(self) -> str:
        """What it has written to standard error so far."""
        return self._err.read_text(encoding="utf-8", errors="replace")

    @property
    def result(self) -> dict[str, Any]:
        """The last line of standard output, read as JSON (`--json`).

        Raises:
            ValueError: there is none; the message holds what it wrote instead.
        """
        lines = self.out.strip().splitlines()
        try:
            value: dict[str, Any] = json.loads(lines[-1] if lines else "")
        except ValueError:
            raise ValueError(f"{self} ended with {self.process.poll()} and wrote no JSON line.\n{self.out[-2000:]}\n{self.err[-4000:]}") from None
        return value

    def wait(self, timeout_s: float = 60.0) -> int:
        """Wait for its end; returns the exit code (negative: the signal that ended it).

        Raises:
            TimeoutError: it runs on.
        """
        try:
            return self.process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            raise TimeoutError(f"{self} still runs after {timeout_s:g} s.\n{self.err[-4000:]}") from None

    def terminate(self) -> None:
        """Send SIGTERM to the process itself."""
        self.process.send_signal(signal.SIGTERM)

    def kill(self) -> int:
        """Send SIGKILL to the process itself, as a crash would; its children live on until `close`. Returns the exit code."""
        self.process.kill()
        return self.process.wait()

    def kill_within(self, low_s: float, high_s: float, chance: random.Random) -> bool:
        """Kill it at a random moment between `low_s` and `high_s` from now. False: it had ended by itself before."""
        try:
            self.process.wait(chance.uniform(low_s, high_s))
        except subprocess.TimeoutExpired:
            return self.kill() == -signal.SIGKILL
        return False

    def close(self) -> None:
        """End what is still alive of its process group and release the files."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
        self._folder.cleanup()

    def __enter__(self) -> CommandLine:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __str__(self) -> str:
        return f"`rowsmith {' '.join(self.arguments)}`"


def rowsmith(
    *arguments: str | Path, env: Mapping[str, str] | None = None, cwd: str | Path | None = None, timeout_s: float = 60.0
) -> subprocess.CompletedProcess[str]:
    """Run `rowsmith ARGUMENTS` to its end: exit code, standard output and standard error.

    Raises:
        TimeoutError: it does not end in time.
    """
    with CommandLine(*arguments, env=env, cwd=cwd) as command:
        code = command.wait(timeout_s)
        return subprocess.CompletedProcess(command.arguments, code, command.out, command.err)
