"""Immutable versions of a dataset, and the branches and tags that name them.

A commit stores bodies, then nodes, each in write transactions of bounded size; the version and the move of its branch come last, in
one transaction. A process that dies before it leaves parts that nothing refers to and that the next attempt uses again.

Order of a version: a row's key is `run (4 bytes) | generation (3 bytes) | the row's own order`, the generation 0 for rows of a run. So
rows of a later run follow those of an earlier one; a run that is continued keeps its own order; rows that are committed by hand follow
everything that is there. A row that is replaced keeps its place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, select, text

from rowsmith.core.failpoints import failpoint
from rowsmith.core.ids import canonical, cleaned
from rowsmith.store.bodies import tagged
from rowsmith.store.changes import Changes
from rowsmith.store.database import Database
from rowsmith.store.schema import version as table
from rowsmith.store.trees import Trees, rolling

PREFIX = 7
"""Bytes of a key before the row's own order."""

_HEAD = text("SELECT version FROM ref WHERE dataset = :dataset AND name = :name")
_OPEN = text("INSERT INTO ref (dataset, name, kind, version) VALUES (:dataset, :name, 'branch', :new) ON CONFLICT DO NOTHING")
_MOVE = text("UPDATE ref SET version = :new WHERE dataset = :dataset AND name = :name AND kind = 'branch' AND version = :seen")
_OTHERS = text("SELECT count(*) FROM version WHERE dataset = :dataset AND (run IS NULL OR run <> :run)")
_LAST_RUN = text("SELECT max(run) FROM version WHERE dataset = :dataset")


@dataclass(frozen=True, slots=True)
class Version:
    """One immutable state of a dataset. `id` names everything else in it; `rolling` is the sum over its entries, kept as an outside check."""

    id: str
    dataset: int
    parents: tuple[str, ...]
    generation: int
    root: bytes
    rows: int
    rolling: bytes
    run: int | None
    author: str
    message: str
    created_at: float

    def identity(self) -> str:
        """What `id` must be: the hash of all other fields."""
        facts = {name: value.hex() if isinstance(value, bytes) else value for name, value in asdict(self).items() if name != "id"}
        return tagged(b"rowsmith.version", canonical(facts)).hex()


Also = Callable[[Connection, Version], None]
"""What else happens in the transaction that publishes a version."""


class Versions:
    """The versions and refs of a database."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._trees = Trees(db)

    def get(self, name: str) -> Version | None:
        """The version with this id."""
        with self._db.read() as conn:
            return next(_versions(conn, table.c.id == name), None)

    def of(self, dataset: int) -> list[Version]:
        """All versions of a dataset, newest first."""
        with self._db.read() as conn:
            found = list(_versions(conn, table.c.dataset == dataset))
        return sorted(found, key=lambda v: (v.generation, v.created_at, v.id), reverse=True)

    def head(self, dataset: int, branch: str) -> Version | None:
        """The version that a branch or tag names."""
        with self._db.read() as conn:
            name = conn.execute(_HEAD, {"dataset": dataset, "name": branch}).scalar()
            return next(_versions(conn, table.c.id == name), None) if name else None

    def add(
        self, dataset: int, branch: str, changes: Changes, *, run: int | None, author: str, message: str, replace: bool, all_of_run: bool,
        also: Also | None,
    ) -> Version:  # fmt: skip
        """Make the version in which these rows stand over the branch's head (with `replace`, alone), and move the branch there.

        When another commit moves the branch first, it is done again on the new head. When nothing changes and the head is of the same
        run, that head is the version.
        """
        while True:
            head = self.head(dataset, branch)
            draft = self._draft(dataset, head, changes, run, replace or (all_of_run and self._alone(dataset, run)))
            draft |= {"author": cleaned(author), "message": cleaned(message)}
            if (version := self._publish(branch, head, draft, also)) is not None:
                return version

    def _draft(self, dataset: int, head: Version | None, changes: Changes, run: int | None, replace: bool) -> dict[str, Any]:
        base = None if replace else head
        prefix = self._prefix(dataset, base, run)
        rows, total = (base.rows, int.from_bytes(base.rolling, "big")) if base else (0, 0)
        tree = self._trees.load(base.root) if base else None
        for change, old in self._trees.paired(tree, changes.entries(prefix)):
            rows += old is None
            total += rolling(change._replace(key=old.key)) - rolling(old) if old else rolling(change)
        root = self._trees.overlay(tree, changes.entries(prefix), rows)
        generation, parents = (head.generation + 1, (head.id,)) if head else (0, ())
        facts = {"dataset": dataset, "parents": parents, "generation": generation, "root": root, "run": run}
        return {**facts, "rows": rows, "rolling": (total % 2**128).to_bytes(16, "big")}

    def _alone(self, dataset: int, run: int | None) -> bool:
        """Whether every version of the dataset is of this run."""
        with self._db.read() as conn:
            return run is not None and not conn.execute(_OTHERS, {"dataset": dataset, "run": run}).scalar_one()

    def _prefix(self, dataset: int, base: Version | None, run: int | None) -> bytes:
        if run is not None:
            return run.to_bytes(4, "big") + bytes(3)
        if base is None:
            return bytes(7)
        with self._db.read() as conn:
            last = conn.execute(_LAST_RUN, {"dataset": dataset}).scalar() or 0
        return int(last).to_bytes(4, "big") + (base.generation + 1).to_bytes(3, "big")

    def _publish(self, branch: str, head: Version | None, draft: dict[str, Any], also: Also | None) -> Version | None:
        """The version, once it is the branch's head; None when the branch has moved meanwhile."""
        with self._db.write() as conn:
            if head is not None and (head.root, head.run) == (draft["root"], draft["run"]):
                version, moved = head, True
            else:
                version = _named(Version(id="", created_at=self._db.now(conn), **draft))
                failpoint("versions.ref.before")
                moved = _move(conn, branch, head, version)
            if moved and version is not head:
                conn.execute(table.insert(), {**asdict(version), "parents": orjson.dumps(version.parents)})
            if moved and also is not None:
                also(conn, version)
        failpoint("versions.ref.after")
        return version if moved else None


def _named(version: Version) -> Version:
    from dataclasses import replace

    return replace(version, id=version.identity())


def _move(conn: Connection, branch: str, head: Version | None, to: Version) -> bool:
    ref = {"dataset": to.dataset, "name": branch, "new": to.id}
    done = conn.execute(_MOVE, {**ref, "seen": head.id}) if head else conn.execute(_OPEN, ref)
    return done.rowcount == 1


def _versions(conn: Connection, where: Any) -> Iterator[Version]:
    for found in conn.execute(select(table).where(where)).mappings():
        yield Version(**{**found, "parents": tuple(orjson.loads(found["parents"]))})
