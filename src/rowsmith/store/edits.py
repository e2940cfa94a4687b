"""Uncommitted edits: the working set of each branch. A row is edited as it was seen, or not at all (optimistic locking).

What has to have been seen is a row's token: the hash of what it says, edit or committed. Two editors of a row never overwrite each other in
silence: who comes second is refused with the current value, and edits that name columns alone are made anew over it. Many rows are written
in blocks, each in one transaction; a block in which somebody else was first is written row by row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import Any

import orjson
from sqlalchemy import Connection, text

from rowsmith.core.errors import Conflict, NotFound
from rowsmith.core.ids import canonical, cleaned
from rowsmith.core.merge import MISSING, same, united
from rowsmith.core.row import Json, Row
from rowsmith.store.acts import Act, Back, Noted, meta_of
from rowsmith.store.bodies import tagged
from rowsmith.store.changes import DATA
from rowsmith.store.database import Database, many
from rowsmith.store.standing import COLUMNS, REMOVED, Edit, Standing, Standings, edit_of, token

BLOCK = 500
"""Rows that are written in one transaction, where many are."""

Also = Callable[[Connection, str], None]
"""What else happens in the transaction that writes an edit; gets the row's new token."""
Make = Callable[[Row], Mapping[str, Json]]

_ALL = text(f"SELECT {COLUMNS} FROM edit WHERE dataset = :dataset AND branch = :branch ORDER BY id")
_COUNT = text("SELECT count(*) FROM edit WHERE dataset = :dataset AND branch = :branch")
_ADD = (
    "INSERT INTO edit (data, meta, hash, author, at, dataset, branch, id, base_data, base_meta, key) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
)
_SET = (
    "UPDATE edit SET data = ?, meta = ?, hash = ?, author = ?, at = ? "
    "WHERE dataset = ? AND branch = ? AND id = ? AND (hash = ? OR (hash IS NULL AND ? = 1))"
)
_DISCARD = "DELETE FROM edit WHERE dataset = ? AND branch = ? AND id = ? AND (hash = ? OR (hash IS NULL AND ? = 1))"
_BRANCH = "SELECT version FROM ref WHERE dataset = :dataset AND name = :branch AND kind = 'branch'"


class Stale(Conflict):
    """The row is not what the editor saw. `current` is what it says now (None: removed), `token` its token."""

    def __init__(self, stands: Standing) -> None:
        self.current, self.token = stands.row.data if stands.row else None, stands.token
        says = "it has been removed" if self.current is None else f"it says {_short(self.current)} now"
        super().__init__(f"Row {stands.id} is not what you saw: {says}.", f"Look at it, and edit it again (--seen {self.token}).")
        self.more = {"row": stands.id, "current": self.current, "token": self.token}


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
class _Wanted:
    """What a row is to say from now on (`data` None: it is removed), its meta as it is stored, and the place of a new one."""

    stands: Standing
    data: dict[str, Json] | None
    meta: bytes
    key: bytes = b""

    @property
    def said(self) -> bytes | None:
        return None if self.data is None else canonical(self.data)


