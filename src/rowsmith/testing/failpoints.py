"""Failpoints from the outside: which there are, how to set them for a process, and which it has visited."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from rowsmith.core.errors import Invalid, NotFound, choose

_CALL = re.compile(r"""\bfailpoint\(\s*["']([^"']+)["']""")
_ACTION = re.compile(r"(kill|raise|full|sleep)(:[1-9]\d*(:\d+(\.\d+)?)?)?")


def failpoint_names(folder: str | Path | None = None) -> list[str]:
    """The names of all failpoints in the source below `folder` (default: the installed package), sorted."""
    root = Path(folder) if folder else Path(__file__).parent.parent
    own = Path(__file__).parent
    found: set[str] = set()
    for path in root.rglob("*.py"):
        if own not in path.parents:
            found.update(_CALL.findall(path.read_text(encoding="utf-8")))
    return sorted(found)


def failpoint_env(points: Mapping[str, str], trace: str | Path | None = None, *, known: list[str] | None = None) -> dict[str, str]:
    """The environment that sets failpoints in a process: `failpoint_env({"commit.before": "kill:3"})`.

    An action is `kill`, `raise`, `full` or `sleep`, then `:nth` visit, then `:seconds` (sleep). With `trace`, the process appends the
    name of each failpoint that it visits to that file. `known` are the names that exist (default: those of the package).

    Raises:
        NotFound: no failpoint has the name.
        Invalid: there is no such action.
    """
    names = failpoint_names() if known is None else known
    for name, action in points.items():
        if name not in names:
            raise NotFound(f"No failpoint is called {name!r}.", choose(name, names))
        if not _ACTION.fullmatch(action):
            raise Invalid(f"{action!r} is no action for the failpoint {name!r}.", "Write kill, raise, full or sleep, then :nth and :seconds.")
    env = {"ROWSMITH_FAILPOINTS": ",".join(f"{name}={action}" for name, action in points.items())}
    return env | ({"ROWSMITH_FAILPOINTS_TRACE": str(trace)} if trace else {})


def visits(trace: str | Path) -> Counter[str]:
    """How often each failpoint was visited, from a trace file; nothing when there is none."""
    path = Path(trace)
    return Counter(path.read_text(encoding="utf-8").splitlines()) if path.exists() else Counter()
