"""Proof of a home: counts, hashes, provenance and the ledger, and every version rebuilt offline from its run's lock and stored answers.

Nothing trusts the store's own word: sums are made again from the rows, hashes from the bytes, and rows from the inputs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from rowsmith.app.lab import Lab
from rowsmith.app.rebuild import rebuild_problems
from rowsmith.core.slots import Tally
from rowsmith.store import audit, projects, slots
from rowsmith.store.datasets import Datasets
from rowsmith.store.runs import Run, Runs
from rowsmith.store.versions import Versions

Found = dict[str, str]


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


def verify(lab: Lab, *, rebuild: bool = True) -> Proof:
    """Check everything the home holds. `rebuild`: also carry every committed run out again, offline, and compare its rows."""
    proof = Proof()
    counts: Counter[str] = Counter()
    for project in projects.all_projects(lab.db):
        for dataset in Datasets(lab.db).list(project.name):
            for version in Datasets(lab.db).versions(project.name, dataset.name):
                counts["versions"] += 1
                counts["rows"] += version.rows
                proof.problems += [{"kind": p["kind"], "what": p["what"], "where": p["where"]} for p in Datasets(lab.db).check(version)]
        for run in Runs(lab.db).newest(project.name, 1_000_000):
            counts["runs"] += 1
            proof.problems += _of_run(lab, run)
            if rebuild and run.version is not None:
                counts["rebuilt"] += 1
                proof.problems += rebuild_problems(lab, run)
    for name, problems in audit.everything(lab.db):
        counts[name] += 1
        proof.problems += problems
    for name in lab.files:
        counts["files"] += 1
        if not lab.files.verify(name):
            proof.problems.append({"kind": "file", "what": "its bytes do not have its hash", "where": name})
    for name, whole in lab.views.check():
        counts["views"] += 1
        if not whole:
            proof.problems.append({"kind": "view", "what": "it is damaged; it is made again when it is next looked at", "where": name})
    proof.checked = dict(sorted(counts.items()))
    return proof


def _of_run(lab: Lab, run: Run) -> Iterator[Found]:
    """What is wrong with a run's own books."""
    runs = Runs(lab.db)
    where = f"run {run.id}"
    if not runs.held(run):
        counted, kept = slots.tally(lab.db, run.n), Tally.load(run.totals)
        if counted.dump() != kept.dump() and run.state != "running":
            yield {"kind": "totals", "what": f"its counts say {kept.dump()}, its slots and ledger {counted.dump()}", "where": where}
    for step in run.lock.get("inputs", {}).values():
        for files in step.values():
            for name, hash_ in files:
                if not lab.files.has(hash_):
                    yield {"kind": "input", "what": f"the copy of its input {name!r} is missing", "where": where}
    for datasets in run.lock.get("datasets", {}).values():
        for name, version in datasets.items():
            if Versions(lab.db).get(version) is None:
                yield {"kind": "input", "what": f"version {version[:12]} of the dataset {name!r}, which it reads, is missing", "where": where}
    yield from audit.run_problems(lab.db, run.n, where)
