"""Immutable versions of a dataset, and how they descend from each other.

Order of a version: a row's key is `run (4 bytes) | generation (3 bytes) | the row's own order`, the generation 0 for rows of a run. So
rows of a later run follow those of an earlier one; a run that is continued keeps its own order; rows that are committed by hand follow
everything that is there. A row that is replaced keeps its place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from heapq import heappop, heappush
from typing import Any

import orjson
from sqlalchemy import Connection, select, text

from rowsmith.core.ids import canonical
from rowsmith.store.bodies import damaged, tagged
from rowsmith.store.database import Database
from rowsmith.store.schema import version as table

PREFIX = 7
"""Bytes of a key before the row's own order."""

_HEAD = text("SELECT version FROM ref WHERE dataset = :dataset AND name = :name")
_HEADS = text(
    "SELECT dataset.project, dataset.name, ref.name, version.id FROM ref JOIN version ON version.id = ref.version "
    "JOIN dataset ON dataset.n = ref.dataset WHERE ref.kind = 'branch' AND version.rows >= :least "
    "ORDER BY version.created_at DESC, ref.name LIMIT :count"
)
_OTHERS = text("SELECT count(*) FROM version WHERE dataset = :dataset AND (run IS NULL OR run <> :run)")
_LAST_RUN = text("SELECT max(run) FROM version WHERE dataset = :dataset")


@dataclass(frozen=True, slots=True)
class Version:
    """One immutable state of a dataset. `id` names everything else in it; `rolling` is the sum over its entries, kept as an outside check.
    `run`: its rows are as runs made them, this one last; None: people have had a hand in it."""

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


@dataclass(frozen=True, slots=True)
class Head:
    """A branch and the version that it names."""

    project: str
    dataset: str
    branch: str
    version: Version


class Versions:
    """The versions of a database."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def get(self, name: str) -> Version | None:
        """The version with this id."""
        with self._db.read() as conn:
            return next(_versions(conn, table.c.id == name), None)

    def of(self, dataset: int) -> list[Version]:
        """All versions of a dataset, newest first."""
        with self._db.read() as conn:
            found = list(_versions(conn, table.c.dataset == dataset))
        return sorted(found, key=_age, reverse=True)

    def every(self) -> list[Version]:
        """All versions of all datasets."""
        with self._db.read() as conn:
            return list(_versions(conn, table.c.id.is_not(None)))

    def head(self, dataset: int, branch: str) -> Version | None:
        """The version that a branch or tag names."""
        with self._db.read() as conn:
            name = conn.execute(_HEAD, {"dataset": dataset, "name": branch}).scalar()
            return next(_versions(conn, table.c.id == name), None) if name else None

    def heads(self, count: int, least: int) -> list[Head]:
        """The `count` branches of all datasets that were committed to last, among those of at least so many rows."""
        with self._db.read() as conn:
            found = conn.execute(_HEADS, {"count": count, "least": least}).all()
            versions = {version.id: version for version in _versions(conn, table.c.id.in_({row[3] for row in found}))}
        return [Head(project, dataset, branch, versions[name]) for project, dataset, branch, name in found]

    def log(self, version: Version) -> Iterator[Version]:
        """The version and all that it descends from, newest first."""
        return descent(version, {found.id: found for found in self.of(version.dataset)})

    def lineage(self, version: Version) -> Iterator[Version]:
        """The same, with those of other datasets that were merged into it."""
        return descent(version, {found.id: found for found in self.every()})

    def generated(self, version: Version) -> Version | None:
        """The newest state that runs alone made among this version and its ancestors: what people's changes stand over."""
        if version.run is not None:
            return version
        return next((found for found in self.log(version) if found.run is not None), None)

    def common(self, one: Version, other: Version) -> Version | None:
        """The newest ancestor that both have (either may itself be it), the same from both sides."""
        known = {found.id: found for found in self.of(one.dataset)}
        theirs = {found.id for found in descent(other, known)}
        return next((found for found in descent(one, known) if found.id in theirs), None)

    def alone(self, dataset: int, run: int) -> bool:
        """Whether every version of the dataset is of this run."""
        with self._db.read() as conn:
            return not conn.execute(_OTHERS, {"dataset": dataset, "run": run}).scalar_one()

    def prefix(self, dataset: int, base: Version | None, run: int | None) -> bytes:
        """The first bytes of the keys of rows that are new over `base`."""
        if run is not None:
            return run.to_bytes(4, "big") + bytes(3)
        if base is None:
            return bytes(PREFIX)
        with self._db.read() as conn:
            last = conn.execute(_LAST_RUN, {"dataset": dataset}).scalar() or 0
        return int(last).to_bytes(4, "big") + (base.generation + 1).to_bytes(3, "big")


def descent(version: Version, known: Mapping[str, Version]) -> Iterator[Version]:
    """A version and its ancestors among those known, newest first: no ancestor before its descendant."""
    waiting: list[tuple[Any, str]] = []
    seen = {version.id}
    heappush(waiting, (_newest_first(version), version.id))
    while waiting:
        found = version if waiting[0][1] == version.id else known[waiting[0][1]]
        heappop(waiting)
        yield found
        for parent in found.parents:
            if parent not in seen and parent in known:
                seen.add(parent)
                heappush(waiting, (_newest_first(known[parent]), parent))


def _age(version: Version) -> tuple[int, float, str]:
    return version.generation, version.created_at, version.id


def _newest_first(version: Version) -> tuple[int, float, str]:
    return -version.generation, -version.created_at, version.id


def _versions(conn: Connection, where: Any) -> Iterator[Version]:
    for found in conn.execute(select(table).where(where)).mappings():
        try:
            parents = tuple(map(str, orjson.loads(found["parents"])))
        except (ValueError, TypeError):
            raise damaged(f"version {found['id'][:12]} does not say what it descends from") from None
        yield Version(**{**found, "parents": parents})
