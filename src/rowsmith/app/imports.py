"""Imports: files of any format into a dataset. An import is a run of one step, read.records: it can be killed and run again, and is proven and
rebuilt as any other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any

from rowsmith.app.downloads import HUB, WHOLE, Brought, Part, here
from rowsmith.app.hub_token import with_hub_token
from rowsmith.app.lab import Lab
from rowsmith.app.options import Options
from rowsmith.app.profiles import MappingProfile
from rowsmith.app.record_rows import require_none, require_some
from rowsmith.app.rejects import LISTED, Rejects
from rowsmith.app.results import Result
from rowsmith.app.runs import DONE, OnProgress, Runs
from rowsmith.app.unreachable import EXPORTED, note_copy
from rowsmith.core.errors import Conflict, Invalid, NotFound
from rowsmith.core.recipe import Recipe
from rowsmith.core.records import Record
from rowsmith.engine import recipe_file
from rowsmith.engine.context import StepContext
from rowsmith.engine.inputs import Inputs
from rowsmith.engine.terms import Stopping
from rowsmith.steps.export_folder import FILES
from rowsmith.steps.files_beside import is_ours
from rowsmith.steps.paths import expand
from rowsmith.steps.read.records import is_known
from rowsmith.store import slots
from rowsmith.store.runs import Run

STOPPED = "stopped"
NAMED = "import "
"""With this begins the name of an import's recipe."""
_NO_PROFILE = MappingProfile()


