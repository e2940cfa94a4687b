"""Calls: the stored answers of a home. List them, look at one, hand them on in a file, take them in from one.

The store of answers is the home's; runs and datasets are those of the project.
"""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rowsmith.app.lab import Lab
from rowsmith.app.unreachable import CALLS_EXPORTED, note_copy
from rowsmith.core.calls import PICO, Usage
from rowsmith.core.errors import Conflict, Invalid, NotFound
from rowsmith.store import call_file, calls, events
from rowsmith.store.call_file import CallFile
from rowsmith.store.call_import import take
from rowsmith.store.datasets import Datasets
from rowsmith.store.files import atomic_write
from rowsmith.store.runs import Run, Runs


@dataclass(frozen=True, slots=True)
class CallFacts:
    """A call as people see it. `state` is `answered`, or `open` while a run buys it. `cost_usd` is what it cost when it was bought; None
    where that is not known. `used_by` says how often each run used it."""

    key: str
    base: str | None
    index: int | None
    profile: str
    model: str
    state: str
    usage: Usage
    cost_usd: float | None
    at: float
    used_by: dict[str, int]

    def dump(self) -> dict[str, Any]:
        """As plain data."""
        said = asdict(self)
        usage = said.pop("usage")
        return {**said, **usage}


@dataclass(frozen=True, slots=True)
class CallUse:
    """A place at which a run used a call: the row that it was asked for, and the step. `bought`: by this use; else it was there."""

    run: str
    row: str | None
    step: str
    retry: int
    bought: bool


@dataclass(frozen=True, slots=True)
class CallStory:
    """A call with what was answered and who used it (the first 1,000 uses)."""

    facts: CallFacts
    raw: bytes
    uses: tuple[CallUse, ...]

    def dump(self) -> dict[str, Any]:
        """As plain data; `raw` as text, or `raw_base64` where it is none."""
        try:
            said = {"raw": self.raw.decode()}
        except UnicodeDecodeError:
            said = {"raw_base64": b64encode(self.raw).decode()}
        return {**self.facts.dump(), **said, "uses": [asdict(use) for use in self.uses]}


@dataclass(frozen=True, slots=True)
class CallsExport:
    """A file of calls: how many, and its size."""

    path: str
    calls: int
    bytes: int


@dataclass(frozen=True, slots=True)
class CallsImport:
    """What became of the calls of a file: `imported`; `kept`, which were there; `held`, which a run is buying just now, and which are not
    imported; `differing`, which are there with another answer, and stay as they are (`examples`: the keys of the first hundred)."""

    path: str
    calls: int
    imported: int
    kept: int
    held: int
    differing: int
    examples: tuple[str, ...]


