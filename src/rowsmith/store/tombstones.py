"""Erased rows: entries that stay in versions, because versions never change, and whose text is gone. Readers pass over them.

A tombstone is of one exact row in one dataset (place, data and meta): the same text in a row that came from elsewhere is another row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import islice

from sqlalchemy import Connection, bindparam, text

from rowsmith.core.errors import Invalid
from rowsmith.store.database import Database, many
from rowsmith.store.trees import Entry, Trees, turned
from rowsmith.store.versions import Version

_BATCH = 1024
_ANY = text("SELECT 1 FROM tombstone WHERE dataset = :dataset AND lifted = 0 LIMIT 1")
_HERE = text("SELECT place, data, meta FROM tombstone WHERE dataset = :dataset AND lifted = 0 AND place IN :places").bindparams(
    bindparam("places", expanding=True)
)
_ANYWHERE = text("SELECT place, data, meta FROM tombstone WHERE place IN :places").bindparams(bindparam("places", expanding=True))
_PAGE = text(
    "SELECT place, data, meta FROM tombstone WHERE dataset = :dataset AND lifted = 0 AND (place, data, meta) > (:place, :data, :meta) "
    "ORDER BY place, data, meta LIMIT :k"
)
_PUT = (
    "INSERT INTO tombstone (dataset, place, data, meta, forgotten) VALUES (?, ?, ?, ?, ?) "
    "ON CONFLICT (dataset, place, data, meta) DO UPDATE SET lifted = 0, forgotten = excluded.forgotten"
)
_LIFT = text("UPDATE tombstone SET lifted = 1 WHERE forgotten = :n")
_OF_ROW = text(
    "SELECT f.source, f.author, f.at FROM tombstone t JOIN forgotten f ON f.n = t.forgotten "
    "WHERE t.dataset = :dataset AND t.place = :place AND t.lifted = 0 ORDER BY f.at DESC LIMIT 1"
)
_MARK = text("SELECT count(*), COALESCE(SUM(CASE WHEN state = 'lifted' THEN 1 ELSE 0 END), 0) FROM forgotten")

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
        found |= _found(db, batch, None)
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
    """What forgetting number `n` erased may be committed again, and is then shown; how many rows."""
    return conn.execute(_LIFT, {"n": n}).rowcount


def refusing(db: Database, dataset: int) -> Callable[[Sequence[Entry]], None]:
    """What looks at rows (a few hundred at a time) before they are stored for a commit: one that was erased from the dataset just as it stands
    is refused, as nobody would be shown it.

    Raises (what is given):
        Invalid: with the row's id, and by whom it was erased.
    """
    return partial(_refuse, db, dataset) if _has(db, dataset) else lambda batch: None


def _refuse(db: Database, dataset: int, batch: Sequence[Entry]) -> None:
    gone = _found(db, batch, dataset)
    for entry in batch:
        if exact(entry) in gone:
            source, author, _ = of_row(db, dataset, entry.place) or ("", "", 0.0)
            raise Invalid(
                f"Row {turned(entry.place).hex()} was erased from this dataset by {author} (rowsmith forget {source}).",
                f"Leave it out; or let it come back first: rowsmith forget {source} --lift.",
            )


def mark(db: Database) -> str:
    """How far forgetting has come in this home: another text whenever rows were hidden, or may be shown again."""
    with db.read() as conn:
        begun, lifted = conn.execute(_MARK).one()
    return f"{begun}-{lifted}"


def of_row(db: Database, dataset: int, place: bytes) -> tuple[str, str, float] | None:
    """(source, by whom, when) of the erasure of the row in this place; None when it was not erased."""
    with db.read() as conn:
        row = conn.execute(_OF_ROW, {"dataset": dataset, "place": place}).first()
    return None if row is None else (row.source, row.author, row.at)


def _has(db: Database, dataset: int) -> bool:
    with db.read() as conn:
        return conn.execute(_ANY, {"dataset": dataset}).first() is not None


def _found(db: Database, batch: Sequence[Entry], dataset: int | None) -> set[Exact]:
    places = sorted({entry.place for entry in batch})
    with db.read() as conn:
        rows = conn.execute(_ANYWHERE, {"places": places}) if dataset is None else conn.execute(_HERE, {"dataset": dataset, "places": places})
        return {(bytes(r.place), bytes(r.data), bytes(r.meta)) for r in rows}