@dataclass(frozen=True, slots=True)
class Import:
    """What came of an import. `read` counts every record; `rejected` lists those that became no row ({file, line, reason, detail}, the first
    thousand; `rejected_count` of them, all in the file `rejects`). `version` is None where nothing was committed."""

    dataset: str
    run: str
    state: str
    read: int
    kept: int
    rejected: list[dict[str, Any]]
    rejected_count: int
    rejects: str | None
    version: str | None
    reason: str = ""
    notes: list[str] = field(default_factory=list)

    def dump(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


def import_files(
    lab: Lab, project: str, files: Sequence[str | Path], into: str, *, format: str | None = None, profile: MappingProfile = _NO_PROFILE,
    strict: bool = False, key: str | None = None, rejects: str | Path | None = None, part: Part = WHOLE,
    on_progress: OnProgress | None = None, stopping: Stopping | None = None,
) -> Import:  # fmt: skip
    """Import files into a dataset, merged by row id. The same files again are the same import.

    Args:
        files: files, folders, globs, addresses (https://...), or datasets on a hub (hf:owner/name).
        format: the format of the records; default: the profile's, else recognised for each file.
        profile: what is done to each record first.
        strict: refuse, and commit nothing, where a record is rejected.
        key: the column whose value identifies a row; default: `id` where a row has one.
        part: the split, the columns, or a random sample of a dataset on a hub; columns are chosen of any file.
        rejects: the file of rejected records; default: `DATASET.rejects.jsonl`. There is none where nothing was rejected.

    Raises:
        NotFound: no such file or format. Invalid: a file cannot be read at all, or its format is not recognised; or rejects (`strict`).
    """
    with _brought(lab, project, files, format, key, part) as (found, settings):
        return _import(lab, project, found, into, settings, profile, strict, rejects, on_progress=on_progress, stopping=stopping)


def begin(
    lab: Lab, project: str, files: Sequence[str | Path], into: str, *, format: str | None = None, profile: MappingProfile = _NO_PROFILE,
    key: str | None = None, part: Part = WHOLE, commit: bool = True,
) -> Result:  # fmt: skip
    """Leave an import to a worker: a run that is queued. What came of it says `outcome`. The same files again are the same import.

    Args:
        commit: False looks at every record, and commits nothing; the same import that commits takes the rows as they are.

    Raises:
        As `import_files`, of the files as a whole.
    """
    with _brought(lab, project, files, format, key, part) as (found, settings):
        return Runs(lab, project).start(_recipe(found, into, settings, profile), commit=commit, queue=True)


def outcome(lab: Lab, project: str, run: str) -> Import:
    """What an import has come to; what it rejected is listed once it has come to rest.

    Raises:
        NotFound: there is no such run, or it is no import.
    """
    runs = Runs(lab, project)
    record, done = runs.get(run), runs.result(run)
    _require_import(record)
    into, reads = str(record.options["into"]), done.state not in ("queued", "running")
    read = _Read(lab, record)
    count, listed = 0, []
    for told, _ in read.rejected() if reads else ():
        count += 1
        if count <= LISTED:
            listed.append(dict(zip(("file", "line", "reason", "detail"), told, strict=True)))
    version = done.version if done.dataset == into else None
    return Import(into, done.run, done.state, done.requested, done.kept, listed, count, None, version, done.reason, read.notes() if reads else [])


def commit(lab: Lab, project: str, run: str) -> Import:
    """Commit the rows of an import that only looked at its records.

    Raises:
        NotFound: there is no such run, or it is no import. Conflict: it has not come to its end.
    """
    runs = Runs(lab, project)
    record = runs.get(run)
    _require_import(record)
    if record.state not in DONE:
        raise Conflict(f"The import {record.id} is {record.state}.", "Wait for its end, or go on with it; then commit its rows.")
    runs.commit_again(record, Options.of(record).but(commit=True))
    return outcome(lab, project, run)


def rejected(lab: Lab, project: str, run: str) -> Iterator[dict[str, Any]]:
    """Every record that an import rejected, with its place, the reason, and what it says where that could be read.

    Raises:
        NotFound: there is no such run, or it is no import.
    """
    record = Runs(lab, project).get(run)
    _require_import(record)
    return _told(_Read(lab, record))


def _told(read: _Read) -> Iterator[dict[str, Any]]:
    for (file, line, reason, detail), said in read.rejected():
        yield {"file": file, "line": line, "reason": reason, "detail": detail, **({} if said is None else {"record": said})}


def _require_import(run: Run) -> None:
    steps = run.recipe["steps"]
    if len(steps) != 1 or steps[0]["kind"] != "read.records" or not run.recipe_name.startswith(NAMED):
        raise NotFound(f"The run {run.id} is no import.", "See what it has come to among the runs.")


@contextmanager
def _brought(
    lab: Lab, project: str, files: Sequence[str | Path], format: str | None, key: str | None, part: Part
) -> Iterator[tuple[list[Brought], dict[str, Any]]]:
    """The files, here, and the settings of the step that reads them."""
    given = {"key": key, "format": format, "only": list(part.columns)}
    environ = with_hub_token(lab, project) if any(str(file).startswith(HUB) for file in files) else lab.environ
    with here(files, environ, replace(part, columns=()) if part.sample is None else part) as found:
        yield found, {name: value for name, value in given.items() if value}


def _recipe(files: Sequence[Brought], into: str, settings: dict[str, Any], profile: MappingProfile) -> Recipe:
    expand([str(file.path) for file in files], Path())  # what is not there is said before a run is begun
    places = {name: facts for file in files for name, facts in file.places.items()}
    of_hub = {"answers": True} if any(file.answers for file in files) else {}
    images = list(dict.fromkeys(str(folder) for file in files for folder in _images(file.path)))
    beside = {**({"places": places} if places else {}), **({"images": images} if images else {})}
    step = {"kind": "read.records", "paths": [str(file.path) for file in files], **profile.settings(), **settings, **of_hub, **beside}
    return recipe_file.build({"name": f"{NAMED}{into}", "into": into, "steps": [step]})


def _import(
    lab: Lab, project: str, files: Sequence[Brought], into: str, settings: dict[str, Any], profile: MappingProfile, strict: bool,
    rejects: str | Path | None, **watched: Any,
) -> Import:  # fmt: skip
    recipe = _recipe(files, into, settings, profile)
    runs = Runs(lab, project)
    done = _start(runs, recipe, commit=not strict, **watched)
    files_read = _Read(lab, runs.get(done.run))
    with Rejects(Path(rejects) if rejects else Path(f"{into}.rejects.jsonl")) as kept:
        for told, record in files_read.rejected():
            kept.add(*told, record)
        if strict:
            require_none(kept, "Nothing has been committed.")
        if strict and done.state != STOPPED:
            done = _start(runs, recipe, commit=True, **watched)
        if done.state != STOPPED:
            require_some(kept, done.requested - kept.count, ", ".join(str(file.path) for file in files[:5]))
        where = kept.done()
    if where is not None:
        note_copy(lab, project, EXPORTED, Path(where), format="rejects", rows=kept.count, run=done.run)
    version = done.version if done.dataset == into else None
    notes = [*(note for file in files for note in file.notes), *files_read.notes(), *filter(None, map(_passed_over, files))]
    return Import(into, done.run, done.state, done.requested, done.kept, kept.listed, kept.count, where, version, done.reason, notes)


def _images(path: Path) -> list[Path]:
    """The folders of images beside a file of records, as our exports have them."""
    return [folder for folder in (path.with_name(f"{path.name}.{FILES}"), path.with_name(FILES)) if path.is_file() and is_ours(folder)]


def _passed_over(file: Brought) -> str:
    """Which files of the user's folder are not read; empty where all are, or it is no folder."""
    names = [path.name for path in expand([str(file.path)], Path()) if not is_known(path.name)] if file.path.is_dir() else []
    what = "file is" if len(names) == 1 else "files are"
    return f"{file.path}: {len(names):,} {what} passed over, by the suffix: {', '.join(names[:5])}{' ...' * (len(names) > 5)}" if names else ""


def _start(runs: Runs, recipe: Recipe, **how: Any) -> Result:
    done = runs.start(recipe, **how)
    if done.state not in ("finished", "shortfall", STOPPED):
        raise Invalid(f"The import {done.run} is {done.state}: {done.reason}.", f"See rowsmith runs {done.run}; the same command goes on with it.")
    return done


Told = tuple[str, int, str, str]
"""File, line, reason and detail of a record that became no row."""


class _Read:
    """The files that an import has read, once more: the home's copies."""

    def __init__(self, lab: Lab, run: Run) -> None:
        self._failed = {number: (reason, detail) for number, reason, detail in slots.failed_roots(lab.db, run.n, 0)}
        self._step: Any = recipe_file.build(run.recipe).steps[0]
        self._context = StepContext(self._step, 0, Inputs(run.lock, self._step.title, lab.files), lab.files.scratch)

    def notes(self) -> list[str]:
        """What is to be known of them."""
        found: list[str] = self._step.notes(self._context)
        return found

    def rejected(self) -> Iterator[tuple[Told, Any]]:
        """The rejected records in their order, each with what it says: the number of a slot is that of its record."""
        most = max(self._failed, default=-1) + 1
        for number, record in enumerate(islice(self._step.records(self._context), most)):
            if number in self._failed:
                reason, detail = self._failed[number]
                told = (record.file, record.line, reason, detail.removeprefix(f"{record.where}: "))
                yield told, record.data if isinstance(record, Record) else record.raw or None
