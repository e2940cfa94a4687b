"""Erased rows: entries that stay in versions, because versions never change, and whose text is gone. Readers pass over them.

A tombstone is of one exact row in one dataset (place, data and meta): the same text in a row that came from elsewhere is another row.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from sqlalchemy import Connection, bindparam, text

from rowsmith.core.errors import Invalid
from rowsmith.store.database import Database, many
from rowsmith.store.trees import Entry, Trees, decode_parts, turned
from rowsmith.store.versions import Version

_BATCH = 1024
_ANY = text("SELECT 1 FROM tombstone WHERE dataset = :dataset LIMIT 1")
_HERE = text("SELECT place, data, meta, lifted FROM tombstone WHERE dataset = :dataset AND place IN :places").bindparams(
    bindparam("places", expanding=True)
)
_ANYWHERE = text("SELECT place, data, meta, lifted FROM tombstone WHERE place IN :places").bindparams(bindparam("places", expanding=True))
_PAGE = text(
    "SELECT place, data, meta FROM tombstone WHERE dataset = :dataset AND (place, data, meta) > (:place, :data, :meta) "
    "ORDER BY place, data, meta LIMIT :k"
)
_PUT = (
    "INSERT INTO tombstone (dataset, place, data, meta, forgotten) VALUES (?, ?, ?, ?, ?) "
    "ON CONFLICT (dataset, place, data, meta) DO UPDATE SET lifted = 0, forgotten = excluded.forgotten"
)
_LIFT = text("UPDATE tombstone SET lifted = 1 WHERE forgotten = :n")
_BACK = text("DELETE FROM tombstone WHERE dataset = :dataset AND place = :place AND data = :data AND meta = :meta AND lifted = 1 RETURNING forgotten")
_RETURNED = text("UPDATE forgotten SET returned = returned + :k WHERE n = :n")
_NOT_INDEXED = text("DELETE FROM search_root WHERE dataset = :dataset")
_EPOCH = text("UPDATE search_state SET epoch = epoch + 1 WHERE n = 1")
_OF_ROW = text(
    "SELECT f.source, f.author, f.at FROM tombstone t JOIN forgotten f ON f.n = t.forgotten "
    "WHERE t.dataset = :dataset AND t.place = :place ORDER BY f.at DESC LIMIT 1"
)
_MARK = text("SELECT COALESCE(MAX(n), 0), COALESCE(SUM(returned), 0) FROM forgotten")

Exact = tuple[bytes, bytes, bytes]
"""Place, hash of data, hash of meta."""


def exact(entry: Entry) -> Exact:
    """What a tombstone is of."""
    return (entry.place, entry.data, entry.meta)


def living(db: Database, dataset: int, entries: Iterable[Entry]) -> Iterator[Entry]:
    """The entries of a version of this dataset without the erased ones, in their order. Costs one query where nothing was ever erased."""
    if not _has(db, dataset):
        yield from entries
        return
    stream = iter(entries)
    while batch := list(islice(stream, _BATCH)):
        gone = _found(db, batch, dataset)
        yield from (entry for entry in batch if exact(entry) not in gone)


def erased(db: Database, entries: Iterable[Entry]) -> set[Exact]:
    """Which of these entries were erased from some dataset: why their text may be missing."""
    found: set[Exact] = set()
    stream = iter(entries)
    while batch := list(islice(stream, _BATCH)):
        found.update(_found(db, batch, None))
    return found


def erased_in(db: Database, version: Version) -> int:
    """How many rows of a version were erased. Reads the parts of it that those rows stand in."""
    if not _has(db, version.dataset):
        return 0
    trees = Trees(db)
    pairs = trees.paired(trees.load(version.root), of_dataset(db, version.dataset))
    return sum(found is not None and exact(found) == exact(gone) for gone, found in pairs)


def of_dataset(db: Database, dataset: int) -> Iterator[Entry]:
    """Every erased row of a dataset, by place, page by page; keys are empty."""
    after = (b"", b"", b"")
    while True:
        with db.read() as conn:
            rows = conn.execute(_PAGE, {"dataset": dataset, "place": after[0], "data": after[1], "meta": after[2], "k": _BATCH}).all()
        page = [(bytes(r.place), bytes(r.data), bytes(r.meta)) for r in rows]
        yield from (Entry(place, b"", data, meta) for place, data, meta in page)
        if len(page) < _BATCH:
            return
        after = page[-1]


def put(conn: Connection, n: int, rows: Sequence[tuple[int, Entry]]) -> None:
    """Say of these (dataset, entry) that forgetting number `n` erased them."""
    many(conn, _PUT, [(dataset, *exact(entry), n) for dataset, entry in rows])


def lift(conn: Connection, n: int) -> int:
    """What forgetting number `n` erased may be committed again, and is shown from then on; how many rows."""
    return conn.execute(_LIFT, {"n": n}).rowcount


class Gate:
    """Rows on their way into a dataset. One that was erased from it just as it stands is refused, as nobody would be shown it; where that was
    lifted, it is let through and shown again once it is published, in whatever version it stands."""

    def __init__(self, db: Database, dataset: int) -> None:
        self._db, self._dataset = db, dataset
        self._open = not _has(db, dataset)
        self._back: set[Exact] = set()

    def look(self, entries: Sequence[bytes]) -> None:
        """Look at rows (encoded entries) before they are stored, a few hundred at a time.

        Raises:
            Invalid: one was erased; with its id, and by whom.
        """
        if self._open:
            return
        batch = decode_parts(entries)
        gone = _found(self._db, batch, self._dataset)
        for entry in batch:
            lifted = gone.get(exact(entry))
            if lifted:
                self._back.add(exact(entry))
            elif lifted is not None:
                source, author, _ = of_row(self._db, self._dataset, entry.place) or ("", "", 0.0)
                raise Invalid(
                    f"Row {turned(entry.place).hex()} was erased from this dataset by {author} (rowsmith forget {source}).",
                    f"Leave it out; or let it come back first: rowsmith forget {source} --lift.",
                )

    def settle(self, conn: Connection, _: object) -> None:
        """They are published: show them. What was made of the dataset without them is of no use now: indexes and views."""
        back: Counter[int] = Counter()
        for place, data, meta in self._back:
            row = conn.execute(_BACK, {"dataset": self._dataset, "place": place, "data": data, "meta": meta}).first()
            back.update([] if row is None else [row.forgotten])
        for n, k in back.items():
            conn.execute(_RETURNED, {"n": n, "k": k})
        if back:
            conn.execute(_NOT_INDEXED, {"dataset": self._dataset})
            conn.execute(_EPOCH)


def mark(db: Database) -> str:
    """How far forgetting has come in this home: another text whenever rows were hidden, or are shown again."""
    with db.read() as conn:
        last, returned = conn.execute(_MARK).one()
    return f"{last}-{returned}"


def of_row(db: Database, dataset: int, place: bytes) -> tuple[str, str, float] | None:
    """(source, by whom, when) of the erasure of the row in this place; None when it was not erased."""
    with db.read() as conn:
        row = conn.execute(_OF_ROW, {"dataset": dataset, "place": place}).first()
    return None if row is None else (row.source, row.author, row.at)


def _has(db: Database, dataset: int) -> bool:
    with db.read() as conn:
        return conn.execute(_ANY, {"dataset": dataset}).first() is not None


def _found(db: Database, batch: Sequence[Entry], dataset: int | None) -> dict[Exact, bool]:
    """The erased rows in the places of these: whether each was lifted."""
    places = sorted({entry.place for entry in batch})
    with db.read() as conn:
        rows = conn.execute(_ANYWHERE, {"places": places}) if dataset is None else conn.execute(_HERE, {"dataset": dataset, "places": places})
        return {(bytes(r.place), bytes(r.data), bytes(r.meta)): bool(r.lifted) for r in rows}
