"""Reviews at rest. They belong to a dataset and a row, not to a version: on whatever branch the row says what was reviewed, they are of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import Connection, bindparam, text

from rowsmith.core.ids import canonical
from rowsmith.core.review import NOTHING, Review, Verdict, summary
from rowsmith.core.row import Json, Row
from rowsmith.store.bodies import tagged
from rowsmith.store.changes import DATA
from rowsmith.store.database import Database
from rowsmith.store.diffs import batches
from rowsmith.store.schema import review as table
from rowsmith.store.trees import Entry, Trees, turned
from rowsmith.store.versions import Version

_BATCH = 500
_COLUMNS = 'n, "row", hash, verdict, score, label, note, fields, author, created_at, branch, decides'
_ANY = text("SELECT 1 FROM review WHERE dataset = :dataset LIMIT 1")
_SAME = text('SELECT 1 FROM review WHERE dataset = :dataset AND "row" = :row AND author = :author AND created_at = :at')
_STATE = text("SELECT max(n), count(*) FROM review WHERE dataset = :dataset")
_REVIEWED = text('SELECT DISTINCT "row" FROM review WHERE dataset = :dataset')
_OF = text(f'SELECT {_COLUMNS} FROM review WHERE dataset = :dataset AND "row" IN :rows ORDER BY n').bindparams(bindparam("rows", expanding=True))
_BRING = text(
    'INSERT INTO review (dataset, branch, "row", hash, verdict, score, label, note, fields, author, created_at, decides) '
    'SELECT :target, s.branch, s."row", s.hash, s.verdict, s.score, s.label, s.note, s.fields, s.author, s.created_at, s.decides FROM review s '
    'WHERE s.dataset = :source AND s."row" = :row AND NOT EXISTS (SELECT 1 FROM review t WHERE t.dataset = :target AND t."row" = s."row" '
    "AND t.hash = s.hash AND t.author = s.author AND t.created_at = s.created_at)"
)


_ByRow = dict[str, list[Review]]


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a review says; at least one of its parts says something. `fields`: columns that the reviewer gave other
    values. `decides`: it counts alone where people differ."""

    verdict: Verdict = ""
    score: float | None = None
    label: str | None = None
    note: str | None = None
    fields: Mapping[str, Json] | None = None
    decides: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """What the reviews of rows come to, for what each may say: (row id, hash of its data or None: anything else, summary as JSON). Two are
    equal when the same reviews are behind them."""

    dataset: int
    last: int
    count: int
    rows: Sequence[tuple[str, bytes | None, str]] = field(compare=False, repr=False)


UNREVIEWED = Known(0, 0, 0, ())
"""Where there are no reviews."""


