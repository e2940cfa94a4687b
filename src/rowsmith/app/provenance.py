"""Provenance, both ways: from a row back to where it came from, from a source to every row that came of it, and a source forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from typing import Any

from rowsmith.app.forgetting import EVERY_RUN, Forgetting, finish, forget
from rowsmith.app.known_sources import meant, of_runs
from rowsmith.app.lab import Lab
from rowsmith.app.origins import Origin, origin_of
from rowsmith.core.errors import NotFound, choose
from rowsmith.engine.retrace import has_read, roots_of_ids
from rowsmith.store import forgotten
from rowsmith.store.forgotten import Forgotten
from rowsmith.store.runs import Runs
from rowsmith.store.sources import Source, searched, sources_of


@dataclass(frozen=True, slots=True)
class Traced:
    """A row that came from a source: the dataset, the row's id, the versions that have it in this form, and where in the source it was."""

    dataset: str
    id: str
    versions: tuple[str, ...]
    sources: tuple[dict[str, Any], ...]

    def dump(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


@dataclass(slots=True)
class Trace:
    """What came from a source: the names and hashes that it has, the runs that read it, and how many rows came of it in how many versions.
    Iterating gives each row, dataset by dataset, in row order; the counts are whole from the beginning."""

    sources: tuple[Source, ...]
    runs: tuple[str, ...]
    datasets: tuple[str, ...]
    versions: int
    rows: int
    found: Iterator[Traced]

    def __iter__(self) -> Iterator[Traced]:
        return self.found

    def dump(self) -> dict[str, Any]:
        """The counts as plain data, without the rows."""
        sources = [{name: value for name, value in source._asdict().items() if value} for source in self.sources]
        return {"sources": sources, "runs": self.runs, "datasets": self.datasets, "versions": self.versions, "rows": self.rows}


class Provenance:
    """Where the rows of one project came from."""

    def __init__(self, lab: Lab, project: str) -> None:
        self.lab = lab
        self.project = project

    def origin(self, row: str, *, within: str | None = None) -> Origin:
        """Everything that led to a row: see app.origins. `within` a dataset or version: as it stands there.

        Raises:
            NotFound: there is none. Conflict: several ids begin so. Invalid: that is no beginning of an id.
        """
        return origin_of(self.lab, self.project, row, within=within)

    @contextmanager
    def trace(self, source: str) -> Iterator[Trace]:
        """Every row in every version that came from a source, while the block lasts. `source`: a file's name, path or hash, a step that has
        rows of its own, an address, or the id of a source row.

        Raises:
            NotFound: there is no such source. Conflict: several may be meant.
        """
        runs = Runs(self.lab.db).newest(self.project, EVERY_RUN)
        with searched(self.lab.db, self.project) as search:
            found = meant(self.lab.db, self.lab.files, self.project, source, [*search.sources, *of_runs(runs)])
            roots = {run.n: ranges for run in runs if (ranges := roots_of_ids(self.lab.db, run, found.wanted.ids))}
            search.find(replace(found.wanted, roots=roots))
            rows, versions, datasets = set[tuple[str, str]](), set[str](), dict[str, None]()
            for came in search.came():
                rows.add((came.dataset.name, came.id))
                versions |= {version.id for version in came.versions}
                datasets[came.dataset.name] = None
            told = (Traced(c.dataset.name, c.id, tuple(v.id for v in c.versions), tuple(_said(c.origin))) for c in search.came())
            names = tuple(run.id for run in reversed(runs) if run.n in roots or has_read(run, found.wanted))
            yield Trace(found.sources, names, tuple(datasets), len(versions), len(rows), told)

    def forget(self, source: str, *, dry_run: bool = False) -> Forgetting:
        """Erase a source, and every row that came from it, from all copies that the home holds of the project: inputs, rows of runs, answers,
        vectors, bodies of versions, uncommitted edits, free pages. Versions keep the rows' places, and show them no more. Runs keep their
        counts and what they cost. One that was broken off is finished first. `dry_run`: only say what would go.

        Raises:
            NotFound: there is no such source. Conflict: several may be meant, or a run that uses it is being carried out.
            StorageBusy: somebody else is at work with the database; the same command again finishes.
        """
        return forget(self.lab, self.project, source, dry_run=dry_run)

    def finish(self) -> list[Forgotten]:
        """Finish what was broken off; what that was."""
        return finish(self.lab, self.project)

    def forgotten(self) -> list[Forgotten]:
        """What the project has forgotten, the oldest first."""
        return forgotten.every(self.lab.db, self.project)

    def lift(self, source: str) -> int:
        """Let what was forgotten under this name be taken in again; nothing comes back by itself. How many rows may be shown again once they
        are committed again.

        Raises:
            NotFound: nothing was forgotten under this name.
        """
        found = [one for one in self.forgotten() if one.done and source in (one.source, *one.plan.names, *one.plan.hashes, *one.plan.ids)]
        if not found:
            raise NotFound(f"Nothing was forgotten under {source!r}.", choose(source, [one.source for one in self.forgotten()]))
        return sum(forgotten.lift(self.lab.db, one) for one in found)


def _said(origin: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Where in its sources a row was, as it says itself; where it says nothing, the step that made it."""
    said = origin.get("source")
    several = said if isinstance(said, list) else [said] if said else [source._asdict() for source in sources_of(origin)]
    yield from ({name: value for name, value in one.items() if value not in ("", None)} for one in several)
