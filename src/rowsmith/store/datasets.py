"""Datasets: names, and the versions behind them. A dataset is spoken of as `name`, `name@branch`, `name@tag` or `name@version`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import select, text

from rowsmith.core.errors import Invalid, NotFound, choose
from rowsmith.core.ids import cleaned
from rowsmith.core.row import Row
from rowsmith.store.bodies import Bodies
from rowsmith.store.checks import Problem, check
from rowsmith.store.committing import Over, commit_rows
from rowsmith.store.database import Database
from rowsmith.store.publishing import Also, Said
from rowsmith.store.reading import VersionRows, row_of
from rowsmith.store.schema import dataset as table
from rowsmith.store.schema import ref
from rowsmith.store.signing import Signer
from rowsmith.store.tombstones import living
from rowsmith.store.trees import Entry, Trees
from rowsmith.store.versions import Version, Versions

MAIN = "main"
"""The branch that is meant when none is named."""

_CREATE = text("INSERT INTO dataset (project, name, created_at) VALUES (:project, :name, :now) ON CONFLICT DO NOTHING")
_NAME = re.compile(r"(?!run:)[^@/\x00-\x1f\x7f\s](?:[^@/\x00-\x1f\x7f]{0,198}[^@/\x00-\x1f\x7f\s])?")
_HEX = re.compile(r"[0-9a-f]{4,32}")


def check_name(name: str, what: str = "dataset") -> None:
    """Raise Invalid for what cannot be the name of a dataset, or of `what` else is spoken of as name@version."""
    if not _NAME.fullmatch(name):
        raise Invalid(
            f"{name!r} cannot be the name of a {what}.",
            "Use up to 200 characters without '@', '/' and line breaks, no space at either end, and not beginning with 'run:'.",
        )


@dataclass(frozen=True, slots=True)
class Dataset:
    """A name with a history. `n` is its number in the database."""

    n: int
    project: str
    name: str
    created_at: float


class Datasets:
    """The datasets of a database. Every method may be called from any thread."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def create(self, project: str, name: str) -> Dataset:
        """The dataset of this name; made when there is none. It has no version before the first commit.

        Raises:
            Invalid: the name cannot be one.
        """
        check_name(name)
        with self._db.write() as conn:
            conn.execute(_CREATE, {"project": project, "name": name, "now": self._db.now(conn)})
        return self.get(project, name)

    def get(self, project: str, name: str) -> Dataset:
        """The dataset of this name.

        Raises:
            NotFound: there is none; the fix lists those there are.
        """
        every = self.list(project)
        for found in every:
            if found.name == name:
                return found
        raise NotFound(f"No dataset is called {name!r}.", choose(name, [found.name for found in every]))

    def list(self, project: str) -> Sequence[Dataset]:
        """The datasets of a project, by name."""
        with self._db.read() as conn:
            return [Dataset(*found) for found in conn.execute(select(table).where(table.c.project == project).order_by(table.c.name))]

    def commit(
        self,
        project: str,
        name: str,
        rows: Iterable[Row],
        *,
        run: int | None = None,
        author: str = "",
        message: str = "",
        replace: bool = False,
        all_of_run: bool = False,
        refreshes: str = "",
        branch: str = MAIN,
        signer: Signer | None = None,
        also: Also | None = None,
    ) -> Version:
        """Merge rows by id into the head of a branch, as a child version; with `replace` the child holds these rows alone.

        A dataset or branch that does not exist is begun. Rows come in row order (growing `order`), as a stream of any length; ids differ.
        A row whose id is there replaces the one that was there, in its place; new rows follow. `also(conn, version)` is carried out in
        the transaction that publishes the version. The same rows again, for the same run: no new version, the head is returned.
        `signer` signs it. `all_of_run`: these are all rows of the run; where no other run has made any, those that it keeps no longer go.
        `refreshes`: rows that this recipe (its fingerprint) made and that do not come again go.

        What people changed on the branch stays when a run makes its rows again (store.committing).

        Raises:
            Invalid: the name, an id, the order or a value cannot be used.
        """
        dataset = self.create(project, name)
        said = Said(run, cleaned(author), cleaned(message), signer)
        return commit_rows(self._db, dataset.n, branch, rows, said, over=Over(replace, all_of_run, refreshes), also=also)

    def versions(self, project: str, name: str) -> Sequence[Version]:
        """All versions of a dataset, newest first."""
        return Versions(self._db).of(self.get(project, name).n)

    def refs(self, project: str, name: str) -> dict[str, str]:
        """Branches and tags: name -> version id."""
        n = self.get(project, name).n
        with self._db.read() as conn:
            found = conn.execute(select(ref.c.name, ref.c.version).where(ref.c.dataset == n).order_by(ref.c.name))
            return {str(ref_name): str(version) for ref_name, version in found}

    def resolve(self, project: str, spoken: str) -> Version:
        """The version that `name`, `name@branch`, `name@tag` or `name@version` (at least 4 digits of its id) means.

        Raises:
            NotFound: no such dataset or version; the fix lists the choices.
            Invalid: the digits fit more than one version.
        """
        name, _, which = spoken.partition("@")
        refs = self.refs(project, name)
        versions = self.versions(project, name)
        wanted = refs.get(which or MAIN) or (which if _HEX.fullmatch(which) else "-")
        fits = [version for version in versions if version.id.startswith(wanted)]
        if len(fits) == 1:
            return fits[0]
        if fits:
            raise Invalid(f"{spoken!r} fits {len(fits)} versions.", f"Give more digits: {', '.join(v.id[:12] for v in fits)}.")
        if not versions:
            raise NotFound(f"Dataset {name!r} has no version yet.", "Commit rows into it: rowsmith run RECIPE --into DATASET.")
        raise NotFound(
            f"Dataset {name!r} has no branch, tag or version {which or MAIN!r}.", choose(which, [*refs, *(v.id[:12] for v in versions[:10])])
        )

    def rows(self, version: Version, *, start: int = 0, limit: int | None = None) -> VersionRows:
        """The version's rows in order, as a stream that can be read again; skips `start`, gives at most `limit`."""
        return VersionRows(self._db, version, start, limit)

    def row(self, version: Version, name: str) -> Row:
        """One row by its id (32 hexadecimal digits).

        Raises:
            NotFound: the version has no such row.
        """
        trees = Trees(self._db)
        entry = trees.entry(trees.load(version.root), bytes.fromhex(name)) if re.fullmatch("[0-9a-fA-F]{32}", name) else None
        if entry is None:
            raise NotFound(f"Version {version.id[:12]} has no row {name!r}.", "List its rows with rowsmith rows.")
        if not list(living(self._db, version.dataset, [entry])):
            raise NotFound(f"Row {name} was erased.", f"rowsmith origin {name} says when and by whom.")
        return self.at(entry)

    def at(self, entry: Entry) -> Row:
        """The row that an entry of a version stands for."""
        found = Bodies(self._db).read((entry.data, entry.meta))
        return row_of(entry, found[entry.data], found[entry.meta])

    def check(self, version: Version) -> Iterator[Problem]:
        """Everything that is wrong with a version: {kind, what, where}. Reads the whole version."""
        return check(self._db, version)
