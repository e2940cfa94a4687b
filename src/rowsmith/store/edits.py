"""Uncommitted edits: the working set of each branch. A row is edited as it was seen, or not at all (optimistic locking).

What has to have been seen is a row's token: the hash of what it says, edit or committed. Two editors of a row never overwrite each other in
silence: who comes second is refused with the current value, and edits that name columns alone are made anew over it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, text

from rowsmith.core.errors import Conflict, NotFound
from rowsmith.core.ids import canonical, cleaned
from rowsmith.core.merge import MISSING, same, united
from rowsmith.core.row import Json, Row
from rowsmith.store.bodies import Bodies, tagged
from rowsmith.store.changes import DATA
from rowsmith.store.database import Database
from rowsmith.store.reading import row_of
from rowsmith.store.tombstones import living
from rowsmith.store.trees import Entry, Trees
from rowsmith.store.versions import Version, Versions

REMOVED = "removed"
"""The token of a row that is taken away."""

Also = Callable[[Connection, str], None]
"""What else happens in the transaction that writes an edit; gets the row's new token."""

_COLUMNS = "id, base_data, base_meta, data, meta, hash, key, author, at"
_GET = text(f"SELECT {_COLUMNS} FROM edit WHERE dataset = :dataset AND branch = :branch AND id = :id")
_ALL = text(f"SELECT {_COLUMNS} FROM edit WHERE dataset = :dataset AND branch = :branch ORDER BY id")
_COUNT = text("SELECT count(*) FROM edit WHERE dataset = :dataset AND branch = :branch")
_ADD = text(
    "INSERT INTO edit (dataset, branch, id, base_data, base_meta, data, meta, hash, key, author, at) "
    "VALUES (:dataset, :branch, :id, :base_data, :base_meta, :data, :meta, :hash, :key, :author, :at) ON CONFLICT DO NOTHING"
)
_SET = text(
    "UPDATE edit SET data = :data, meta = :meta, hash = :hash, author = :author, at = :at "
    "WHERE dataset = :dataset AND branch = :branch AND id = :id AND (hash = :seen OR (hash IS NULL AND :seen_removed = 1))"
)
_DISCARD = text("DELETE FROM edit WHERE dataset = :dataset AND branch = :branch AND id = :id")
_DISCARD_ALL = text("DELETE FROM edit WHERE dataset = :dataset AND branch = :branch")
_BRANCH = "SELECT version FROM ref WHERE dataset = :dataset AND name = :branch AND kind = 'branch'"


@dataclass(frozen=True, slots=True)
class Edit:
    """A row as it is to be, not committed yet. `data` None: it is removed. `new`: the branch's head had no such row.
    `key` is its place in the version (of a new row: among the new ones)."""

    id: str
    data: dict[str, Json] | None
    scores: dict[str, Json]
    origin: dict[str, Json]
    new: bool
    key: bytes
    author: str
    at: float

    @property
    def token(self) -> str:
        """What the next editor has to have seen."""
        return REMOVED if self.data is None else token(self.data)


class Stale(Conflict):
    """The row is not what the editor saw. `current` is what it says now (None: removed), `token` its token."""

    def __init__(self, id_: str, current: dict[str, Json] | None, token_: str) -> None:
        says = "it has been removed" if current is None else f"it says {_short(current)} now"
        super().__init__(f"Row {id_} is not what you saw: {says}.", f"Look at it, and edit it again (--seen {token_}).")
        self.current, self.token = current, token_
        self.more = {"row": id_, "current": current, "token": token_}


@dataclass(frozen=True, slots=True)
class Standing:
    """A row of a branch as it stands, edits included. `row` None: removed. `token` is what an editor has to have seen."""

    row: Row | None
    token: str
    edit: Edit | None
    entry: Entry | None
    head: str | None


def token(data: Mapping[str, Json]) -> str:
    """The token of a row that says this: 32 hexadecimal digits."""
    return tagged(DATA, canonical(data)).hex()


