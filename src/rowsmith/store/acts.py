"""What people did to rows by hand: acts, each of one row or of many at once, which can be undone and done again, the newest first.

They are kept per branch and person, in the transactions that write the edits, so that neither is there without the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, text

from rowsmith.core.errors import Conflict
from rowsmith.core.ids import canonical
from rowsmith.core.row import Json, Row
from rowsmith.store.database import Database, many

KEPT = 200
"""Acts of a person on a branch that can be undone; older ones are forgotten."""

_MINE = "dataset = :dataset AND branch = :branch AND author = :author"
_ROWS_OF = f"DELETE FROM edit_act_row WHERE act IN (SELECT n FROM edit_act WHERE {_MINE}"
_OLD = f"n NOT IN (SELECT n FROM edit_act WHERE {_MINE} ORDER BY n DESC LIMIT {KEPT - 1})"
_ADD = text(
    "INSERT INTO edit_act (dataset, branch, author, kind, at) VALUES (:dataset, :branch, :author, :kind, :at) RETURNING n"
)
_CLEAR = (
    text(f"{_ROWS_OF} AND (undone = 1 OR {_OLD}))"),
    text(f"DELETE FROM edit_act WHERE {_MINE} AND (undone = 1 OR {_OLD})"),
)
_ROW = "INSERT INTO edit_act_row (act, id, was_data, was_meta, made_data, made_meta, key) VALUES (?, ?, ?, ?, ?, ?, ?)"
_LIST = text(
    f"SELECT n, kind, author, at, undone, (SELECT count(*) FROM edit_act_row WHERE act = n) AS rows FROM edit_act WHERE {_MINE} ORDER BY n DESC"
)
_ROWS = text(
    "SELECT id, was_data, was_meta, made_data, made_meta, key FROM edit_act_row WHERE act = :act AND id > :after ORDER BY id LIMIT :page"
)
_PAGE = 500
_TURN = text("UPDATE edit_act SET undone = 1 - undone WHERE n = :act AND undone = :undone")


@dataclass(frozen=True, slots=True)
class Noted:
    """What an act made of a row: what it said before (None: it was not there), and what it says then, its meta as it is stored, its key."""

    id: str
    was: Row | None
    made: Mapping[str, Json] | None
    meta: bytes
    key: bytes

    @property
    def after(self) -> tuple[bytes | None, bytes]:
        """As it is stored."""
        return None if self.made is None else canonical(self.made), self.meta


@dataclass(slots=True)
class Act:
    """One act, while it is done. It is there from the first row that it changes on; what its author had undone before can then not be done again."""

    db: Database
    author: str
    kind: str
    n: int | None = None

    def note(self, conn: Connection, where: Mapping[str, object], rows: Sequence[Noted]) -> None:
        """Write down what it made of rows, within the transaction that does so."""
        if self.n is None:
            mine = {**where, "author": self.author}
            for statement in _CLEAR:
                conn.execute(statement, mine)
            self.n = int(conn.execute(_ADD, {**mine, "kind": self.kind, "at": self.db.now(conn)}).scalar_one())
        many(conn, _ROW, [(self.n, bytes.fromhex(row.id), *_said(row.was), *row.after, row.key) for row in rows])


@dataclass(frozen=True, slots=True)
class Done:
    """An act that is kept. `rows`: how many it changed. `undone`: it was undone, and can be done again."""

    n: int
    kind: str
    author: str
    at: float
    rows: int
    undone: bool


@dataclass(frozen=True, slots=True)
class Back:
    """A row on its way back to what it said before an act, or after it: `data` (None: not there), `meta` as it is stored, and the place of a
    new row. It has to say `made` still, what the act made of it."""

    id: str
    made: dict[str, Json] | None
    data: dict[str, Json] | None
    meta: bytes
    key: bytes


class Acts:
    """The acts of one person on a branch of a dataset."""

    def __init__(self, db: Database, dataset: int, branch: str, author: str) -> None:
        self._db = db
        self._mine = {"dataset": dataset, "branch": branch, "author": author}

    def list(self) -> Sequence[Done]:
        """Those that are kept, newest first."""
        with self._db.read() as conn:
            found = conn.execute(_LIST, self._mine).all()
        return [Done(row.n, row.kind, row.author, row.at, row.rows, bool(row.undone)) for row in found]

    def next(self, *, undone: bool) -> Done | None:
        """The one that is undone next, or (`undone`) done again next."""
        return next((act for act in (reversed(self.list()) if undone else self.list()) if act.undone == undone), None)

    def backs(self, act: Done) -> Iterator[Sequence[Back]]:
        """What its rows are to say when it is undone, or done again: page by page."""
        after = b""
        while True:
            with self._db.read() as conn:
                found = conn.execute(_ROWS, {"act": act.n, "after": after, "page": _PAGE}).all()
            if not found:
                return
            after = bytes(found[-1].id)
            yield [_back(row, again=act.undone) for row in found]


def turn(conn: Connection, act: Done) -> None:
    """Within the transaction that writes its rows: it is undone, or done again.

    Raises:
        Conflict: somebody else has just done so.
    """
    if conn.execute(_TURN, {"act": act.n, "undone": int(act.undone)}).rowcount != 1:
        raise Conflict("This edit has just been undone, or done again, elsewhere.", "Look at the rows, and try again.")


def meta_of(row: Row | None) -> bytes:
    """A row's meta as it is stored; None: of one that is not there."""
    return canonical({"origin": row.origin if row else {}, "scores": row.scores if row else {}})


def _said(row: Row | None) -> tuple[bytes | None, bytes]:
    return None if row is None else canonical(row.data), meta_of(row)


def _back(row: Any, *, again: bool) -> Back:
    was, made = (None if data is None else orjson.loads(data) for data in (row.was_data, row.made_data))
    if again:
        return Back(bytes(row.id).hex(), was, made, bytes(row.made_meta), bytes(row.key))
    return Back(bytes(row.id).hex(), made, was, bytes(row.was_meta), bytes(row.key))
