"""Starts the child that takes a repository's files, and hears what it took."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import orjson

from rowsmith.connectors.containers import Limits, died, said_lines, started
from rowsmith.connectors.repository.choice import Choice
from rowsmith.core.errors import Invalid, StorageFull
from rowsmith.core.fetching import Fetched, Missed
from rowsmith.core.row import Json

MOST_ENTRIES = 100_000
"""Files that a repository may hold, taken or not: those of code are larger than archives of data are."""
_STALL_S = 300.0


@dataclass(slots=True)
class Taken:
    """What came of a repository. `files`: path, kind, language, size and the name of each file in the folder that was given. `commit` and
    `ref` as the child found them, empty where it did not. `licence`: the file, and its SPDX identifier as far as it is known."""

    files: list[dict[str, Any]] = field(default_factory=list)
    missed: list[Missed] = field(default_factory=list)
    commit: str = ""
    ref: str = ""
    licence: tuple[str, str] = ("", "")


def from_archive(path: Path, name: str, choice: Choice, to: Path) -> Taken:
    """The files of a tar.gz, taken into a folder.

    Raises:
        Invalid: it cannot be read, or costs more than it may. StorageFull: the disk.
    """
    return _taken({"task": "archive", "path": str(path)}, name, choice, to, path.stat().st_size)


def from_pack(path: Path, commit: str, name: str, choice: Choice, to: Path) -> Taken:
    """The files of a commit in a pack. Raises as `from_archive`."""
    size = path.stat().st_size
    return _taken({"task": "pack", "path": str(path), "commit": commit}, name, choice, to, size, mapped=size)


def from_clone(path: Path, ref: str, working_tree: bool, name: str, choice: Choice, to: Path) -> Taken:
    """The files of a clone on this machine, committed or as they lie there. Raises as `from_archive`."""
    size = _packs(path)
    asked = {"task": "clone", "path": str(path.absolute()), "ref": ref, "working_tree": working_tree}
    return _taken(asked, name, choice, to, size, mapped=size)


def history(path: Path, commit: str, ref: str, most: int, diffs: bool, name: str, choice: Choice, to: Path) -> Taken:
    """The newest commits up to one, each a file: of a pack, where a commit is given, else of a clone on this machine. Raises as `from_archive`."""
    size = path.stat().st_size if commit else _packs(path)
    asked = {"task": "history", "path": str(path.absolute()), "commit": commit, "ref": ref, "most": most, "diffs": diffs}
    return _taken(asked, name, choice, to, size, mapped=size)


def _packs(clone: Path) -> int:
    """The bytes of a clone's packs."""
    git = clone / ".git" if (clone / ".git").is_dir() else clone
    return sum(pack.stat().st_size for pack in (git / "objects" / "pack").glob("*"))


def _taken(asked: dict[str, Any], name: str, choice: Choice, to: Path, size: int, *, mapped: int = 0) -> Taken:
    """What the child says. Packs are mapped into its memory, so their bytes (`mapped`) are allowed on top."""
    usual = Limits()
    limits = Limits(memory_bytes=usual.memory_bytes + mapped, entries=MOST_ENTRIES, unpacked_bytes=max(usual.unpacked_bytes, 2 * size))
    told = {**asked, "choice": asdict(choice), "limits": asdict(limits), "to": str(to.absolute()), "size": size}
    taken = Taken()
    with tempfile.TemporaryDirectory(prefix="rowsmith-") as scratch, tempfile.TemporaryFile() as complaints:
        child = started("rowsmith.connectors.repository.child", scratch, complaints)
        assert child.stdin is not None and child.stdout is not None
        try:
            with child.stdin as stdin:
                stdin.write(orjson.dumps({**told, "scratch": scratch}))
            for line in said_lines(child.stdout.fileno(), name, _STALL_S):
                _hear(orjson.loads(line), name, taken)
            if child.wait() != 0:
                raise died(name, child.returncode, limits, complaints)
        finally:
            child.kill()
            child.wait()
            child.stdout.close()
    return taken


def _hear(said: dict[str, Any], name: str, taken: Taken) -> None:
    if "what" in said:
        raise (StorageFull if said.get("full") else Invalid)(f"{name}: {said['what']}", said["fix"])
    if "file" in said:
        taken.files.append(said)
    elif "missed" in said:
        taken.missed.append(Missed(said["missed"] or name, said["reason"], said["detail"]))
    elif "licence" in said:
        taken.licence = min(taken.licence, (said["licence"], said["found"]), key=_rank)
    else:
        taken.commit, taken.ref = said["commit"], said.get("ref", "")


def _rank(licence: Sequence[str]) -> tuple[bool, bool, str]:
    """The licence that counts where there are several: one that is known, then the first by name."""
    return not licence[0], not licence[1], licence[0]


def given(taken: Taken, folder: Path, to: Path, facts: dict[str, Json], page: str) -> Iterator[Fetched | Missed]:
    """What was taken, a file at a time, moved to where it is expected; `facts` are those of all of them, `page` is what the addresses begin with."""
    if taken.licence[0]:
        facts = {**facts, "licence_file": taken.licence[0], **({"licence_found": taken.licence[1]} if taken.licence[1] else {})}
    facts = {**facts, "fetched_at": datetime.now(UTC).isoformat(timespec="seconds")}
    for file in taken.files:
        place = to / f"file-{file['file']}"
        (folder / file["file"]).replace(place)
        own: dict[str, Json] = {"kind": file["kind"]}
        own |= {"commit": file["path"], "media_type": "application/json"} if file["kind"] == "commit" else {"path": file["path"]}
        own |= {"language": file["language"]} if file["language"] else {}
        own |= {"url": page + quote(file["path"])} if page else {}
        yield Fetched(file["path"], place, {**facts, **own})
    yield from taken.missed
