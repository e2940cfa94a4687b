"""Rebuilding: a run's rows made again from its lock and the stored answers, without a network, and compared with its version."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import zip_longest
from pathlib import Path
from tempfile import TemporaryDirectory

from rowsmith import registry
from rowsmith.app.lab import Lab
from rowsmith.app.recorded import RecordedWeights
from rowsmith.core.errors import NotFound, RowsmithError
from rowsmith.core.ids import canonical
from rowsmith.core.recipe import Recipe
from rowsmith.core.row import Row
from rowsmith.core.slots import KEPT_STAGE
from rowsmith.engine import recipe_file
from rowsmith.engine.offline import AnyKey
from rowsmith.engine.origins import changed
from rowsmith.engine.replay import Replay
from rowsmith.engine.run import carry_out
from rowsmith.engine.terms import Terms
from rowsmith.llm.gate import Gate
from rowsmith.store import calls, projects, slots
from rowsmith.store.database import Database, open_database
from rowsmith.store.datasets import Datasets
from rowsmith.store.files import Files
from rowsmith.store.runs import Run, Runs
from rowsmith.store.stages import StageRows
from rowsmith.store.versions import Version, Versions

Found = dict[str, str]


def rebuild_problems(lab: Lab, run: Run) -> Iterator[Found]:
    """What differs between a committed run's version and its rows made again: {kind, what, where} each."""
    where = f"run {run.id}, dataset {run.dataset}"
    try:
        folders = (Path(run.options["base"]) / "plugins",)
        recipe = recipe_file.build(run.recipe, plugins=folders)
        if other := changed(run.lock, folders):
            yield {"kind": "rebuild", "what": f"it cannot be rebuilt: the code of {', '.join(other)} has changed since", "where": where}
            return
        version = own_version(lab, run)
        with TemporaryDirectory(prefix="rowsmith-rebuild-") as folder:
            db = open_database(f"sqlite:///{Path(folder) / 'rebuild.db'}")
            try:
                yield from _compared(lab, db, run, recipe, version, Path(folder), where)
            finally:
                db.close()
    except (RowsmithError, OSError) as error:  # a copy of an input may be missing
        yield {"kind": "rebuild", "what": f"it cannot be rebuilt: {' '.join(str(error).split())}", "where": where}


def own_version(lab: Lab, run: Run) -> Version:
    """The version that holds the run's rows as it made them: where people had changed the dataset, an ancestor of the one that the run was
    committed as (store.committing).

    Raises:
        NotFound: there is none.
    """
    committed = Datasets(lab.db).resolve(run.project, f"{run.dataset}@{run.version}")
    own = next((version for version in Versions(lab.db).log(committed) if version.run == run.n), None)
    if own is None:
        raise NotFound(f"Neither version {committed.id[:12]} nor one that it descends from is of run {run.id}.", "Run the recipe again.")
    return own


def _compared(lab: Lab, db: Database, run: Run, recipe: Recipe, version: Version, folder: Path, where: str) -> Iterator[Found]:
    replay = Replay(lab.db, run.n)
    made = _carried_out(lab, db, run, _elsewhere(recipe, folder), replay, folder)
    if replay.differing:
        what = f"{replay.differing} of its questions are not the ones that were asked (call {replay.examples[0]} and others)"
        yield {"kind": "rebuild", "what": what, "where": where}
    rows = StageRows(db, made.n, KEPT_STAGE)
    whole = run.state in ("finished", "shortfall")
    if not _is_alone(lab, run, version):
        yield from _merged(lab, version, rows, where, whole)
    else:
        yield from _alone(lab, version, rows, where) if whole else _within(lab, version, rows, where)


def _carried_out(lab: Lab, db: Database, run: Run, recipe: Recipe, replay: Replay, folder: Path) -> Run:
    """The run once more, in a database of its own, carried out as often as it was and asked for the same each time."""
    options, files = run.options, Files(lab.files.root, scratch=folder / "scratch")
    plugins = (Path(options["base"]) / "plugins",)
    recorded = RecordedWeights(calls.profiles(lab.db, run.n))
    deadly = slots.failed_with(lab.db, run.n, "quarantined")
    projects.ensure(db, run.project)
    made = Runs(db).create(run.project, run.recipe, run.identity, run.lock, {**options, "budget_usd": None})
    replay.gaps = any(offline for *_, offline in options["past"])
    for replay.number, (target, limit, attempts, retry_failed, _) in enumerate(options["past"], 1):
        terms = Terms(target, limit, attempts, options["fresh"], retry_failed=retry_failed, left_alone=deadly)
        made = carry_out(
            db, files, made, recipe, terms, keys=AnyKey(), commit=lambda taken, partial: None,
            make_gate=lambda ledger, keys, tell: Gate(
                replay, keys=keys, find=partial(registry.provider, folders=plugins), attachments=files, weights=recorded
            ),
            library=lab.db,
        )  # fmt: skip
    return made


def _elsewhere(recipe: Recipe, folder: Path) -> Recipe:
    """The recipe with the files that it writes put into a folder of ours."""
    steps = [
        step.model_copy(update={"path": str(folder / f"written-{position}")}) if step.kind.startswith("write.") and hasattr(step, "path") else step
        for position, step in enumerate(recipe.steps)
    ]
    return recipe.model_copy(update={"steps": steps})


def _is_alone(lab: Lab, run: Run, version: Version) -> bool:
    """Whether the version holds this run's rows and no others."""
    return run.options.get("replace", False) or all(one.run in (None, run.n) for one in Versions(lab.db).log(version))


def _alone(lab: Lab, version: Version, rows: StageRows, where: str) -> Iterator[Found]:
    """Ids, order and data bytes are equal, row by row."""
    for number, (stored, made) in enumerate(zip_longest(Datasets(lab.db).rows(version), rows)):
        if stored is None or made is None or stored.id != made.id:
            what = f"row {number} is {_name(stored)} in the version and {_name(made)} when it is rebuilt"
            yield {"kind": "rebuild", "what": what, "where": where}
            return
        yield from _same(stored, made, where)


def _within(lab: Lab, version: Version, rows: StageRows, where: str) -> Iterator[Found]:
    """The version holds what a run had come to when it stopped or paused: its rows are among the rebuilt ones, in their order."""
    stored = iter(Datasets(lab.db).rows(version))
    awaited = next(stored, None)
    for made in rows:
        if awaited is not None and awaited.id == made.id:
            yield from _same(awaited, made, where)
            awaited = next(stored, None)
    if awaited is not None:
        yield {"kind": "rebuild", "what": f"row {awaited.id} of the version is not there, or not in its place, when it is rebuilt", "where": where}


def _merged(lab: Lab, version: Version, rows: StageRows, where: str, whole: bool) -> Iterator[Found]:
    """Every rebuilt row stands in the version with the same data bytes; of a run that is not `whole`, those that are there."""
    datasets = Datasets(lab.db)
    for made in rows:
        try:
            stored = datasets.row(version, made.id)
        except NotFound:
            if whole:
                yield {"kind": "rebuild", "what": f"row {made.id} is not in the version", "where": where}
            continue
        yield from _same(stored, made, where)


def _same(stored: Row, made: Row, where: str) -> Iterator[Found]:
    if canonical(stored.data) != canonical(made.data):
        yield {"kind": "rebuild", "what": f"row {stored.id} says something else when it is rebuilt", "where": where}


def _name(row: Row | None) -> str:
    return row.id if row else "missing"
