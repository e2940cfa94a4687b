"""The life of a host, seen from within: what it is told, what it says, and that it ends with whoever started it."""

from __future__ import annotations

import os
import sys
import threading
from typing import Any, NoReturn

import orjson

_answer: list[int] = []


def begin() -> dict[str, Any]:
    """What the host is told, by whoever started it. From now on the host ends with them, and all that a library prints goes into the log."""
    _end_with_parent_thread()
    _answer.append(os.dup(1))
    os.dup2(2, 1)
    told: dict[str, Any] = orjson.loads(sys.stdin.buffer.readline())
    threading.Thread(target=_until_nobody_is_there, daemon=True).start()
    return told


def say(**said: Any) -> None:
    """Tell whoever started it: `address`, or `what` and `fix`."""
    os.write(_answer[0], orjson.dumps(said) + b"\n")


def give_up(what: str, fix: str) -> NoReturn:
    """Say why nothing will come of it, and end."""
    say(what=what, fix=fix)
    os._exit(1)


def _until_nobody_is_there() -> None:
    while os.read(0, 4096):
        pass
    os._exit(0)


def _end_with_parent_thread() -> None:
    """On Linux the kernel ends it, too, while a library holds the interpreter's lock."""
    if sys.platform == "linux":
        import ctypes
        import signal

        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
