"""The home's copies of input files: which a source's rows were read from, who else needs them, and which nobody does."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator

from rowsmith.app.lab import Lab
from rowsmith.engine.inputs import copies, drawn_of
from rowsmith.engine.retrace import files_of_row
from rowsmith.store import forgotten, projects
from rowsmith.store.batches import Batches
from rowsmith.store.fetches import Fetches
from rowsmith.store.forgotten import Plan, Ranges
from rowsmith.store.runs import Run, Runs
from rowsmith.store.sources import Wanted

EVERY_RUN = 1_000_000
YOUNG_S = 60.0
"""Seconds for which a copy that nothing names may belong to a run that is about to begin."""


def of_source(lab: Lab, every: Iterable[Run], mine: Iterable[Run], wanted: Wanted) -> tuple[set[str], set[str]]:
    """The hashes of the files that the source's rows were read from by the runs `mine`; and, of `every` run of the project, the names of other
    sources that have the very bytes of one: such a file is left out."""
    hashes = {hash_ for run in mine for _, hash_ in _wanted(run, wanted)}
    hashes |= {hash_ for run in mine for name in wanted.ids for hash_ in files_of_row(lab.db, lab.files, run, name)}
    hashes |= {page for run in mine for hash_ in hashes for page in drawn_of(run.lock, hash_)}
    others = () if wanted.ids else ((name, hash_) for run in every for name, hash_ in {*_read(run)} - _wanted(run, wanted))
    twins = {name: hash_ for name, hash_ in others if hash_ in hashes}
    return (hashes - set(twins.values())) | {hash_ for run in mine for hash_ in _reviews(run, wanted.roots.get(run.n, ()))}, set(twins)


def _wanted(run: Run, wanted: Wanted) -> set[tuple[str, str]]:
    """(name, hash) of each file of the source that the run read, and of the pages that were drawn of it."""
    found = {(name, hash_) for name, hash_ in _read(run) if wanted.reads_it(name, hash_)}
    return found | {(name, page) for name, hash_ in found for page in drawn_of(run.lock, hash_)}


def _reviews(run: Run, going: Ranges) -> Iterator[str]:
    """What people thought of rows that the run read from datasets, where some of these go."""
    for position, step in enumerate(run.recipe["steps"]):
        if any(first[0] <= position <= behind[0] for first, behind in going):
            yield from run.lock.get("reviews", {}).get(step.get("name") or step["kind"], {}).values()


def users(lab: Lab, plan: Plan) -> dict[str, set[str]]:
    """The projects that still need a file of the plan, by its hash: those with a run that read it and has not been rid of it."""
    plans = [plan, *(one.plan for one in forgotten.every(lab.db))]
    found: dict[str, set[str]] = {}
    for project in projects.all_projects(lab.db):
        for run in Runs(lab.db).newest(project.name, EVERY_RUN):
            rid = {hash_ for one in plans if run.n in one.roots for hash_ in one.files}
            for hash_ in {hash_ for _, hash_ in _read(run)} & set(plan.files) - rid:
                found.setdefault(hash_, set()).add(project.name)
    return found


def unnamed(lab: Lab) -> list[str]:
    """The copies that no run and no batch names, such as those of a plan that was never carried out; the youngest are left alone."""
    named = {hash_ for project in projects.all_projects(lab.db) for run in Runs(lab.db).newest(project.name, EVERY_RUN) for _, hash_ in _read(run)}
    named |= Batches(lab.db).files() | {entry.hash for one in Fetches(lab.db).every() for entry in one.entries}
    old = time.time() - YOUNG_S
    return [name for name in lab.files if name not in named and lab.files.path(name).stat().st_mtime < old]


def _read(run: Run) -> Iterator[tuple[str, str]]:
    """(name, hash) of each file of the run's lock."""
    return copies(run.lock)
