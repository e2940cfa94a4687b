"""Full-text search over the rows of versions: which data is meant, by an index of the database's own (FTS5, or tsvector with GIN).

Both hold the words that core.words cuts, so they know nothing of languages and give the same answers. Data is indexed once under its hash,
for all versions that have it. A version is brought in by its differences from one that is in already; only then is its root written down,
so a process that dies leaves an index in which more is than need be, never less.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol

from orjson import loads
from sqlalchemy import Connection, select, text

from rowsmith.core.failpoints import failpoint
from rowsmith.core.queries import Query
from rowsmith.core.words import VERSION, cut
from rowsmith.store.bodies import Bodies
from rowsmith.store.database import Database
from rowsmith.store.diffs import batches, diff, shown
from rowsmith.store.ordered import standing
from rowsmith.store.schema_search import search_root
from rowsmith.store.search_fts import FtsWords
from rowsmith.store.search_tsvector import TsvectorWords
from rowsmith.store.streams import BodyStream, in_order
from rowsmith.store.trees import Entry, Trees
from rowsmith.store.versions import Version

_BATCH = 1000  # bodies a write transaction: others wait for about 50 ms
_HASHES = 500

_STATE = text("SELECT epoch, rule FROM search_state WHERE n = 1")
_BEGIN = text("INSERT INTO search_state (n, epoch, rule) VALUES (1, 0, :rule) ON CONFLICT DO NOTHING")
_NEXT = text("UPDATE search_state SET epoch = epoch + 1 WHERE n = 1")
_RULE = text("UPDATE search_state SET rule = :rule WHERE n = 1")
_KNOWN = text("SELECT 1 FROM search_root WHERE dataset = :dataset AND root = :root")
_ROOTS = text(
    "SELECT DISTINCT r.root FROM search_root r JOIN version v ON v.dataset = r.dataset AND v.root = r.root WHERE r.dataset = :dataset"
)
_DONE = text("INSERT INTO search_root (dataset, root) VALUES (:dataset, :root) ON CONFLICT DO NOTHING")

_LOST_ROOTS = text(
    "DELETE FROM search_root WHERE NOT EXISTS (SELECT 1 FROM version v WHERE v.dataset = search_root.dataset AND v.root = search_root.root)"
)
_DEAD = text("SELECT t.hash FROM search_text t LEFT JOIN body b ON b.hash = t.hash WHERE b.hash IS NULL")
_COUNT = text("SELECT count(*) FROM search_text")
_MUCH = 5  # one in so many


class Words(Protocol):
    """A database's own index of words."""

    def known(self, conn: Connection, hashes: Sequence[bytes]) -> set[bytes]:
        """Which of these bodies it holds."""

    def put(self, conn: Connection, bodies: Mapping[bytes, list[list[str]]]) -> None:
        """Take in what is not there yet: the words of each text of each body."""

    def find(self, conn: Connection, asked: Query) -> tuple[list[bytes], list[bytes]]:
        """The bodies that are meant, and those that may be meant and have to be looked at."""

    def remove(self, conn: Connection, bodies: Mapping[bytes, list[list[str]]]) -> int:
        """Take these out, so that no trace of them is left; how many were there."""

    def clear(self, conn: Connection) -> None:
        """Take everything out."""


class State(NamedTuple):
    """`epoch` grows when something is taken out; `rule` is that by which the words were cut."""

    epoch: int
    rule: str


class _Overtaken(Exception):
    """Something was taken out of the index while it was being brought up to date."""


