"""Copies of a source's rows that the home made and cannot reach: exports, backups, files that recipes wrote, and a database server's own."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rowsmith.app.lab import Lab
from rowsmith.store import events
from rowsmith.store.forgotten import Plan
from rowsmith.store.runs import Run, Runs
from rowsmith.store.versions import Versions

EXPORTED, BUNDLED, LOCKED = "dataset.exported", "dataset.bundled", "dataset.locked"
CALLS_EXPORTED, BACKED_UP = "calls.exported", "home.backed_up"
PUSHED = "dataset.pushed"
"""Events that tell of a copy; each has its `path`, an address where it is elsewhere."""
_SERVER = "its write-ahead log, replicas, backups and the blocks that its files gave back hold what was deleted until they are used again"


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy: its `kind` (export, bundle, lock, calls, backup, pushed, written,
    server, temporary), `where` it is, `what` it holds, and whether it is still there
    as far as can be seen from here (None: that cannot be seen)."""

    kind: str
    where: str
    what: str
    there: bool | None

    def dump(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


def copies(lab: Lab, project: str, plans: Sequence[Plan]) -> list[Copy]:
    """The copies that may hold rows of a source, each once, the oldest first: of all that was and is to be erased of it."""
    runs = [Runs(lab.db).get(n) for n in sorted({n for plan in plans for n in plan.roots})]
    versions = {name for plan in plans for name in plan.versions}
    found = [*_of_events(lab, project, versions, runs), *_written(runs), *_of_machine(lab)]
    return list({(copy.kind, copy.where): copy for copy in found}.values())


def note_copy(lab: Lab, project: str, kind: str, path: Path | str, **facts: Any) -> None:
    """An event: where a copy lies (a path, or an address), so that it can be named when a source in it is forgotten."""
    with lab.db.write() as conn:
        told = {"path": path if isinstance(path, str) else str(path.absolute()), "by": lab.who, **facts}
        events.note(conn, lab.db.now(conn), project, kind, told)


def _of_events(lab: Lab, project: str, versions: set[str], runs: list[Run]) -> Iterator[Copy]:
    since = min([run.created_at for run in runs] + [_committed(lab, versions)])
    for row in events.of_kinds(lab.db, project, (EXPORTED, BUNDLED, LOCKED, PUSHED, CALLS_EXPORTED, BACKED_UP)):
        said = row.data
        if row.kind == EXPORTED and (said.get("version") in versions or said.get("run") in {run.id for run in runs}):
            of = f"dataset {said['dataset']}, version {said['version'][:12]}" if said.get("version") else f"run {said['run']}"
            yield _copy("export", said["path"], f"{said['rows']:,} rows of {of} as {said['format']}, exported {_day(row.at)}")
        elif row.kind == BUNDLED and said["version"] in versions:
            yield _copy("bundle", said["path"], f"{said['rows']:,} rows of dataset {said['dataset']}, version {said['version'][:12]}, {_day(row.at)}")
        elif row.kind == PUSHED and said["version"] in versions:
            yield _copy("pushed", said["path"], f"{said['rows']:,} rows of dataset {said['dataset']}, version {said['version'][:12]}, {_day(row.at)}")
        elif row.kind == LOCKED and said["version"] in versions:
            yield _copy("lock", said["path"], f"the recipes behind dataset {said['dataset']}, and rows that stand in them, {_day(row.at)}")
        elif row.kind == CALLS_EXPORTED and row.at >= since:
            yield _copy("calls", said["path"], f"{said['calls']:,} answers, exported {_day(row.at)}")
        elif row.kind == BACKED_UP and row.at >= since:
            yield _copy("backup", said["path"], f"the whole home, as it was {_day(row.at)}")


def _committed(lab: Lab, versions: set[str]) -> float:
    """When the first of the versions was committed; the end of time when there is none."""
    found = (Versions(lab.db).get(name) for name in versions)
    return min((version.created_at for version in found if version), default=float("inf"))


def _written(runs: list[Run]) -> Iterator[Copy]:
    for run in runs:
        for step in run.recipe["steps"]:
            if step["kind"].startswith("write.") and isinstance(path := step.get("path"), str):
                yield _copy("written", path, f"rows that run {run.id} wrote there, and its report and provenance beside it")


def _of_machine(lab: Lab) -> Iterator[Copy]:
    if lab.db.dialect == "postgresql":
        yield Copy("server", lab.db.place, _SERVER, None)
    for left in sorted(Path(tempfile.gettempdir()).glob("rowsmith-re*")):
        if left.name.startswith(("rowsmith-rebuild-", "rowsmith-retrace-")):
            yield Copy("temporary", str(left), "what a rowsmith verify works in, or left when it was ended", there=True)


def _copy(kind: str, where: str, what: str) -> Copy:
    path = Path(where)
    return Copy(kind, where, what, path.exists() if path.is_absolute() else None)


def _day(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d}"