class Edits:
    """The working set of one branch of a dataset. Safe from many threads and processes. What is done to rows is written down in `act`, in the
    same transactions, so that it can be undone."""

    def __init__(self, db: Database, dataset: int, branch: str, act: Act | None = None) -> None:
        self._db = db
        self._act = act
        self._where: dict[str, Any] = {"dataset": dataset, "branch": branch}
        self._standings = Standings(db, self._where)

    def __iter__(self) -> Iterator[Edit]:
        with self._db.read() as conn:
            found = conn.execute(_ALL, self._where).all()
        return map(edit_of, found)

    def __len__(self) -> int:
        with self._db.read() as conn:
            return int(conn.execute(_COUNT, self._where).scalar_one())

    def standing(self, id_: str) -> Standing:
        """The row as it stands.

        Raises:
            NotFound: neither the branch nor its edits know it.
        """
        (stands,) = self._standings([id_])
        if stands.entry is None and stands.edit is None:
            raise NotFound(f"Branch {self._where['branch']!r} has no row {id_!r}.", "List its rows with rowsmith rows.")
        return stands

    def change(self, id_: str, make: Make, author: str, *, seen: str | None = None, also: Also | None = None) -> Standing:
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
                raise Stale(stands)
            if (wanted := _changed(stands, stands.row, make, author)) is None:
                if also is not None:
                    with self._db.write() as conn:
                        also(conn, stands.token)
                return stands
            if self._put([wanted], author, also):
                return self.standing(id_)

    def change_all(self, ids: Iterable[str], make: Make, author: str) -> int:
        """The same for many rows; how many there were. One that somebody removes meanwhile is left out."""

        def wanted(stands: Standing) -> _Wanted | None:
            return None if stands.row is None else _changed(stands, stands.row, make, author)

        return self._in_blocks(ids, wanted, lambda id_: self.change(id_, make, author), author)

    def remove(self, id_: str, author: str, *, seen: str | None = None) -> None:
        """Take the row away.

        Raises:
            Stale: the row is not what was seen.
        """
        while True:
            stands = self.standing(id_)
            if seen is not None and seen != stands.token:
                raise Stale(stands)
            if (wanted := _removed(stands)) is None or self._put([wanted], author):
                return

    def remove_all(self, ids: Iterable[str], author: str) -> int:
        """The same for many rows; how many there were."""
        return self._in_blocks(ids, _removed, lambda id_: self.remove(id_, author), author)

    def _in_blocks(
        self, ids: Iterable[str], wanted: Callable[[Standing], _Wanted | None], alone: Callable[[str], object], author: str
    ) -> int:
        stream, count = iter(ids), 0
        while block := list(islice(stream, BLOCK)):
            standing = [stands for stands in self._standings(block) if stands.row is not None]
            changes = [change for stands in standing if (change := wanted(stands)) is not None]
            if self._put(changes, author):
                count += len(standing)
                continue
            for stands in standing:
                with suppress(Stale, NotFound):  # somebody has removed it meanwhile
                    alone(stands.id)
                    count += 1
        return count

    def add(self, row: Row, author: str) -> None:
        """Add a row; its `order` sorts it among new ones.

        Raises:
            Conflict: the branch has a row with this id.
        """
        (stands,) = self._standings([row.id])
        new = _Wanted(stands, cleaned(row.data), meta_of(row), row.order)
        if stands.entry is not None or stands.edit is not None or not self._put([new], author):
            raise Conflict(f"There is a row {row.id!r} already.", "Edit it: rowsmith edit DATASET ROW --set COLUMN=VALUE.")

    def discard(self, id_: str | None = None) -> int:
        """Forget the edit of a row, or all of them; how many there were. One that somebody changes meanwhile stays."""
        stream, count = iter([edit.id for edit in self if id_ in (None, edit.id)]), 0
        with self._db.write() as conn:
            while block := list(islice(stream, BLOCK)):
                count += sum(self._discard(conn, stands) for stands in self._standings(block) if stands.edit)
        return count

    def _discard(self, conn: Connection, stands: Standing) -> int:
        if many(conn, _DISCARD, [self._at(stands)]) != 1:
            return 0
        if self._act is not None and stands.edit is not None:
            there = stands.committed() if stands.entry else None
            self._act.note(conn, self._where, [Noted(stands.id, stands.row, there.data if there else None, meta_of(there), stands.edit.key)])
        return 1

    def put_back(
        self, backs: Callable[[], Iterator[Sequence[Back]]], author: str, also: Callable[[Connection], None], *, skip_changed: bool = False
    ) -> tuple[int, int]:
        """Let rows say what they said, all of them or none, where each says still what it was made to say. A row that says again what the
        branch's head says has no edit any more. `backs` gives them page by page; `also` is carried out in the same transaction. With
        `skip_changed`, rows that say something else stay as they are. How many there are, and how many of these stay.

        Raises:
            NotAsMade: a row says something else.
        """
        while True:
            count = left = 0
            with suppress(_Moved), self._db.write() as conn:
                for page in backs():
                    standing = list(zip(page, self._standings([back.id for back in page]), strict=True))
                    same_still = [one for one in standing if _as_made(*one)]
                    if len(same_still) < len(standing) and not skip_changed:
                        raise NotAsMade(*next(one for one in standing if not _as_made(*one)))
                    count, left = count + len(standing), left + len(standing) - len(same_still)
                    self._back(conn, same_still, author)
                also(conn)
                return count, left

    def _back(self, conn: Connection, standing: Sequence[tuple[Back, Standing]], author: str) -> None:
        over, edited = list[_Wanted](), list[Standing]()
        for back, stands in standing:
            there = stands.entry.data.hex() if stands.entry else REMOVED
            if (REMOVED if back.data is None else token(back.data)) != there:
                over.append(_Wanted(stands, back.data, back.meta, back.key))
            elif stands.edit is not None:
                edited.append(stands)
        self._at_head(conn, [stands for _, stands in standing if stands.edit is None])
        self._write(conn, over, author)
        if many(conn, _DISCARD, [self._at(stands) for stands in edited]) != len(edited):
            raise _Moved

    def _put(self, block: Sequence[_Wanted], author: str, also: Also | None = None) -> bool:
        """False, and nothing is written, when the branch has moved since, or somebody else has edited one of the rows."""
        if not block:
            return True
        with suppress(_Moved), self._db.write() as conn:
            self._at_head(conn, [one.stands for one in block if one.stands.edit is None])
            self._write(conn, block, author)
            if self._act is not None:
                made = [Noted(one.stands.id, one.stands.row, one.data, one.meta, e.key if (e := one.stands.entry) else one.key) for one in block]
                self._act.note(conn, self._where, made)
            for one in block if also is not None else ():
                also(conn, REMOVED if one.data is None else token(one.data))  # type: ignore[misc]
            return True
        return False

    def _write(self, conn: Connection, block: Sequence[_Wanted], author: str) -> None:
        now, new, again = self._db.now(conn), list[tuple[Any, ...]](), list[tuple[Any, ...]]()
        for one in block:
            said, entry = one.said, one.stands.entry
            values = (said, one.meta, None if said is None else tagged(DATA, said), author, now)
            if one.stands.edit is not None:
                again.append((*values, *self._at(one.stands)))
            else:
                over = (entry.data, entry.meta, entry.key) if entry else (None, None, one.key)
                new.append((*values, self._where["dataset"], self._where["branch"], bytes.fromhex(one.stands.id), *over))
        if many(conn, _ADD, new) + many(conn, _SET, again) != len(block):
            raise _Moved

    def _at(self, stands: Standing) -> tuple[Any, ...]:
        """An edit as it was seen."""
        seen = bytes.fromhex(stands.token) if stands.row is not None else None
        return (self._where["dataset"], self._where["branch"], bytes.fromhex(stands.id), seen, int(seen is None))

    def _at_head(self, conn: Connection, standing: Sequence[Standing]) -> None:
        """See to it that the branch has not moved since these were read."""
        if standing:
            share = " FOR SHARE" if self._db.dialect == "postgresql" else ""
            head = conn.execute(text(_BRANCH + share), self._where).scalar()
            if any(stands.head != head for stands in standing):
                raise _Moved


def _changed(stands: Standing, row: Row, make: Make, author: str) -> _Wanted | None:
    """None: it says that already."""
    data = cleaned(dict(make(row)))
    changed = sorted(f for f in {*data, *row.data} if not same(data.get(f, MISSING), row.data.get(f, MISSING)))
    if not changed:
        return None
    origin = {**row.origin, "edits": united(row.origin.get("edits", ()), [{"by": author, "columns": changed}])}
    if stands.edit is not None and stands.entry is not None and stands.entry.data.hex() == token(data):
        return _Wanted(stands, data, meta_of(stands.committed()))
    return _Wanted(stands, data, canonical({"origin": origin, "scores": row.scores}))


def _as_made(back: Back, stands: Standing) -> bool:
    return stands.token == (REMOVED if back.made is None else token(back.made))


def _removed(stands: Standing) -> _Wanted | None:
    return None if stands.row is None else _Wanted(stands, None, meta_of(None))


def _short(data: Mapping[str, Json]) -> str:
    said = orjson.dumps(data).decode()
    return said if len(said) <= 300 else said[:299] + "…"
