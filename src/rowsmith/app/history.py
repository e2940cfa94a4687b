"""The history of datasets: log, commits, branches, tags, releases, merges, restores. Differences are in app.differences, edits in app.edits.

Where a branch is changed, a dataset is spoken of as `name` (its main branch) or `name@branch`; versions go by a branch, a tag, a release or
the beginning of an id.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rowsmith.app import preparing
from rowsmith.app.choices import Choices
from rowsmith.app.lab import Lab
from rowsmith.core.errors import Conflict, Invalid
from rowsmith.core.ids import cleaned
from rowsmith.core.merge import Clash
from rowsmith.store.committing import Commit, commit_edits, commit_merge, commit_state, moved
from rowsmith.store.datasets import MAIN, Dataset, Datasets
from rowsmith.store.publishing import Said
from rowsmith.store.refs import Kind, Ref, Refs
from rowsmith.store.reviews import Reviews
from rowsmith.store.versions import Version, Versions


@dataclass(frozen=True, slots=True)
class Logged:
    """A version in the log, with the branches, tags and releases that name it, and how many rows it shows: those erased since are not."""

    version: Version
    refs: tuple[Ref, ...]
    rows: int

    def dump(self) -> dict[str, Any]:
        """As plain data."""
        v = self.version
        said = {"version": v.id, "parents": v.parents, "rows": self.rows, "run": None if v.run is None else f"r{v.run}"}
        return {**said, "author": v.author, "message": v.message, "committed_at": v.created_at, "refs": [ref.name for ref in self.refs]}


@dataclass(frozen=True, slots=True)
class Committed:
    """What became of a commit or merge. `version` is the branch's head, None where conflicts are open and nothing has happened.
    `conflicts` lists those that are open, else those that were settled (at most 10,000); `conflict_count` counts them."""

    version: str | None
    added: int
    removed: int
    changed: int
    conflicts: tuple[Clash, ...]
    conflict_count: int

    @property
    def open(self) -> bool:
        """Whether conflicts have to be settled first."""
        return self.version is None and bool(self.conflicts)

    def dump(self) -> dict[str, Any]:
        """As plain data."""
        return {**asdict(self), "conflicts": [clash.dump() for clash in self.conflicts]}


class History:
    """The history of the datasets of one project."""

    def __init__(self, lab: Lab, project: str) -> None:
        self.lab = lab
        self.project = project
        self._store = Datasets(lab.db)

    def log(self, spoken: str) -> Sequence[Logged]:
        """The version that is spoken of and all that it descends from, newest first.

        Raises:
            NotFound: there is no such dataset or version.
        """
        version = self._store.resolve(self.project, spoken)
        refs = self.refs(spoken.partition("@")[0])
        names = {v: tuple(ref for ref in refs if ref.version == v) for v in {ref.version for ref in refs}}
        return [Logged(found, names.get(found.id, ()), len(self._store.rows(found))) for found in Versions(self.lab.db).log(version)]

    def refs(self, name: str, *kinds: Kind) -> Sequence[Ref]:
        """The branches, tags and releases of a dataset, by name; of some kinds alone where they are given."""
        return Refs(self.lab.db, self._store.get(self.project, name)).list(*kinds)

    def commit(
        self, spoken: str, message: str = "", *, author: str | None = None, prefer: str = "", resolve: Sequence[str] = ()
    ) -> Committed:
        """Make a branch's uncommitted edits its next version.

        Args:
            spoken: `name` or `name@branch`.
            message: what was done.
            author: who did it; default: who acts.
            prefer: whose cells stand where the head has moved below an edited row: ours are the head's, theirs the edits'.
            resolve: single conflicts settled, as in `merge`.

        Raises:
            Conflict: there is nothing to commit.
        """
        dataset, branch = self._branch(spoken)
        choices = Choices(resolve)
        terms = choices.terms("three-way", prefer)
        done = commit_edits(self.lab.db, dataset.n, branch, self._said("commit", message, author), terms, choices.all_used)
        if done.version is None and not done.count_open:
            raise Conflict(f"There are no uncommitted edits on {dataset.name}@{branch}.", "Edit first: rowsmith edit DATASET ROW --set COLUMN=VALUE.")
        return self._committed(done)

    def branch(self, name: str, new: str, *, at: str = "") -> Ref:
        """Begin a branch, at main's head or at another version of the dataset.

        Raises:
            Conflict: the name is taken.
            Invalid: the version is one of another dataset.
        """
        return self._named(name, new, "branch", at, "")

    def tag(self, name: str, new: str, *, at: str = "", message: str = "", release: bool = False) -> Ref:
        """Name a version for good; a release can never be deleted.

        Raises:
            Conflict: the name is taken.
            Invalid: the version is one of another dataset.
        """
        return self._named(name, new, "release" if release else "tag", at, message)

    def delete(self, name: str, ref: str, *, kind: Kind | None = None, discard: bool = False) -> Ref:
        """Forget a branch or a tag, with `kind` only one of that kind; `discard` loses the branch's uncommitted edits, too.

        Raises:
            Conflict: it is a release, the main branch or of another kind, or has uncommitted edits.
        """
        if ref == MAIN:
            raise Conflict(f"{MAIN!r} is the branch that is meant when none is named, and stays.", "Delete another one.")
        return Refs(self.lab.db, self._store.get(self.project, name)).delete(ref, self.lab.who, kind=kind, with_edits=discard)

    def merge(
        self, spoken: str, source: str, *, message: str = "", rows: str = "three-way", prefer: str = "", resolve: Sequence[str] = ()
    ) -> Committed:
        """Bring what another version has changed into a branch, row by row and cell by cell, over their newest common ancestor.

        Args:
            spoken: `name` or `name@branch`, the branch that changes (ours).
            source: branch, tag or version of the same dataset (theirs); or `other@version` of another dataset.
            message: what was done; default says what was merged.
            rows: which rows there are where one side lacks them: three-way, union or intersection.
            prefer: whose cells stand in a conflict: ours, theirs, or both (theirs becomes a row of its own).
            resolve: single conflicts settled: `ROW:FIELD=ours`, `=theirs`, `=base` or `=value:JSON`; `ROW=ours` where it is about the whole row.

        Without `prefer` and `resolve`, conflicts leave everything as it is and are listed.

        Raises:
            NotFound: no such dataset, branch or version.
            Invalid: `resolve` settles what is no conflict, `rows` or `prefer` is not known.
        """
        dataset, branch = self._branch(spoken)
        theirs = self._version(dataset, source)
        said, choices = self._said("merge", message or f"Merge {source} into {branch}"), Choices(resolve)

        def also(conn: Any, version: Version) -> None:
            choices.all_used()
            if theirs.dataset != dataset.n:
                Reviews(self.lab.db, dataset.n).bring(conn, theirs.dataset, theirs)

        return self._committed(commit_merge(self.lab.db, dataset.n, branch, theirs, said, choices.terms(rows, prefer), also))

    def cherry_pick(self, spoken: str, source: str, *, message: str = "", prefer: str = "", resolve: Sequence[str] = ()) -> Committed:
        """Bring what one version changed over its first parent into a branch, and nothing else. Arguments as of `merge`."""
        dataset, branch = self._branch(spoken)
        theirs = self._version(dataset, source)
        base = Versions(self.lab.db).get(theirs.parents[0]) if theirs.parents else None
        said, choices = self._said("cherry-pick", message or f"{theirs.message} (picked from {theirs.id[:12]})".strip()), Choices(resolve)
        terms = choices.terms("three-way", prefer)
        return self._committed(commit_merge(self.lab.db, dataset.n, branch, theirs, said, terms, choices.all_used, base=base, picked=True))

    def restore(self, spoken: str, source: str, *, message: str = "") -> Committed:
        """Make a branch what another version is, as a new version: nothing of the history is lost. Uncommitted edits stay uncommitted."""
        dataset, branch = self._branch(spoken)
        state = self._version(dataset, source)
        said = self._said("restore", message or f"Restore {source}")
        return self._committed(commit_state(self.lab.db, dataset.n, branch, state, said, None))

    def rollback(self, spoken: str, source: str, *, discard: bool = False) -> Ref:
        """Let a branch name another version, as if what came later had not been. What it named is in the answer, and can be named again.

        Raises:
            Conflict: the branch has uncommitted edits and `discard` does not give them up.
            Invalid: the version is one of another dataset.
        """
        dataset, branch = self._branch(spoken)
        to = self._own(dataset, source)
        return Refs(self.lab.db, dataset).roll_back(branch, to.id, self.lab.who, with_edits=discard)

    def moved(self, spoken: str) -> Sequence[Clash]:
        """Where runs said otherwise below what people had changed, since people began to: base is what a run had made, ours what people made
        of it and what stands, theirs what the run made later."""
        version = self._store.resolve(self.project, spoken)
        last: dict[tuple[str, str], Clash] = {}
        for merge in reversed([v for v in Versions(self.lab.db).log(version) if len(v.parents) == 2]):
            last.update({(clash.row, clash.field): clash for clash in moved(self.lab.db, merge)})
        return list(last.values())

    def _branch(self, spoken: str) -> tuple[Dataset, str]:
        name, _, branch = spoken.partition("@")
        dataset = self._store.get(self.project, name)
        if branch and branch != MAIN:
            Refs(self.lab.db, dataset).get(branch, "branch")
        return dataset, branch or MAIN

    def _version(self, dataset: Dataset, source: str) -> Version:
        return self._store.resolve(self.project, source if "@" in source else f"{dataset.name}@{source}")

    def _own(self, dataset: Dataset, source: str) -> Version:
        """A version that a name of the dataset can stand for."""
        version = self._version(dataset, source)
        if version.dataset != dataset.n:
            what = f"{source} is a version of another dataset, and names of {dataset.name} name its own."
            raise Invalid(what, f"Bring its rows in: rowsmith restore {dataset.name} {source}, or rowsmith merge.")
        return version

    def _named(self, name: str, new: str, kind: Kind, at: str, message: str) -> Ref:
        dataset = self._store.get(self.project, name)
        version = self._own(dataset, at or MAIN)
        return Refs(self.lab.db, dataset).make(new, kind, version.id, self.lab.who, cleaned(message))

    def _committed(self, done: Commit) -> Committed:
        """What is told of a commit, and what follows it."""
        preparing.committed(self.lab, done.version)
        return _committed(done)

    def _said(self, act: str, message: str, author: str | None = None) -> Said:
        return Said(None, cleaned(author or self.lab.who), cleaned(message), self.lab.signer, act)


def _committed(done: Commit) -> Committed:
    clashes, count = (done.open, done.count_open) if done.version is None else (done.settled, done.count_settled)
    version = done.version.id if done.version else None
    return Committed(version, done.counts.added, done.counts.removed, done.counts.changed, tuple(clashes), count)
