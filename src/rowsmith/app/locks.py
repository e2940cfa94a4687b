"""Locks: what a version rests on, pinned by hash, in a file that can lie beside the dataset or an export of it."""

from __future__ import annotations

import platform
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

import orjson

import rowsmith
from rowsmith.app.lab import Lab
from rowsmith.app.unreachable import LOCKED, note_copy
from rowsmith.core.errors import Invalid, NotFound
from rowsmith.core.ids import canonical
from rowsmith.store import calls
from rowsmith.store.bundles import facts
from rowsmith.store.datasets import Datasets
from rowsmith.store.files import atomic_write
from rowsmith.store.forgotten import runs_of
from rowsmith.store.reading import VersionRows
from rowsmith.store.runs import Run, Runs
from rowsmith.store.signing import by_version, fingerprint, signatures
from rowsmith.store.tombstones import erased_in
from rowsmith.store.versions import Version, Versions

FORMAT = "rowsmith lock"
FORMAT_VERSION = 1
_OF_THE_RUN = ("target", "limit", "attempts", "fresh", "replace", "past", "prices")
_NOT_COMPARED = ("written_by", "export")
"""Who wrote the lock, and the files that it lies beside, say nothing of the version."""

Found = dict[str, str]


@dataclass(frozen=True, slots=True)
class Locked:
    """A lock: what it says, and where it was written (None: nowhere)."""

    lock: dict[str, Any]
    path: str | None


def lock(lab: Lab, project: str, spoken: str, path: str | Path | None = None, *, export: Mapping[str, Any] | None = None) -> Locked:
    """The lock of the version that is spoken of, written to `path` where one is given. Reads every row. `export`: what it lies beside.

    Raises:
        NotFound: there is no such version. StorageFull, Invalid: it cannot be written.
    """
    version = Datasets(lab.db).resolve(project, spoken)
    said = {**lock_of(lab, spoken.partition("@")[0], version), **({"export": dict(export)} if export else {})}
    if path is None:
        return Locked(said, None)
    with atomic_write(Path(path)) as file:
        file.write(orjson.dumps(said, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE))
    note_copy(lab, project, LOCKED, Path(path), dataset=said["dataset"], version=version.id)
    return Locked(said, str(path))


def lock_of(lab: Lab, name: str, version: Version) -> dict[str, Any]:
    """What a version of the dataset called `name` rests on. The same version always has the same lock, but for `written_by`."""
    chain = list(Versions(lab.db).lineage(version))
    runs = sorted({one.run for one in chain if one.run is not None})
    signed = by_version(signatures(lab.db, [one.id for one in chain]))
    output, edits = _output(lab, version)
    return {
        "format": FORMAT, "format_version": FORMAT_VERSION, "dataset": name, "version": version.id, "output": output, "edits": edits,
        "runs": [_run(lab, run) for run in runs],
        "versions": [{**facts(one), "signed_by": [fingerprint(by.signer) for by in signed.get(one.id, ())]} for one in chain],
        "written_by": {"rowsmith": rowsmith.__version__, "python": platform.python_version()},
    }  # fmt: skip


def lock_problems(lab: Lab, project: str, path: Path) -> Iterator[Found]:
    """What the home holds otherwise than a lock says, and files of an export beside it that are others: {kind, what, where}.

    Raises:
        NotFound: there is no such file. Invalid: it is no lock.
    """
    said = read_lock(path)
    for name, file in said.get("export", {}).get("files", {}).items():
        beside = path.parent / name
        found = _hash(beside) if beside.is_file() else "missing"
        if found != file["blake2b"]:
            yield {"kind": "lock", "what": "it is missing" if found == "missing" else "its bytes are others", "where": str(beside)}
    try:
        version = Datasets(lab.db).resolve(project, f"{said['dataset']}@{said['version']}")
    except NotFound as error:
        yield {"kind": "lock", "what": error.what, "where": str(path)}
        return
    here = orjson.loads(canonical(lock_of(lab, said["dataset"], version)))
    for place in _differing(_compared(lab, version, said), _compared(lab, version, here)):
        yield {"kind": "lock", "what": f"{place} is not what the lock says", "where": str(path)}