class Reviews:
    """The reviews of one dataset."""

    def __init__(self, db: Database, dataset: int) -> None:
        self._db = db
        self._dataset = dataset

    def add(self, conn: Connection, branch: str, row: str, hash_: str, said: Opinion, author: str, at: float | None = None) -> int:
        """Write a review of what the row says with this hash; its number. `at`: when it was made, where that was not now."""
        values = {
            "dataset": self._dataset, "branch": branch, "row": bytes.fromhex(row), "hash": bytes.fromhex(hash_), "verdict": said.verdict,
            "score": said.score, "label": said.label, "note": said.note, "fields": canonical(said.fields) if said.fields else None,
            "author": author, "decides": int(said.decides), "created_at": self._db.now(conn) if at is None else at,
        }  # fmt: skip
        return int(conn.execute(table.insert().returning(table.c.n), values).scalar_one())

    def has(self, row: str, author: str, at: float) -> bool:
        """Whether there is the review that somebody made of a row at a moment."""
        with self._db.read() as conn:
            return self._has(conn, row, author, at)

    def add_once(self, conn: Connection, branch: str, row: str, hash_: str, said: Opinion, author: str, at: float) -> bool:
        """The same for a review that was made elsewhere, at this moment; False where it is here already."""
        if self._has(conn, row, author, at):
            return False
        self.add(conn, branch, row, hash_, said, author, at)
        return True

    def add_older(self, branch: str, row: str, hash_: str, said: Opinion, author: str, at: float) -> None:
        """The same for one of a text that the row says no more, in a transaction of its own."""
        with self._db.write() as conn:
            self.add_once(conn, branch, row, hash_, said, author, at)

    def _has(self, conn: Connection, row: str, author: str, at: float) -> bool:
        return conn.execute(_SAME, {"dataset": self._dataset, "row": bytes.fromhex(row), "author": author, "at": at}).first() is not None

    def any(self) -> bool:
        """Whether there is one."""
        with self._db.read() as conn:
            return conn.execute(_ANY, {"dataset": self._dataset}).first() is not None

    def list(self, *, row: str | None = None, author: str | None = None, verdict: str | None = None) -> Sequence[Review]:
        """Those of a row, of a person, with a verdict (`""`: without one); newest first."""
        wanted = {"row": None if row is None else bytes.fromhex(row), "author": author, "verdict": verdict}
        given = {name: value for name, value in wanted.items() if value is not None}
        where = "".join(f' AND "{name}" = :{name}' for name in given)
        sql = text(f"SELECT {_COLUMNS} FROM review WHERE dataset = :dataset{where} ORDER BY n DESC")
        with self._db.read() as conn:
            return [_review(found) for found in conn.execute(sql, {"dataset": self._dataset, **given})]

    def laid_beside(self, rows: Iterable[Row]) -> Iterator[tuple[Row, Sequence[Review]]]:
        """Rows with their reviews, oldest first, as a stream."""
        if not self.any():
            yield from ((row, ()) for row in rows)
            return
        for batch in batches(rows, _BATCH):
            found = self._of([bytes.fromhex(row.id) for row in batch])
            yield from ((row, found.get(row.id, ())) for row in batch)

    def summaries(self, version: Version | None, edited: Mapping[str, str]) -> Iterator[tuple[str, dict[str, Json]]]:
        """(row id, what its reviews come to) for every reviewed row of a version (None: of none); all others have `NOTHING`. `edited` gives
        the hashes of rows that say something else than the version, as uncommitted edits do."""
        with self._db.read() as conn:
            rows = [bytes(found.row).hex() for found in conn.execute(_REVIEWED, {"dataset": self._dataset})]
        for batch in batches(self.hashes(version, edited, rows).items(), _BATCH):
            found = self._of([bytes.fromhex(row) for row, _ in batch])
            yield from ((row, summary(found[row], hash_)) for row, hash_ in batch)

    def hashes(self, version: Version | None, edited: Mapping[str, str], rows: Sequence[str]) -> dict[str, str]:
        """The hashes of what these rows say in a version, or by an edit over it; rows that are not there are left out."""
        found = {row: edited[row] for row in rows if row in edited}
        if version is not None:
            trees = Trees(self._db)
            places = sorted(turned(bytes.fromhex(row)) for row in rows if row not in edited)
            pairs = trees.paired(trees.load(version.root), (Entry(place, b"", b"", b"") for place in places))
            found.update({turned(asked.place).hex(): entry.data.hex() for asked, entry in pairs if entry})
        return found

    def known(self) -> Known:
        """What all reviews come to, whatever the rows say where they are looked at."""
        with self._db.read() as conn:
            last, count = conn.execute(_STATE, {"dataset": self._dataset}).one()
            names = [bytes(found.row) for found in conn.execute(_REVIEWED, {"dataset": self._dataset})] if count else []
        rows: list[tuple[str, bytes | None, str]] = []
        for batch in batches(names, _BATCH):
            for row, reviews in self._of(batch).items():
                said = {review.hash for review in reviews}
                rows += [(row, bytes.fromhex(hash_), _json(summary(reviews, hash_))) for hash_ in said]
                rows.append((row, None, _json(summary(reviews, ""))))
        return Known(self._dataset, last or 0, count, rows)

    def bring(self, conn: Connection, source: int, version: Version) -> None:
        """Take over the reviews that another dataset has of the rows of its version, but for those that are here."""
        rows = [bytes.fromhex(row) for row, _ in Reviews(self._db, source).summaries(version, {})]
        if rows:
            conn.execute(_BRING, [{"source": source, "target": self._dataset, "row": row} for row in rows])

    def _of(self, rows: Sequence[bytes]) -> _ByRow:
        found: _ByRow = {}
        with self._db.read() as conn:
            for item in conn.execute(_OF, {"dataset": self._dataset, "rows": list(rows)}):
                review = _review(item)
                found.setdefault(review.row, []).append(review)
        return found


def _json(value: dict[str, Json]) -> str:
    return orjson.dumps(value).decode()


def said_now(row: Row) -> str:
    """The hash of what a row says."""
    return tagged(DATA, canonical(row.data)).hex()


def standing(row: Row, reviews: Sequence[Review]) -> dict[str, Json]:
    """What the reviews of a row come to, as it stands."""
    return summary(reviews, said_now(row)) if reviews else NOTHING


def _review(found: Any) -> Review:
    fields = None if found.fields is None else orjson.loads(found.fields)
    return Review(
        found.n, bytes(found.row).hex(), bytes(found.hash).hex(), found.verdict, found.score, found.label, found.note, fields, found.author,
        found.created_at, found.branch, bool(found.decides),
    )  # fmt: skip
