"""Starts a sandbox, gives it code and tests, and tells what came of them."""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import orjson

from rowsmith.core.errors import Unavailable
from rowsmith.core.execution import Executed, Verdict

SCRATCH_BYTES, OUTPUT_BYTES, RESULT_BYTES = 16 << 20, 1 << 20, 4 << 20
"""What code may leave in its folder, and may say; more ends it."""
GRACE_S = 10.0
"""Seconds beyond the time limit after which the launcher itself is ended."""
FIX = "Run it on Linux 5.12 or later, where users may make namespaces (user.max_user_namespaces above 0; not forbidden by AppArmor or a container)."
_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Ran:
    """A program's end: its exit status (128 and more: a signal), or why it was ended (`timeout`, `output`); what it printed, and its result."""

    status: int
    cut: str
    output: str
    result: bytes


class Sandbox:
    """Carries Python out, standard library alone, in one process that sees no file, network, process or setting of this machine.

    Args:
        time_s: seconds, by the clock, after which it is ended.
        memory_bytes: its address space.
    """

    def __init__(self, time_s: float = 10.0, memory_bytes: int = 512 << 20) -> None:
        self.time_s, self.memory_bytes = time_s, memory_bytes

    def run(self, files: Mapping[str, str]) -> Ran:
        """Carry out `main.py` of these files. It writes its result to descriptor 3.

        Raises:
            Unavailable: this machine has no sandbox to give.
        """
        with tempfile.TemporaryDirectory(prefix="rowsmith-") as root:
            told, result = os.pipe(), os.pipe()
            job = {
                "root": root, "files": dict(files), "time_s": self.time_s, "memory_bytes": self.memory_bytes, "scratch_bytes": SCRATCH_BYTES,
                "told": told[1], "result": result[1],
            }  # fmt: skip
            command = [sys.executable, "-I", "-S", "-B", str(_HERE / "launcher.py")]
            try:
                launcher = subprocess.Popen(
                    command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env={}, cwd="/", start_new_session=True,
                    pass_fds=(told[1], result[1]),
                )  # fmt: skip
            finally:
                os.close(told[1])
                os.close(result[1])
            try:
                return self._watched(launcher, json.dumps(job).encode(), told[0], result[0])
            finally:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(launcher.pid, signal.SIGKILL)
                launcher.wait()
                for end in (told[0], result[0]):
                    os.close(end)

    def execute(self, code: str, tests: Sequence[str] | str) -> Executed:
        """Carry out code, then its tests: a list of texts, each a test, or one text with many (trial.py).

        Raises:
            Unavailable: this machine has no sandbox to give.
        """
        return self._tried(code, [tests], "whole") if isinstance(tests, str) else self._tried(code, tests, "each")

    def evaluate(self, code: str, expressions: Sequence[str]) -> Executed:
        """Carry out code, then the expressions, one after the other in the same world; the values as JSON. Raises as `execute`."""
        return self._tried(code, expressions, "values")

    def _tried(self, code: str, tests: Sequence[str], how: str) -> Executed:
        job = {"code": code, "tests": list(tests), "how": how}
        ran = self.run({"main.py": _trial(), "job.json": json.dumps(job)})
        lines = [line for line in map(_line, ran.result.splitlines()) if line]
        found = tuple(Verdict(bool(line["ok"]), str(line.get("error") or ""), line.get("value")) for line in lines if "ok" in line)
        done = any(line.get("done") is True for line in lines)
        error = next((str(line["error"]) for line in lines if "ok" not in line and line.get("error")), "")
        return Executed(found, done, "" if done else error or self._why(ran))

    def _why(self, ran: Ran) -> str:
        """Why code ended before its tests had."""
        if ran.cut == "output":
            return f"It said more than {OUTPUT_BYTES >> 20} MB."
        if ran.cut == "timeout" or ran.status in (128 + signal.SIGXCPU, 128 + signal.SIGKILL):
            return f"It was not done within {self.time_s:g} s."
        if ran.status == 128 + signal.SIGXFSZ:
            return f"It wrote a file of more than {SCRATCH_BYTES >> 20} MB."
        if ran.status > 128:
            return f"It was ended by signal {ran.status - 128}."
        last = ran.output.strip().splitlines()[-1:] or ["nothing was said"]
        return f"It ended by itself, with status {ran.status}, before its tests had: {last[0][:300]}"

    def _watched(self, launcher: subprocess.Popen[bytes], job: bytes, told: int, result: int) -> Ran:
        """Read all that is said, up to a size and a time."""
        assert launcher.stdin is not None and launcher.stdout is not None
        with contextlib.suppress(BrokenPipeError), launcher.stdin as stdin:
            stdin.write(job + b"\n")
        ends = {launcher.stdout.fileno(): (bytearray(), OUTPUT_BYTES), told: (bytearray(), 4096), result: (bytearray(), RESULT_BYTES)}
        until, cut = time.monotonic() + self.time_s + GRACE_S, ""
        with selectors.DefaultSelector() as waiting, launcher.stdout:
            for end in ends:
                waiting.register(end, selectors.EVENT_READ)
            while waiting.get_map() and not cut:
                ready = waiting.select(max(0.0, until - time.monotonic()))
                cut = "" if ready else "timeout"
                for key, _ in ready:
                    held, most = ends[key.fd]
                    if data := os.read(key.fd, 1 << 16):
                        held += data
                        cut = "output" if len(held) > most else cut
                    else:
                        waiting.unregister(key.fd)
            output, said, given = (bytes(held) for held, _ in ends.values())
        if cut:
            return Ran(128 + signal.SIGKILL, cut, output.decode(errors="replace"), given)
        try:
            told_of: dict[str, Any] = orjson.loads(said)
        except orjson.JSONDecodeError:
            told_of = {"why": output.decode(errors="replace").strip()[-300:] or "the launcher ended"}
        if "why" in told_of:
            raise Unavailable(f"Code cannot be carried out here, as there is no sandbox for it ({told_of['why']}).", FIX)
        return Ran(told_of.get("ended", 128 + signal.SIGKILL), "timeout" if told_of.get("late") else "", output.decode(errors="replace"), given)


@cache
def _trial() -> str:
    return (_HERE / "trial.py").read_text(encoding="utf-8")


def _line(raw: bytes) -> dict[str, Any]:
    try:
        found = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}


@cache
def unavailable() -> str:
    """Why code cannot be carried out on this machine; empty where it can."""
    if sys.platform != "linux":
        return f"Code cannot be carried out here, as there is no sandbox for it on {sys.platform}. {FIX}"
    try:
        Sandbox().run({"main.py": "pass"})
    except Unavailable as error:
        return str(error)
    return ""