def erasures(lab: Lab, path: Path, project: str) -> list[str]:
    """What of a lock cannot be compared any more, because it was erased."""
    said = read_lock(path)
    try:
        version = Datasets(lab.db).resolve(project, f"{said['dataset']}@{said['version']}")
    except NotFound:
        return []
    rows, runs = erased_in(lab.db, version), _rid(lab, said)
    told = [f"version {version.id[:12]} of {said['dataset']}: {rows:,} rows"] if rows else []
    return [*told, *(f"run {run}: a part of what it rests on" for run in runs)]


def _rid(lab: Lab, said: Mapping[str, Any]) -> list[str]:
    """The runs of a lock that lost a part of what they rest on to an erasure."""
    gone = {f"r{n}" for n in runs_of(lab.db)}
    return [run["run"] for run in said["runs"] if run["run"] in gone]


def _compared(lab: Lab, version: Version, said: Mapping[str, Any]) -> dict[str, Any]:
    """What of a lock is compared: all but who wrote it and what was erased since."""
    kept = {name: value for name, value in said.items() if name not in _NOT_COMPARED}
    gone = set(_rid(lab, said))
    kept["runs"] = [{"run": run["run"]} if run["run"] in gone else run for run in said["runs"]]
    if erased_in(lab.db, version):
        kept["output"] = {name: value for name, value in said["output"].items() if name != "data_blake2b"}
        del kept["edits"]
    return kept


def read_lock(path: Path) -> dict[str, Any]:
    """What a lock says.

    Raises:
        NotFound: there is no such file. Invalid: it is no lock, or of a newer Rowsmith.
    """
    if not path.is_file():
        raise NotFound(f"There is no lock {path}.", "Write one: rowsmith lock DATASET -o PATH.")
    try:
        said = orjson.loads(path.read_bytes())
    except ValueError as error:
        raise Invalid(f"{path} is no lock: {error}.", "Give the path of a file that rowsmith lock wrote.") from None
    if not isinstance(said, dict) or said.get("format") != FORMAT or said.get("format_version") != FORMAT_VERSION:
        raise Invalid(f"{path} is no lock, or of a newer Rowsmith.", "Give the path of a file that rowsmith lock wrote.")
    return said


def _output(lab: Lab, version: Version) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the rows are, and which of them people edited."""
    data, edited, by = blake2b(digest_size=32), blake2b(digest_size=32), Counter[str]()
    rows = 0
    for row in VersionRows(lab.db, version):
        said = canonical(row.data)
        data.update(said + b"\n")
        if edits := row.origin.get("edits"):
            rows += 1
            by.update({str(edit.get("by")) for edit in edits})
            edited.update(canonical([row.id, edits]) + b" " + said + b"\n")
    output = {"rows": version.rows, "root": version.root.hex(), "rolling": version.rolling.hex(), "data_blake2b": data.hexdigest()}
    return output, {"rows": rows, "by": dict(sorted(by.items())), "blake2b": edited.hexdigest()}


def _run(lab: Lab, n: int) -> dict[str, Any]:
    """What a run rested on."""
    try:
        run: Run = Runs(lab.db).get(n)
    except NotFound:
        return {"run": f"r{n}", "missing": True}
    count, digest = calls.fingerprint(lab.db, n)
    options = {name: run.options.get(name) for name in _OF_THE_RUN}
    used = {"options": options, "calls": {"count": count, "blake2b": digest}}
    said = {"run": run.id, "identity": run.identity, "recipe": run.recipe, **run.lock, **used}
    return dict(orjson.loads(canonical(said)))


def _differing(one: Any, other: Any, place: str = "") -> Iterator[str]:
    """The places in which two JSON values differ."""
    if isinstance(one, dict) and isinstance(other, dict):
        for name in sorted({*one, *other}):
            yield from _differing(one.get(name), other.get(name), f"{place}.{name}" if place else name)
    elif isinstance(one, Sequence) and isinstance(other, Sequence) and not isinstance(one, str) and len(one) == len(other):
        for number, (left, right) in enumerate(zip(one, other, strict=True)):
            yield from _differing(left, right, f"{place}.{number}")
    elif canonical(one) != canonical(other):
        yield place


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        sum_ = blake2b(digest_size=32)
        while part := file.read(1 << 20):
            sum_.update(part)
    return sum_.hexdigest()