class Calls:
    """The stored answers, seen from one project."""

    def __init__(self, lab: Lab, project: str) -> None:
        self.lab = lab
        self.project = project

    def list(
        self, *, run: str | None = None, model: str | None = None, profile: str | None = None, since: float | None = None, limit: int = 100
    ) -> list_[CallFacts]:
        """The newest calls, the newest first.

        Args:
            run: only those that a run (r12) of the project used. model: provider/name. profile: the server's address, as the list has it.
            since: seconds since 1970.

        Raises:
            NotFound: there is no such run.
        """
        n = None if run is None else self._run(run).n
        found = calls.listed(self.lab.db, run=n, model=model, profile=profile, since=since, limit=limit)
        return [_facts(call, uses) for call, uses in zip(found, calls.used_by(self.lab.db, found), strict=True)]

    def show(self, key: str) -> CallStory:
        """One call; the beginning of its key is enough.

        Raises:
            NotFound: there is none. Conflict: there are several. Invalid: that is no beginning of a key.
        """
        if re.fullmatch("[0-9a-f]{1,32}", key.lower()) is None:
            raise Invalid(f"{key!r} is no key of a call.", "It has up to 32 digits, 0 to 9 and a to f: rowsmith calls list.")
        found = calls.near(self.lab.db, key.lower())
        if not found:
            raise NotFound(f"There is no call {key}.", "List them with rowsmith calls list.")
        if len(found) > 1:
            some = ", ".join(call.key.hex()[: len(key) + 8] for call in found)
            raise Conflict(f"Several calls begin with {key}.", f"Give more of the key: {some}{' ...' if len(found) == 5 else ''}.")
        call = found[0]
        (runs,) = calls.used_by(self.lab.db, found)
        records = {n: Runs(self.lab.db).get(n) for n in runs}
        places = tuple(
            CallUse(f"r{use.run}", use.row, _step(records[use.run], use.step), use.retry, use.bought) for use in calls.uses(self.lab.db, call)
        )
        return CallStory(_facts(call, runs), call.raw or b"", places)

    def export(self, path: str | Path, *, run: str | None = None, dataset: str | None = None) -> CallsExport:
        """Write answered calls into a file that appears whole or not at all. No request and no key is in it.

        Args:
            run: only the calls that a run (r12) used. dataset: only those that the runs used which made a dataset, or `dataset@version`:
                of dropped rows too, because which rows were kept rests on them.

        Raises:
            NotFound: there is no such run, dataset or version. Invalid: the path, or both were given. StorageFull: nothing is written.
        """
        runs = self._runs(run, dataset)
        with self.lab.db.read() as conn, atomic_write(Path(path)) as file:
            count, found = calls.answered(conn, runs)
            done = CallsExport(str(path), count, call_file.write(file, count, found))
        note_copy(self.lab, self.project, CALLS_EXPORTED, Path(path), calls=count)
        return done

    def import_(self, path: str | Path) -> CallsImport:
        """Take in the calls of a file, all or none. Runs that use them pay nothing.

        Raises:
            NotFound: there is no such file. Invalid: it is no file of calls, or has bad lines: each with its number.
        """
        if not Path(path).is_file():
            raise NotFound(f"There is no file {path}.", "Give the path of a file that rowsmith calls export wrote.")
        file = CallFile(Path(path))
        count = file.check()
        with self.lab.db.write() as conn:
            taken = take(self.lab.db, conn, file)
            told = {"imported": taken.added, "kept": taken.kept, "held": taken.held, "differing": taken.other}
            events.note(conn, self.lab.db.now(conn), self.project, "calls.imported", told)
        return CallsImport(str(path), count, taken.added, taken.kept, taken.held, taken.other, tuple(taken.differing))

    def _run(self, run: str) -> Run:
        record = Runs(self.lab.db).get(run)
        if record.project != self.project:
            raise NotFound(f"There is no run {run!r} in project {self.project!r}.", f"It is in project {record.project!r}: --project.")
        return record

    def _runs(self, run: str | None, dataset: str | None) -> list_[int] | None:
        if run is not None and dataset is not None:
            raise Invalid("Both a run and a dataset are given.", "Give one of them.")
        if dataset is not None:
            return self._runs_behind(dataset)
        return None if run is None else [self._run(run).n]

    def _runs_behind(self, spoken: str) -> list_[int]:
        """The runs that made a version and those before it."""
        store = Datasets(self.lab.db)
        every = {version.id: version for version in store.versions(self.project, spoken.partition("@")[0])}
        behind: set[str] = set()
        ahead = [store.resolve(self.project, spoken).id]
        while ahead:
            if (version := ahead.pop()) not in behind:
                behind.add(version)
                ahead += every[version].parents
        return sorted({run for version in behind if (run := every[version].run) is not None})


list_ = list


def _facts(call: calls.Call, runs: dict[int, int]) -> CallFacts:
    return CallFacts(
        call.key.hex(), None if call.base is None else call.base.hex(), call.index, call.profile, call.model,
        "answered" if call.answered else "open", call.usage, None if call.cost is None else call.cost / PICO, call.at,
        {f"r{n}": uses for n, uses in runs.items()},
    )  # fmt: skip


def _step(run: Run, position: int) -> str:
    step = run.recipe["steps"][position]
    return str(step.get("name") or step["kind"])
