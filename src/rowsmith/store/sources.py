"""Which rows of which versions came from which source: the way from a source forward, for a whole project.

One reading of the project's versions: each part that versions share is read once, bodies in row order, and what was learnt lies in a
scratch database, so that memory does not grow with the rows.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, NamedTuple

import orjson

from rowsmith.store.bodies import Bodies
from rowsmith.store.changes import scratch
from rowsmith.store.database import Database
from rowsmith.store.datasets import Dataset, Datasets
from rowsmith.store.tombstones import living
from rowsmith.store.trees import Entry, Trees, cut, decode, turned
from rowsmith.store.versions import PREFIX, Version

_BATCH = 1024
_TABLES = (
    "CREATE TABLE entry (no INTEGER PRIMARY KEY, dataset INT, place BLOB, key BLOB, data BLOB, meta BLOB, versions INT)",
    "CREATE TABLE parent (place BLOB, no INT)",
    "CREATE TABLE origin (source INT, no INT)",
    "CREATE TABLE found (no INTEGER PRIMARY KEY)",
)


class Source(NamedTuple):
    """What a row says of one of its sources; what it does not say is empty. `name` falls back to the step that read it."""

    name: str
    hash: str = ""
    file: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What belongs to a source: rows that name it (by name, or by the hash of its bytes), the rows with these ids (32 hexadecimal digits),
    and what came from rows that a run read from it: `roots` are ranges of order keys by the run's number, [first, behind the last)."""

    names: frozenset[str] = frozenset()
    hashes: frozenset[str] = frozenset()
    ids: frozenset[str] = frozenset()
    roots: Mapping[int, Sequence[tuple[bytes, bytes]]] = field(default_factory=dict)

    def names_it(self, source: Source) -> bool:
        """Whether a source is the one that is wanted."""
        return source.name in self.names or (source.hash != "" and source.hash in self.hashes)

    def reads_it(self, name: str, hash_: str) -> bool:
        """Whether a file that a run read is."""
        return name in self.names or hash_ in self.hashes


@dataclass(frozen=True, slots=True)
class Came:
    """A row that came from the source: where it stands, in which versions (the oldest first), and what it says of where it came from."""

    dataset: Dataset
    entry: Entry
    versions: tuple[Version, ...]
    origin: dict[str, Any]

    @property
    def id(self) -> str:
        """The row's id."""
        return turned(self.entry.place).hex()


def sources_of(origin: Mapping[str, Any]) -> list[Source]:
    """The sources that a row names: one, or a list of them; without any, the step that made it."""
    said = origin.get("source")
    made = origin.get("made") or [{}]
    fallback = str(made[0].get("step", ""))
    several = [item for item in (said if isinstance(said, list) else [said]) if isinstance(item, Mapping)]
    return [_source(item, fallback) for item in several] or [Source(fallback)]


def of_source(origin: Mapping[str, Any], wanted: Wanted) -> bool:
    """Whether a row with this origin names the source, or is a child of one of its rows."""
    return any(map(wanted.names_it, sources_of(origin))) or not wanted.ids.isdisjoint(origin.get("parents", ()))


def _source(said: Mapping[str, Any], fallback: str) -> Source:
    return Source(str(said.get("name") or fallback), *(str(said.get(name) or "") for name in ("hash", "file", "url")))


