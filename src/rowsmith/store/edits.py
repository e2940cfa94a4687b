"""Uncommitted edits: the working set of each branch. A row is edited as it was seen, or not at all (optimistic locking).

What has to have been seen is a row's token: the hash of what it says, edit or committed. Two editors of a row never overwrite each other in
silence: who comes second is refused with the current value, and edits that name columns alone are made anew over it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, text

from rowsmith.core.errors import Conflict, NotFound
from rowsmith.core.ids import canonical, cleaned
from rowsmith.core.merge import MISSING, same, united
from rowsmith.core.row import Json, Row
from rowsmith.store.acts import NOTHING, Act, Back, meta_of
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
_DISCARD_SEEN = text(
    "DELETE FROM edit WHERE dataset = :dataset AND branch = :branch AND id = :id AND (hash = :seen OR (hash IS NULL AND :seen_removed = 1))"
)
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


class NotAsMade(Conflict):
    """A row says something else than the act that is to be undone made of it. `more` has both: `current` and `made` (None: not there)."""

    def __init__(self, back: Back, stands: Standing) -> None:
        current = stands.row.data if stands.row else None
        says = "it has been removed" if current is None else f"it says {_short(current)} now"
        fix = "Leave such rows as they are, and undo the rest: --skip-changed."
        super().__init__(f"Row {back.id} is not what this edit made of it: {says}.", fix)
        self.more = {"row": back.id, "current": current, "token": stands.token, "made": back.made}


class _Moved(Exception):
    """Somebody else was first; what the transaction has written is rolled back."""


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
    """The working set of one branch of a dataset. Safe from many threads and processes. What is done to rows is written down in `act`, in the
    same transactions, so that it can be undone."""

    def __init__(self, db: Database, dataset: int, branch: str, act: Act | None = None) -> None:
        self._db = db
        self._act = act
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
        if entry is not None or not self._put(stands, row.id, cleaned(row.data), row.scores, row.origin, author, key=key):
            raise Conflict(f"There is a row {row.id!r} already.", "Edit it: rowsmith edit DATASET ROW --set COLUMN=VALUE.")

    def discard(self, id_: str | None = None) -> int:
        """Forget the edit of a row, or all of them; how many there were. One that somebody changes meanwhile stays."""
        edits = [edit for edit in self if id_ in (None, edit.id)]
        standing = [self._known(edit.id) for edit in edits]
        with self._db.write() as conn:
            return sum(self._discard(conn, stands, edit.id) for edit, stands in zip(edits, standing, strict=True) if stands.edit)

    def _discard(self, conn: Connection, stands: Standing, id_: str) -> int:
        if conn.execute(_DISCARD_SEEN, {**self._where, "id": bytes.fromhex(id_), **_seen(stands)}).rowcount != 1:
            return 0
        if self._act is not None and stands.edit is not None:
            there = self._committed(stands.entry) if stands.entry else None
            meta = meta_of(there) if there else NOTHING
            self._act.note(conn, self._where, id_, stands.row, there.data if there else None, meta, stands.edit.key)
        return 1

    def put_back(self, backs: Sequence[Back], author: str, also: Callable[[Connection], None], *, skip_changed: bool = False) -> int:
        """Let rows say what they said, all of them or none, where each says still what it was made to say. A row that says again what the
        branch's head says has no edit any more. `also` is carried out in the same transaction. With `skip_changed`, rows that say something
        else stay as they are; how many these are.

        Raises:
            NotAsMade: a row says something else.
        """
        while True:
            standing = [(back, self._known(back.id)) for back in backs]
            same_still = [(back, stands) for back, stands in standing if stands.token == (REMOVED if back.made is None else token(back.made))]
            if len(same_still) < len(standing) and not skip_changed:
                raise NotAsMade(*next(one for one in standing if one not in same_still))
            with suppress(_Moved), self._db.write() as conn:
                for back, stands in same_still:
                    if not self._back(conn, stands, back, author):
                        raise _Moved
                also(conn)
                return len(standing) - len(same_still)

    def _known(self, id_: str) -> Standing:
        """The row as it stands; one that is not there counts as removed."""
        try:
            return self.standing(id_)
        except NotFound:
            head = Versions(self._db).head(self._where["dataset"], self._where["branch"])  # type: ignore[arg-type]
            return Standing(None, REMOVED, None, None, head.id if head else None)

    def _back(self, conn: Connection, stands: Standing, back: Back, author: str) -> bool:
        there = stands.entry.data.hex() if stands.entry else REMOVED
        if (REMOVED if back.data is None else token(back.data)) != there:
            return self._write(conn, stands, back.id, back.data, back.meta, author, back.key)
        if stands.edit is None:
            return self._at_head(conn, stands)
        values = {**self._where, "id": bytes.fromhex(back.id), **_seen(stands)}
        return conn.execute(_DISCARD_SEEN, values).rowcount == 1

    def _put(
        self, stands: Standing, id_: str, data: dict[str, Json] | None, scores: Any, origin: Any, author: str, also: Also | None = None,
        key: bytes = b"",
    ) -> bool:  # fmt: skip
        """False when the branch has moved since, or somebody else has edited the row."""
        meta = canonical({"origin": origin, "scores": scores})
        with self._db.write() as conn:
            if not self._write(conn, stands, id_, data, meta, author, key):
                return False
            if self._act is not None:
                self._act.note(conn, self._where, id_, stands.row, data, meta, stands.entry.key if stands.entry else key)
            if also is not None:
                also(conn, REMOVED if data is None else token(data))
            return True

    def _write(self, conn: Connection, stands: Standing, id_: str, data: dict[str, Json] | None, meta: bytes, author: str, key: bytes) -> bool:
        said = None if data is None else canonical(data)
        values = {
            **self._where, "id": bytes.fromhex(id_), "data": said, "meta": meta, "hash": None if said is None else tagged(DATA, said),
            "author": author, "at": self._db.now(conn),
        }  # fmt: skip
        if stands.edit is not None:
            return conn.execute(_SET, {**values, **_seen(stands)}).rowcount == 1
        if not self._at_head(conn, stands):
            return False
        over = stands.entry
        values |= {"base_data": over.data, "base_meta": over.meta, "key": over.key} if over else {"base_data": None, "base_meta": None, "key": key}
        return conn.execute(_ADD, values).rowcount == 1

    def _at_head(self, conn: Connection, stands: Standing) -> bool:
        share = " FOR SHARE" if self._db.dialect == "postgresql" else ""
        return bool(conn.execute(text(_BRANCH + share), self._where).scalar() == stands.head)


def _seen(stands: Standing) -> dict[str, Any]:
    seen = bytes.fromhex(stands.token) if stands.row is not None else None
    return {"seen": seen, "seen_removed": int(seen is None)}


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