class Edits:
    """The working set of one branch of a dataset. Safe from many threads and processes."""

    def __init__(self, db: Database, dataset: int, branch: str) -> None:
        self._db = db
        self._where = {"dataset": dataset, "branch": branch}

    def __iter__(self) -> Iterator[Edit]:
        with self._db.read() as conn:
            found = conn.execute(_ALL, self._where).all()
        return map(_edit, found)

    def __len__(self) -> int:
        with self._db.read() as conn:
            return int(conn.execute(_COUNT, self._where).scalar_one())

    def standing(self, id_: str) -> Standing:
        """The row as it stands.

        Raises:
            NotFound: neither the branch nor its edits know it.
        """
        head = Versions(self._db).head(self._where["dataset"], self._where["branch"])  # type: ignore[arg-type]
        entry = _entry(self._db, head, bytes.fromhex(id_))
        with self._db.read() as conn:
            found = conn.execute(_GET, {**self._where, "id": bytes.fromhex(id_)}).first()
        name = head.id if head else None
        if found is not None:
            edit = _edit(found)
            row = None if edit.data is None else Row(id_, edit.key, edit.data, edit.scores, edit.origin)
            return Standing(row, edit.token, edit, entry, name)
        if entry is None:
            raise NotFound(f"Branch {self._where['branch']!r} has no row {id_!r}.", "List its rows with rowsmith rows.")
        return Standing(self._committed(entry), entry.data.hex(), None, entry, name)

    def _committed(self, entry: Entry) -> Row:
        bodies = Bodies(self._db).read((entry.data, entry.meta))
        return row_of(entry, bodies[entry.data], bodies[entry.meta])

    def change(
        self, id_: str, make: Callable[[Row], Mapping[str, Json]], author: str, *, seen: str | None = None, also: Also | None = None
    ) -> Standing:
        """Let the row say what `make` makes of it; who edits it now is in its origin, with the columns that changed. Where it says again what
        the branch's head says, it is that row again, and a commit finds nothing changed.

        `seen`: the token of what the editor saw. Without it `make` is asked again when somebody else was first. `also(conn, token)` is carried
        out in the transaction that writes the edit, with the row's new token.

        Raises:
            Stale: the row is not what was seen, or has been removed.
        """
        while True:
            stands = self.standing(id_)
            if (seen is not None and seen != stands.token) or stands.row is None:
                raise Stale(id_, stands.row.data if stands.row else None, stands.token)
            data = cleaned(dict(make(stands.row)))
            changed = sorted(f for f in {*data, *stands.row.data} if not same(data.get(f, MISSING), stands.row.data.get(f, MISSING)))
            origin = {**stands.row.origin, "edits": united(stands.row.origin.get("edits", ()), [{"by": author, "columns": changed}])}
            if not changed:
                if also is not None:
                    with self._db.write() as conn:
                        also(conn, stands.token)
                return stands
            scores = stands.row.scores
            if stands.edit is not None and stands.entry is not None and stands.entry.data.hex() == token(data):
                committed = self._committed(stands.entry)
                scores, origin = committed.scores, committed.origin
            if self._put(stands, id_, data, scores, origin, author, also):
                return self.standing(id_)

    def remove(self, id_: str, author: str, *, seen: str | None = None) -> None:
        """Take the row away.

        Raises:
            Stale: the row is not what was seen.
        """
        while True:
            stands = self.standing(id_)
            if seen is not None and seen != stands.token:
                raise Stale(id_, stands.row.data if stands.row else None, stands.token)
            if stands.row is None or self._put(stands, id_, None, {}, {}, author):
                return

    def add(self, row: Row, author: str) -> None:
        """Add a row; its `order` sorts it among new ones.

        Raises:
            Conflict: the branch has a row with this id.
        """
        head = Versions(self._db).head(self._where["dataset"], self._where["branch"])  # type: ignore[arg-type]
        entry = _entry(self._db, head, bytes.fromhex(row.id))
        stands = Standing(None, REMOVED, None, None, head.id if head else None)
        key = row.order
        if entry is not None or not self._insert(stands, row.id, cleaned(row.data), row.scores, row.origin, author, key):
            raise Conflict(f"There is a row {row.id!r} already.", "Edit it: rowsmith edit DATASET ROW --set COLUMN=VALUE.")

    def discard(self, id_: str | None = None) -> int:
        """Forget the edit of a row, or all of them; how many there were."""
        with self._db.write() as conn:
            if id_ is None:
                return conn.execute(_DISCARD_ALL, self._where).rowcount
            return conn.execute(_DISCARD, {**self._where, "id": bytes.fromhex(id_)}).rowcount

    def _put(
        self, stands: Standing, id_: str, data: dict[str, Json] | None, scores: Any, origin: Any, author: str, also: Also | None = None
    ) -> bool:  # fmt: skip
        if stands.edit is None:
            assert stands.entry is not None
            return self._insert(stands, id_, data, scores, origin, author, stands.entry.key, also)
        with self._db.write() as conn:
            seen = bytes.fromhex(stands.token) if stands.edit.data is not None else None
            values = {**self._values(conn, id_, data, scores, origin, author), "seen": seen, "seen_removed": int(seen is None)}
            return conn.execute(_SET, values).rowcount == 1 and _done(conn, data, also)

    def _insert(
        self, stands: Standing, id_: str, data: Any, scores: Any, origin: Any, author: str, key: bytes, also: Also | None = None
    ) -> bool:  # fmt: skip
        """False when the branch has moved since, or somebody else has edited the row."""
        base = {"base_data": stands.entry.data, "base_meta": stands.entry.meta} if stands.entry else {"base_data": None, "base_meta": None}
        share = " FOR SHARE" if self._db.dialect == "postgresql" else ""
        with self._db.write() as conn:
            if conn.execute(text(_BRANCH + share), self._where).scalar() != stands.head:
                return False
            values = {**self._values(conn, id_, data, scores, origin, author), **base, "key": key}
            return conn.execute(_ADD, values).rowcount == 1 and _done(conn, data, also)

    def _values(self, conn: Connection, id_: str, data: Any, scores: Any, origin: Any, author: str) -> dict[str, Any]:
        said = None if data is None else canonical(data)
        return {
            **self._where, "id": bytes.fromhex(id_), "data": said, "meta": canonical({"origin": origin, "scores": scores}),
            "hash": None if said is None else tagged(DATA, said), "author": author, "at": self._db.now(conn),
        }  # fmt: skip


def _done(conn: Connection, data: Any, also: Also | None) -> bool:
    """True, after `also`."""
    if also is not None:
        also(conn, REMOVED if data is None else token(data))
    return True


def _entry(db: Database, head: Version | None, name: bytes) -> Entry | None:
    trees = Trees(db)
    entry = trees.entry(trees.load(head.root), name) if head else None
    return next(living(db, head.dataset, [entry]), None) if head and entry else None


def _edit(found: Any) -> Edit:
    meta = orjson.loads(found.meta)
    data = None if found.data is None else orjson.loads(found.data)
    return Edit(bytes(found.id).hex(), data, meta["scores"], meta["origin"], found.base_data is None, bytes(found.key), found.author, found.at)


def _short(data: Mapping[str, Json]) -> str:
    said = orjson.dumps(data).decode()
    return said if len(said) <= 300 else said[:299] + "…"