class Search:
    """The rows of a project, read once. `sources` are those that rows name, with the number of rows."""

    def __init__(self, db: Database, project: str, conn: sqlite3.Connection) -> None:
        self._db, self._conn = db, conn
        self.datasets = {dataset.n: dataset for dataset in Datasets(db).list(project)}
        self.versions: dict[int, list[Version]] = {}
        self.sources: dict[Source, int] = {}
        self._numbers: dict[Source, int] = {}
        self._sets: dict[int, int] = {}
        for table in _TABLES:
            conn.execute(table)
        for dataset in self.datasets.values():
            self._load(dataset, project)
        for index in ("entry (place)", "parent (place)", "origin (source)"):
            conn.execute(f"CREATE INDEX ix_{index.split()[0]} ON {index}")

    # -- reading ------------------------------------------------------------------------------------------------------------------------

    def _load(self, dataset: Dataset, project: str) -> None:
        versions = self.versions[dataset.n] = Datasets(self._db).versions(project, dataset.name)[::-1]  # type: ignore[assignment]
        with scratch() as conn:
            conn.execute("CREATE TABLE entry (place BLOB, key BLOB, data BLOB, meta BLOB, versions INT)")
            for entries, number in self._buckets(versions):
                alive = living(self._db, dataset.n, entries)
                conn.executemany("INSERT INTO entry VALUES (?, ?, ?, ?, ?)", ((*entry, number) for entry in alive))
            cursor = conn.execute("SELECT place, key, data, meta, versions FROM entry ORDER BY key, place, data, meta")
            self._read(dataset, self._united(cursor))

    def _buckets(self, versions: Sequence[Version]) -> Iterator[tuple[list[Entry], int]]:
        """The entries of each bucket, once, with the number of the set of versions that have it."""
        trees = Trees(self._db)
        sets: dict[bytes, int] = {}
        for place, version in enumerate(versions):
            for page in trees.load(version.root).pages:
                for name in set(cut(trees.get([page])[page])):
                    sets[name] = sets.get(name, 0) | 1 << place
        names = iter(sets)
        while batch := list(islice(names, 512)):
            for name, body in trees.get(batch).items():
                yield decode(body), self._number(sets[name])

    def _number(self, versions: int) -> int:
        """The number of a set of versions, given as bits."""
        return self._sets.setdefault(versions, len(self._sets))

    def _united(self, cursor: Iterable[Any]) -> Iterator[tuple[Entry, int]]:
        """Each entry once, with all versions that have it."""
        sets = list(self._sets)
        last: Entry | None = None
        versions = 0
        for *parts, number in cursor:
            entry = Entry(*parts)
            if last is not None and entry != last:
                yield last, self._number(versions)
                versions = 0
            last, versions = entry, versions | sets[number]
        if last is not None:
            yield last, self._number(versions)

    def _read(self, dataset: Dataset, entries: Iterator[tuple[Entry, int]]) -> None:
        bodies = Bodies(self._db)
        while batch := list(islice(entries, _BATCH)):
            found = bodies.there({entry.meta for entry, _ in batch})
            for entry, number in batch:
                if entry.meta in found:
                    self._enter(dataset, entry, number, orjson.loads(found[entry.meta])["origin"])

    def _enter(self, dataset: Dataset, entry: Entry, number: int, origin: Mapping[str, Any]) -> None:
        no = self._conn.execute("INSERT INTO entry VALUES (NULL, ?, ?, ?, ?, ?, ?)", (dataset.n, *entry, number)).lastrowid
        parents = [(turned(bytes.fromhex(parent)), no) for parent in origin.get("parents", ()) if _is_id(parent)]
        self._conn.executemany("INSERT INTO parent VALUES (?, ?)", parents)
        for source in sources_of(origin):
            self.sources[source] = self.sources.get(source, 0) + 1
            which = self._numbers.setdefault(source, len(self._numbers))
            self._conn.execute("INSERT INTO origin VALUES (?, ?)", (which, no))

    # -- asking -------------------------------------------------------------------------------------------------------------------------

    def find(self, wanted: Wanted) -> int:
        """Find the rows that belong to the source, and all that came of them; how many there are. `came` tells them."""
        conn = self._conn
        conn.execute("DELETE FROM found")
        numbers = [(number,) for source, number in self._numbers.items() if wanted.names_it(source)]
        conn.executemany("INSERT OR IGNORE INTO found SELECT no FROM origin WHERE source = ?", numbers)
        places = [(turned(bytes.fromhex(name)),) for name in wanted.ids]
        conn.executemany("INSERT OR IGNORE INTO found SELECT no FROM entry WHERE place = ?", places)
        if wanted.roots:
            self._find_roots(wanted.roots)
        conn.executemany("INSERT OR IGNORE INTO found SELECT no FROM parent WHERE place = ?", places)
        while conn.execute(_CHILDREN).rowcount > 0:
            pass
        return int(conn.execute("SELECT count(*) FROM found").fetchone()[0])

    def _find_roots(self, roots: Mapping[int, Sequence[tuple[bytes, bytes]]]) -> None:
        self._conn.execute("CREATE INDEX IF NOT EXISTS ix_key ON entry (key)")
        for run, ranges in roots.items():
            prefix = run.to_bytes(4, "big") + bytes(PREFIX - 4)
            values = [(prefix + first, prefix + behind) for first, behind in ranges]
            self._conn.executemany("INSERT OR IGNORE INTO found SELECT no FROM entry WHERE key >= ? AND key < ?", values)

    def entries(self) -> Iterator[tuple[int, Entry]]:
        """The same as `came`, as (number of the dataset, entry)."""
        cursor = self._conn.execute("SELECT e.dataset, e.place, e.key, e.data, e.meta FROM found JOIN entry e USING (no) ORDER BY no")
        yield from ((dataset, Entry(*parts)) for dataset, *parts in cursor)

    def came(self) -> Iterator[Came]:
        """The rows that were found, dataset by dataset, in row order."""
        cursor = self._conn.execute("SELECT e.dataset, e.place, e.key, e.data, e.meta, e.versions FROM found JOIN entry e USING (no) ORDER BY no")
        bodies, sets = Bodies(self._db), list(self._sets)
        while batch := cursor.fetchmany(_BATCH):
            found = bodies.there({row[4] for row in batch})
            for dataset, place, key, data, meta, number in batch:
                versions = tuple(v for i, v in enumerate(self.versions[dataset]) if sets[number] >> i & 1)
                origin = orjson.loads(found[meta])["origin"] if meta in found else {}
                yield Came(self.datasets[dataset], Entry(place, key, data, meta), versions, origin)


_CHILDREN = (
    "INSERT OR IGNORE INTO found SELECT p.no FROM found f JOIN entry e ON e.no = f.no "
    "JOIN parent p ON p.place = e.place"
)


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and len(value) == 32 and all(digit in "0123456789abcdef" for digit in value)


@contextmanager
def searched(db: Database, project: str) -> Iterator[Search]:
    """The project's rows, read, for as long as the block lasts."""
    with scratch() as conn:
        yield Search(db, project, conn)
