"""Named places where a test can make the program die, fail or wait.

Set ROWSMITH_FAILPOINTS to `name=action[:nth[:seconds]],...` before the process starts. Actions: `kill` (SIGKILL to itself), `raise`
(OSError), `full` (OSError ENOSPC), `sleep`. `nth` counts visits from 1; default 1. Without the variable a failpoint does nothing.
"""

from __future__ import annotations

import errno
import os
import signal
import time


def _read(text: str) -> dict[str, tuple[str, int, float]]:
    points = {}
    for item in filter(None, text.split(",")):
        name, _, rest = item.partition("=")
        action, *more = rest.split(":")
        points[name.strip()] = (action, int(more[0]) if more else 1, float(more[1]) if len(more) > 1 else 1.0)
    return points


_points = _read(os.environ.get("ROWSMITH_FAILPOINTS", ""))
_visits: dict[str, int] = {}
_trace = os.environ.get("ROWSMITH_FAILPOINTS_TRACE", "")


def failpoint(name: str) -> None:
    """Visit the place called `name`. A no-op unless the environment says otherwise."""
    if _trace:
        with open(_trace, "a", encoding="utf-8") as file:
            file.write(f"{name}\n")
    if not _points or name not in _points:
        return
    _visits[name] = _visits.get(name, 0) + 1
    action, nth, seconds = _points[name]
    if _visits[name] != nth:
        return
    if action == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    elif action == "sleep":
        time.sleep(seconds)
    elif action == "full":
        raise OSError(errno.ENOSPC, f"failpoint {name}: no space left on device")
    else:
        raise OSError(errno.EIO, f"failpoint {name}")