class Search:
    """The index of a home. Safe from many threads and processes."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._words: Words = FtsWords() if db.dialect == "sqlite" else TsvectorWords()

    def hits(self, version: Version, asked: Query) -> tuple[list[bytes], bool]:
        """Hashes of the data that a search means, in this version and maybe others; True beside them: it means all data but these.

        A version that is not indexed yet is, first.
        """
        self.update(version)
        outside = not asked.every
        inner = Query(asked.text, (asked.none,), ()) if outside else asked
        with self._db.read() as conn:
            sure, unsure = self._words.find(conn, inner)
        return [*sure, *self._looked_at(unsure, inner)], outside

    def _looked_at(self, hashes: Sequence[bytes], asked: Query) -> Iterator[bytes]:
        bodies = Bodies(self._db)
        for batch in batches(hashes, _HASHES):
            places = bodies.find(batch)
            yield from (name for name, body in bodies.read(places).items() if asked.matches(cut(loads(body))))

    def update(self, version: Version) -> None:
        """Index what of the version is not indexed yet."""
        while not self.knows(version):
            state, stream = self._state(), BodyStream(self._db)
            try:
                for batch in batches(self._new(version), _BATCH):
                    self._take_in(batch, state, stream)
                failpoint("search.root.before")
                with self._db.write() as conn:
                    self._require(conn, state)
                    conn.execute(_DONE, {"dataset": version.dataset, "root": version.root})
                failpoint("search.root.after")
            except _Overtaken:
                continue

    def knows(self, version: Version) -> bool:
        """Whether all of the version is indexed."""
        with self._db.read() as conn:
            state = conn.execute(_STATE).first()
            found = conn.execute(_KNOWN, {"dataset": version.dataset, "root": version.root}).first()
        return found is not None and state is not None and not _older(state.rule)

    def _state(self) -> State:
        """The state of the index; one whose words were cut by an older rule is emptied first."""
        with self._db.write() as conn:
            conn.execute(_BEGIN, {"rule": VERSION})
            epoch, rule = conn.execute(_STATE).one()
            if _older(rule):
                self._empty(conn)
                epoch, rule = conn.execute(_STATE).one()
            return State(epoch, rule)

    def _require(self, conn: Connection, state: State) -> None:
        """Make sure that nothing was taken out since, nor will be before this transaction ends."""
        lock = " FOR SHARE" if self._db.dialect == "postgresql" else ""
        if State(*conn.execute(text(f"{_STATE}{lock}")).one()) != state:
            raise _Overtaken

    def _new(self, version: Version) -> Iterator[Entry]:
        """The entries that the nearest indexed version does not have, in row order."""
        trees = Trees(self._db)
        nearest = self._nearest(trees, version)
        if nearest is None:
            return in_order(standing(self._db, version))
        return in_order(new for _, _, new in shown(self._db, version.dataset, diff(trees, nearest, version.root)) if new is not None)

    def _nearest(self, trees: Trees, version: Version) -> bytes | None:
        with self._db.read() as conn:
            roots = [bytes(root) for (root,) in conn.execute(_ROOTS, {"dataset": version.dataset})]
        wanted, apart = trees.load(version.root), {}
        for root in roots:
            tree = trees.load(root)
            same = tree.bits == wanted.bits
            apart[root] = sum(a != b for a, b in zip(tree.pages, wanted.pages, strict=True)) if same else len(wanted.pages) + 1
        return min(apart, key=lambda root: apart[root], default=None)

    def _take_in(self, entries: Sequence[Entry], state: State, stream: BodyStream) -> None:
        hashes = list({entry.data for entry in entries})
        with self._db.read() as conn:
            known = self._words.known(conn, hashes)
        missing = [name for name in hashes if name not in known]
        if missing:
            order = {entry.data: n for n, entry in enumerate(entries)}
            bodies = stream.read(sorted(missing, key=lambda name: order[name]))
            words = {name: cut(loads(body)) for name, body in bodies.items()}
            with self._db.write() as conn:
                self._require(conn, state)
                self._words.put(conn, words)
            failpoint("search.batch.after")

    def remove(self, bodies: Mapping[bytes, bytes]) -> int:
        """Take data out of the index: what it says (canonical JSON) under its hash. Nothing of it is left there. How many were in it.

        An index whose words were cut by another rule is emptied: what it holds of them is not known.
        """
        with self._db.write() as conn:
            conn.execute(_BEGIN, {"rule": VERSION})
            conn.execute(_NEXT)
            if conn.execute(_STATE).one().rule != VERSION:
                self._empty(conn)
                return len(bodies)
            removed = self._words.remove(conn, {name: cut(loads(body)) for name, body in bodies.items()})
        failpoint("search.remove.after")
        return removed

    def tidy(self) -> None:
        """After a sweep: forget what no body stands behind any more. FTS5 would have to be told what the bodies said; it is emptied when much
        of it is so, and filled again by the next search."""
        with self._db.write() as conn:
            conn.execute(_BEGIN, {"rule": VERSION})
            conn.execute(_NEXT)
            conn.execute(_LOST_ROOTS)
            dead = [bytes(name) for (name,) in conn.execute(_DEAD)]
            if self._db.dialect == "postgresql":
                self._words.remove(conn, {name: [] for name in dead})
            elif len(dead) * _MUCH > conn.execute(_COUNT).scalar_one():
                self._empty(conn)

    def clear(self) -> None:
        """Empty the index; searches fill it again."""
        with self._db.write() as conn:
            conn.execute(_BEGIN, {"rule": VERSION})
            self._empty(conn)

    def _empty(self, conn: Connection) -> None:
        conn.execute(_NEXT)
        conn.execute(_RULE, {"rule": VERSION})
        conn.execute(search_root.delete())
        self._words.clear(conn)

    def roots(self, dataset: int) -> Iterable[bytes]:
        """The roots of the versions that are indexed."""
        with self._db.read() as conn:
            return [bytes(root) for (root,) in conn.execute(select(search_root.c.root).where(search_root.c.dataset == dataset))]


def _older(rule: str) -> bool:
    """Whether this program's words are cut by a newer rule. Of two, the newer goes on; so two programs never undo each other's work."""

    def parts(said: str) -> list[int]:
        return [int(part) for part in said.replace(" ", ".").split(".")]

    return parts(rule) < parts(VERSION)
