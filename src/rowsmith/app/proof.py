"""Proof of a home: counts, hashes, provenance and the ledger, and every version rebuilt offline from its run's lock and stored answers.

Nothing trusts the store's own word: sums are made again from the rows, hashes from the bytes, and rows from the inputs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from rowsmith.app.lab import DEFAULT_PROJECT, Lab
from rowsmith.app.locks import erasures, lock_problems, read_lock
from rowsmith.app.rebuild import rebuild_problems
from rowsmith.core.errors import RowsmithError
from rowsmith.core.slots import Tally
from rowsmith.engine.inputs import copies
from rowsmith.store import audit, forgotten, projects, slots
from rowsmith.store.datasets import Dataset, Datasets
from rowsmith.store.forgotten import Forgotten
from rowsmith.store.history_checks import history, statistics
from rowsmith.store.parts import parts
from rowsmith.store.runs import Run, Runs
from rowsmith.store.tombstones import erased_in
from rowsmith.store.versions import Version, Versions

Found = dict[str, str]
Rid = Mapping[int, Sequence[Forgotten]]
"""By the number of a run: what was forgotten that it rests on."""


@dataclass(slots=True)
class Proof:
    """What was checked, how often, and what is wrong: `problems` are {kind, what, where}; `erased` are rows whose text was erased by
    request, which is no problem."""

    checked: dict[str, int] = field(default_factory=dict)
    erased: list[str] = field(default_factory=list)
    problems: list[Found] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems

    def dump(self) -> dict[str, Any]:
        """As plain data."""
        return {"ok": self.ok, **asdict(self)}


def verify(lab: Lab, spoken: str | None = None, *, project: str = DEFAULT_PROJECT, rebuild: bool = True) -> Proof:
    """Check everything the home holds, or one dataset alone: `name`, or `name@ref` for a version and all that it descends from.

    `rebuild`: also carry every committed run out again, offline, and compare its rows.

    Raises:
        NotFound: there is no such dataset or version.
    """
    proof = Proof()
    counts: Counter[str] = Counter()
    rid = forgotten.runs_of(lab.db)
    proof.problems += _broken_off(lab)

    def note(found: Iterable[tuple[str, list[Found]]]) -> None:
        try:
            for name, problems in found:
                counts[name] += 1
                proof.problems += problems
        except RowsmithError as error:  # so damaged that it cannot be read
            proof.problems.append({"kind": "database", "what": error.what, "where": lab.db.place})

    if spoken is not None:
        dataset, versions = _spoken(lab, project, spoken)
        note(_of_versions(lab, dataset, versions, counts, proof.erased))
        note(_of_runs(lab, _runs_of(lab, dataset, versions), rebuild, rid, proof.erased))
        note(history(lab.db, dataset.n))
    else:
        stored = (history(lab.db), parts(lab.db), audit.everything(lab.db), _files(lab), _views(lab))
        for section in (_datasets(lab, counts, proof.erased), _runs(lab, rebuild, rid, proof.erased), *stored):
            note(section)
    proof.checked = dict(sorted(counts.items()))
    return proof


def verify_lock(lab: Lab, path: Path, *, project: str = DEFAULT_PROJECT) -> Proof:
    """Check that the home still holds what a lock says, and that the files of an export beside it are those it names.

    Raises:
        NotFound: there is no such file. Invalid: it is no lock.
    """
    lab.project(project)  # a name that is none is told
    said = read_lock(path)
    counts = {"runs": len(said["runs"]), "versions": len(said["versions"]), "rows": said["output"]["rows"]}
    checked = {**counts, "files": len(said.get("export", {}).get("files", {}))}
    return Proof(checked, erasures(lab, path, project), list(lock_problems(lab, project, path)))


def _spoken(lab: Lab, project: str, spoken: str) -> tuple[Dataset, Sequence[Version]]:
    lab.project(project)  # a name that is none is told
    name, _, ref = spoken.partition("@")
    dataset = Datasets(lab.db).get(project, name)
    if not ref:
        return dataset, Datasets(lab.db).versions(project, name)
    return dataset, list(Versions(lab.db).log(Datasets(lab.db).resolve(project, spoken)))


def _runs_of(lab: Lab, dataset: Dataset, versions: Sequence[Version]) -> Sequence[Run]:
    """The runs that made these versions, and those that are committed as one of them."""
    made, names = {version.run for version in versions}, {version.id for version in versions}
    return [run for run in Runs(lab.db).newest(dataset.project, 1_000_000) if run.n in made or run.version in names]


def _broken_off(lab: Lab) -> Iterator[Found]:
    """Erasures that have not come to their end."""
    for one in forgotten.every(lab.db):
        if not one.done:
            what = f"{one.source!r} is not forgotten as a whole yet: rowsmith forget {one.source} finishes it"
            yield {"kind": "erasure", "what": what, "where": f"project {one.project}"}


def _datasets(lab: Lab, counts: Counter[str], erased: list[str]) -> Iterator[tuple[str, list[Found]]]:
    for project in projects.all_projects(lab.db):
        for dataset in Datasets(lab.db).list(project.name):
            yield from _of_versions(lab, dataset, Datasets(lab.db).versions(project.name, dataset.name), counts, erased)


def _runs(lab: Lab, rebuild: bool, rid: Rid, erased: list[str]) -> Iterator[tuple[str, list[Found]]]:
    for project in projects.all_projects(lab.db):
        yield from _of_runs(lab, Runs(lab.db).newest(project.name, 1_000_000), rebuild, rid, erased)


def _of_versions(
    lab: Lab, dataset: Dataset, versions: Sequence[Version], counts: Counter[str], erased: list[str]
) -> Iterator[tuple[str, list[Found]]]:  # fmt: skip
    whole = []
    for version in versions:
        counts["rows"] += version.rows
        found = [Found(kind=p["kind"], what=p["what"], where=p["where"]) for p in Datasets(lab.db).check(version)]
        whole += [] if found else [version]
        if not found and (count := erased_in(lab.db, version)):
            erased.append(f"version {version.id[:12]} of {dataset.name}: {count:,} rows")
        yield "versions", found
    yield from statistics(lab.db, whole[::-1])  # what is not whole may not be readable


def _of_runs(lab: Lab, runs: Iterable[Run], rebuild: bool, rid: Rid, erased: list[str]) -> Iterator[tuple[str, list[Found]]]:
    for run in runs:
        gone = rid.get(run.n, ())
        if gone:
            erased.append(f"run {run.id}: a part of what it rests on ({', '.join(one.source for one in gone)}), so that it is not rebuilt")
        yield "runs", list(_of_run(lab, run, {hash_ for one in gone for hash_ in one.plan.files}))
        if rebuild and run.version is not None and not gone:
            yield "rebuilt", list(rebuild_problems(lab, run))


def _files(lab: Lab) -> Iterator[tuple[str, list[Found]]]:
    for name in lab.files:
        yield "files", [] if lab.files.verify(name) else [{"kind": "file", "what": "its bytes do not have its hash", "where": name}]


def _views(lab: Lab) -> Iterator[tuple[str, list[Found]]]:
    what = "it is damaged; it is made again when it is next looked at"
    for name, whole in lab.views.check():
        yield "views", [] if whole else [{"kind": "view", "what": what, "where": name}]


def _of_run(lab: Lab, run: Run, erased: Collection[str]) -> Iterator[Found]:
    """What is wrong with a run's own books. `erased` are hashes of inputs that it is rightly without."""
    runs = Runs(lab.db)
    where = f"run {run.id}"
    if not runs.held(run):
        counted, kept = slots.tally(lab.db, run.n), Tally.load(run.totals)
        if counted.dump() != kept.dump() and run.state != "running":
            yield {"kind": "totals", "what": f"its counts say {kept.dump()}, its slots and ledger {counted.dump()}", "where": where}
    for name, hash_ in copies(run.lock):
        if not lab.files.has(hash_) and hash_ not in erased:
            yield {"kind": "input", "what": f"the copy of its input {name!r} is missing", "where": where}
    for datasets in run.lock.get("datasets", {}).values():
        for name, version in datasets.items():
            if Versions(lab.db).get(version) is None:
                yield {"kind": "input", "what": f"version {version[:12]} of the dataset {name!r}, which it reads, is missing", "where": where}
    yield from audit.run_problems(lab.db, run.n, where)
