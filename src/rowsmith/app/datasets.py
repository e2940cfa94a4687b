"""Datasets: list them, read their rows, show what they hold, export them. The rows of a run that is not committed read as `run:r12`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rowsmith.app.bundles import bundle
from rowsmith.app.export_check import NOTHING, Checking
from rowsmith.app.exports import Export, export
from rowsmith.app.lab import Lab
from rowsmith.app.licences import Licences, licences_of
from rowsmith.app.locks import Locked, lock
from rowsmith.app.looking import Rows, look, row_seen
from rowsmith.core.row import Row
from rowsmith.core.slots import KEPT_STAGE
from rowsmith.core.statistics import Statistics
from rowsmith.steps.export_folder import Arrangement
from rowsmith.store import column_facts
from rowsmith.store.bundles import Bundle
from rowsmith.store.column_facts import ColumnFacts
from rowsmith.store.datasets import Dataset
from rowsmith.store.datasets import Datasets as Store
from rowsmith.store.runs import Runs
from rowsmith.store.stages import StageRows
from rowsmith.store.statistics import statistics
from rowsmith.store.versions import Version
from rowsmith.store.view import Look, Page

if TYPE_CHECKING:
    from rowsmith.app.downloads import Part
    from rowsmith.app.imports import Import
    from rowsmith.app.profiles import MappingProfile
    from rowsmith.app.push import Done
    from rowsmith.app.redaction import Redacted
    from rowsmith.app.runs import OnProgress
    from rowsmith.core.pii.hiding import Hiding
    from rowsmith.engine.terms import Stopping
    from rowsmith.steps.recognising import Recognising


class Datasets:
    """The datasets of one project."""

    def __init__(self, lab: Lab, project: str) -> None:
        self.lab = lab
        self.project = project
        self._store = Store(lab.db)

    def list(self) -> Sequence[Dataset]:
        """Every dataset of the project, by name."""
        return self._store.list(self.project)

    def versions(self, name: str) -> Sequence[Version]:
        """The versions of a dataset, newest first."""
        return self._store.versions(self.project, name)

    def get(self, spoken: str) -> Version:
        """The version that `name`, `name@branch`, `name@tag` or `name@version` means.

        Raises:
            NotFound: there is none.
        """
        return self._store.resolve(self.project, spoken)

    def rows(
        self, spoken: str, *, where: str | None = None, search: str | None = None, sort: Sequence[str] = (), start: int = 0,
        limit: int | None = None, sample: int | None = None, seed: int = 0, edits: bool = True, marked: str | None = None,
    ) -> Rows:  # fmt: skip
        """Rows as a stream that also says how many there are (`total`).

        Args:
            spoken: as in `get`, or `run:r12` for the kept rows of a run. Uncommitted edits of a branch are laid over it.
            where: only rows for which this expression is true (core.expressions).
            search: only rows that have these words, phrases ... (core.queries).
            sort: columns, `scores.x`, `origin.x` or expressions; with `-` before it the greatest first. Missing values come last, equal
                ones in row order.
            start, limit: rows to pass over, and most rows.
            sample: so many of the rows, chosen by row id and `seed`.
            edits: False leaves uncommitted edits out.
            marked: only rows of which a run of checks has found this: `r12:flag:pii` (app.quality_marks).

        Raises:
            NotFound: there is no such dataset, version or run, or no row has a column that is sorted by.
            Invalid: an expression or a search cannot be read, or a number is negative.
        """
        from rowsmith.app.quality_marks import marked_rows

        among = None if marked is None else marked_rows(self.lab, self.project, marked)
        wanted = Look(where, search, tuple(sort), sample, seed, among=among)
        return look(self.lab, self.project, spoken, wanted, start, limit, edits=edits)

    def page(
        self, spoken: str, *, where: str | None = None, search: str | None = None, sort: Sequence[str] = (), start: int = 0, limit: int = 200,
        sample: int | None = None, seed: int = 0,
    ) -> Page:  # fmt: skip
        """A page of rows, as in `rows`, and how many there are in all."""
        found = self.rows(spoken, where=where, search=search, sort=sort, start=start, limit=limit, sample=sample, seed=seed)
        return Page(list(found), found.total)

    def row(self, spoken: str, id_: str) -> Row:
        """One row by its id: of a branch as it stands with its uncommitted edits, of a version, or of a run.

        Raises:
            NotFound: there is none, or it has been removed.
        """
        return row_seen(self.lab, self.project, spoken, id_)

    def count(self, spoken: str) -> int:
        """The number of rows; erased ones do not count."""
        if spoken.startswith("run:"):
            return len(StageRows(self.lab.db, Runs(self.lab.db).get(spoken.removeprefix("run:")).n, KEPT_STAGE))
        return len(self._store.rows(self.get(spoken)))

    def heads(self) -> Iterator[tuple[Dataset, Sequence[Version]]]:
        """Every dataset with its versions, newest first."""
        for dataset in self.list():
            yield dataset, self._store.versions(self.project, dataset.name)

    def show(self, spoken: str) -> Statistics:
        """What a version holds: rows, tokens, languages, roles and turns, columns, duplicates, shapes. Counted once and kept; the first time
        reads every row, or where an ancestor is counted what differs from it.

        Raises:
            NotFound: there is no such version.
        """
        return statistics(self.lab.db, self.get(spoken))

    def columns(self, spoken: str) -> Sequence[ColumnFacts]:
        """What the columns of a version hold: types, what is missing, a histogram or the commonest values. Counted once and kept; uncommitted
        edits do not count.

        Raises:
            NotFound: there is no such version.
        """
        version = self.get(spoken)
        if (found := column_facts.kept(self.lab.db, version)) is None:
            found = self.lab.views.open(version).columns()
            column_facts.keep(self.lab.db, version, found)
        return found

    def lock(self, spoken: str, path: str | Path | None = None) -> Locked:
        """What a version rests on, pinned by hash; written to a file where one is named. See app.locks."""
        return lock(self.lab, self.project, spoken, path)

    def bundle(self, spoken: str, path: str | Path, *, reviews: bool = True, unblind: bool = False) -> Bundle:
        """Write a proof bundle of a version, by which an outsider can check it, with what people think of its rows; see app.bundles."""
        return bundle(self.lab, self.project, spoken, path, reviews=reviews, unblind=unblind)

    def plots(self, spoken: str, path: str | Path) -> None:
        """Write what `show` tells as a page of HTML with plots.

        Raises:
            NotFound: there is no such version. StorageFull, Unavailable: the file cannot be written.
        """
        from rowsmith.app.statistics_page import write_page

        versions = [(version, len(self._store.rows(version))) for version in self.versions(spoken.partition("@")[0])]
        write_page(Path(path), spoken, self.show(spoken), versions, self.get(spoken))

    def export(
        self, spoken: str | Sequence[str], format: str, path: str | Path, *, where: str | None = None, provenance: str | None = None,
        lock: bool = False, policy: str | None = None, drop_uncleared: bool = False, split_by: str | None = None, shard_rows: int | None = None,
        suffix: str | None = None, spreadsheet_safe: bool = False, checking: Checking = NOTHING,
    ) -> Export:  # fmt: skip
        """Write rows of one or more datasets to a file or folder in a foreign format, with their provenance; see app.exports."""
        return export(
            self, spoken, format, path, where=where, provenance=provenance, with_lock=lock, policy=policy, drop_uncleared=drop_uncleared,
            arrangement=Arrangement(split_by, shard_rows, suffix, spreadsheet_safe), checking=checking,
        )  # fmt: skip

    def redact(self, spoken: str, path: str | Path, finder: Recognising, hiding: Hiding, *, format: str = "jsonl") -> Redacted:
        """Write the rows of a dataset with the personal data in them hidden; see app.redaction."""
        from rowsmith.app import plugins
        from rowsmith.app.redaction import redact_rows

        return redact_rows(self.rows(spoken), path, plugins.format(format), finder, hiding)

    def import_(
        self, files: Sequence[str | Path], into: str, *, format: str | None = None, profile: MappingProfile | None = None, strict: bool = False,
        key: str | None = None, rejects: str | Path | None = None, part: Part | None = None, on_progress: OnProgress | None = None,
        stopping: Stopping | None = None,
    ) -> Import:  # fmt: skip
        """Import files of any format into a dataset; see app.imports."""
        from rowsmith.app.downloads import WHOLE
        from rowsmith.app.imports import import_files
        from rowsmith.app.profiles import MappingProfile

        return import_files(
            self.lab, self.project, files, into, format=format, profile=profile or MappingProfile(), strict=strict, key=key, rejects=rejects,
            part=part or WHOLE, on_progress=on_progress, stopping=stopping,
        )  # fmt: skip

    def push(self, spoken: str, place: str, *, heard: Callable[[str], None] = lambda text: None, **options: Any) -> Done:
        """Send rows to a place elsewhere: `hf:owner/name`, `argilla:WORKSPACE/NAME`, `label-studio:TITLE`; see app.push, and for the options the
        place's own module (app.push_hub, app.push_reviewers)."""
        from rowsmith.app.push import push

        return push(self, spoken, place, options, heard)

    def pull(self, place: str, into: str, **options: Any) -> Done:
        """Bring back the very rows that a push has put on a hub, or what people say who review rows elsewhere; see app.push."""
        from rowsmith.app.push import pull

        return pull(self, place, into, options)

    def licences(self, spoken: str) -> Licences:
        """Count the rows by the licence and terms of their sources and of the models that wrote them; see app.licences."""
        return licences_of(self, spoken)
