"""What is made ready after a commit, so that nobody waits for it when they look: statistics, the view and the index of search.

Of small versions it is done at once, or takes no longer when it is asked for. For large ones a process of its own is started, which outlives
the command: at low priority, one for a home at a time, it goes through the branches that were committed to last until all are ready. It may
be ended at any time: whatever is not there is made by who first asks for it. Its end is an event: `dataset.prepared`, or
`dataset.unprepared` with the reason. ROWSMITH_BACKGROUND=off starts none.
"""

from __future__ import annotations

import fcntl
import os
import sys
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import DEVNULL, PIPE, Popen
from typing import Any

import orjson

from rowsmith.app.lab import Lab
from rowsmith.core.errors import RowsmithError
from rowsmith.store import events, statistics
from rowsmith.store.versions import Head, Version, Versions
from rowsmith.store.views import SMALL

PROGRAM = "rowsmith.app.preparing"
HEADS = 4
"""Branches that are made ready, those committed to last: fewer than views are kept, so that nobody's is pushed out for long."""

_started: list[Popen[bytes]] = []


def committed(lab: Lab, version: Version | None) -> None:
    """Make ready what has just been committed (None: nothing was), here or in the background."""
    if version is None:
        return
    statistics.count_now(lab.db, version)
    if version.rows >= SMALL and lab.background:
        _start(lab)


def prepare(lab: Lab) -> int:
    """Make the heads of branches ready that are not: each has its statistics, a view near it and its words in the index of search. How many
    were not; 0 also where another process is at it.

    Raises:
        RowsmithError: one cannot be; that is an event, too.
    """
    made: set[str] = set()
    with _alone(lab.files.scratch("views")) as mine:
        while mine and (head := _unready(lab, made)):
            made.add(head.version.id)
            start = time.monotonic()
            try:
                lab.views.make(head.version)
                statistics.statistics(lab.db, head.version)
                lab.search.update(head.version)
            except RowsmithError as error:
                _tell(lab, head, "dataset.unprepared", reason=f"{error.what} {error.fix}")
                raise
            _tell(lab, head, "dataset.prepared", seconds=round(time.monotonic() - start, 3))
    return len(made)


def _unready(lab: Lab, but: Collection[str]) -> Head | None:
    """The head that was committed to last, of those that lack something; none of the versions `but`, which we have done what we can for."""
    heads = (head for head in Versions(lab.db).heads(HEADS, SMALL) if head.version.id not in but)
    return next((head for head in heads if not _ready(lab, head.version)), None)


def _ready(lab: Lab, version: Version) -> bool:
    return lab.views.ready(version) and statistics.ready(lab.db, version) and lab.search.knows(version)


def _tell(lab: Lab, head: Head, kind: str, **more: Any) -> None:
    facts = {"dataset": head.dataset, "branch": head.branch, "version": head.version.id, "rows": head.version.rows, **more}
    with lab.db.write() as conn:
        events.note(conn, lab.db.now(conn), head.project, kind, facts)


def _start(lab: Lab) -> None:
    """A process of its own, told the home by its input, for a URL may hold a password that others would see among its words."""
    _started[:] = [child for child in _started if child.poll() is None]
    told = orjson.dumps({"home": lab.home, "files": str(lab.files.root.absolute()), "who": lab.who})
    child = Popen([sys.executable, "-P", "-m", PROGRAM], stdin=PIPE, stdout=DEVNULL, stderr=DEVNULL, start_new_session=True)
    _started.append(child)
    assert child.stdin is not None
    with child.stdin:
        child.stdin.write(told)


@contextmanager
def _alone(folder: Path) -> Iterator[bool]:
    """Whether no other process of the home is at it; none begins before the block ends."""
    file = os.open(folder / "preparing", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield True
    except BlockingIOError:
        yield False
    finally:
        os.close(file)


def main() -> None:
    """The process in the background."""
    os.nice(10)
    with Lab(**orjson.loads(sys.stdin.buffer.read())) as lab:
        prepare(lab)


if __name__ == "__main__":
    main()
