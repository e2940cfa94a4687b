"""Guided talks, turn by turn. A turn holds what was said or done and everything as it stood afterwards, so that the last one is all that a talk
needs to go on. Turns are only added, each under the next number: two who go on with one talk cannot both have it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, func, select, text

from rowsmith.core.errors import Conflict, Invalid, NotFound, choose
from rowsmith.core.ids import as_written
from rowsmith.store import events
from rowsmith.store.database import Database
from rowsmith.store.datasets import check_name
from rowsmith.store.schema_guides import guide, guide_turn

_ID = re.compile(r"g([1-9][0-9]{0,17})")
_BEGIN = text(
    "INSERT INTO guide (project, name, author, created_at) VALUES (:project, :name, :author, :now) ON CONFLICT DO NOTHING"
)
_NAME = text("UPDATE guide SET name = :name WHERE n = :n")
_ADD = text(
    "INSERT INTO guide_turn (guide, n, kind, content, author, at) VALUES (:guide, :n, :kind, :content, :author, :at) ON CONFLICT DO NOTHING"
)


@dataclass(frozen=True, slots=True)
class Begun:
    """A talk. `n` is its number in the database, `id` how people call it when it has no name of its own."""

    n: int
    project: str
    name: str
    author: str
    created_at: float

    @property
    def id(self) -> str:
        """As `g12`."""
        return f"g{self.n}"


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn: what was said or done, and the state after it."""

    n: int
    kind: str
    said: Any
    state: dict[str, Any]
    author: str
    at: float


class Guides:
    """The talks of a database. Every method may be called from any thread."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def begin(self, project: str, name: str, author: str, said: Any, state: dict[str, Any]) -> tuple[Begun, Turn]:
        """A new talk with its first turn. Without a name it is called by its number.

        Raises:
            Invalid: the name cannot be one. Conflict: it is taken.
        """
        if name:
            check_name(name, "session")
            if _ID.fullmatch(name):
                raise Invalid(f"{name!r} cannot be the name of a session: those without one are called so.", "Take another name.")
        with self._db.write() as conn:
            now = self._db.now(conn)
            values = {"project": project, "author": author, "now": now}
            if conn.execute(_BEGIN, {**values, "name": name or "(new)"}).rowcount != 1:
                raise Conflict(f"There is a session called {name!r} already.", f"Go on with it: rowsmith guide {name}. Or take another name.")
            found = select(guide).where(guide.c.project == project, guide.c.name == (name or "(new)"))
            begun = Begun(*conn.execute(found).one())
            if not name:
                conn.execute(_NAME, {"n": begun.n, "name": begun.id})
                begun = Begun(begun.n, project, begun.id, author, now)
            events.note(conn, now, project, "guide.begun", {"guide": begun.id, "name": begun.name, "by": author})
            return begun, self._add(conn, begun.n, 1, "begin", said, state, author, now)

    def list(self, project: str) -> Sequence[tuple[Begun, Turn]]:
        """The talks of a project with their last turns, the newest first."""
        last = select(guide_turn.c.guide, func.max(guide_turn.c.n).label("n")).group_by(guide_turn.c.guide).subquery()
        turns = select(guide_turn).join(last, (guide_turn.c.guide == last.c.guide) & (guide_turn.c.n == last.c.n))
        with self._db.read() as conn:
            every = [Begun(*row) for row in conn.execute(select(guide).where(guide.c.project == project).order_by(guide.c.n.desc()))]
            found = {row.guide: _turn(row) for row in conn.execute(turns)}
        return [(begun, found[begun.n]) for begun in every]

    def get(self, project: str, spoken: str) -> Begun:
        """The talk of this name or id.

        Raises:
            NotFound: there is none; the fix lists those there are.
        """
        with self._db.read() as conn:
            every = [Begun(*row) for row in conn.execute(select(guide).where(guide.c.project == project).order_by(guide.c.n))]
        for begun in every:
            if begun.name == spoken:
                return begun
        number = _ID.fullmatch(spoken)
        for begun in every:
            if number and begun.n == int(number[1]):
                return begun
        raise NotFound(f"No session is called {spoken!r}.", choose(spoken, [begun.name for begun in every]))

    def last(self, begun: Begun) -> Turn:
        """Its last turn."""
        query = select(guide_turn).where(guide_turn.c.guide == begun.n).order_by(guide_turn.c.n.desc()).limit(1)
        with self._db.read() as conn:
            return _turn(conn.execute(query).one())

    def turns(self, begun: Begun) -> Sequence[Turn]:
        """All its turns, the first first."""
        with self._db.read() as conn:
            return [_turn(row) for row in conn.execute(select(guide_turn).where(guide_turn.c.guide == begun.n).order_by(guide_turn.c.n))]

    def add(self, begun: Begun, n: int, kind: str, said: Any, state: dict[str, Any], author: str) -> Turn:
        """Its next turn, which has to be number `n`.

        Raises:
            Conflict: somebody else has gone on with it meanwhile.
        """
        with self._db.write() as conn:
            now = self._db.now(conn)
            events.note(conn, now, begun.project, "guide.turned", {"guide": begun.id, "turn": n, "kind": kind, "by": author})
            return self._add(conn, begun.n, n, kind, said, state, author, now)

    def rested(self, begun: Begun) -> None:
        """Tell everybody that what was under way in a talk has come to its end."""
        with self._db.write() as conn:
            events.note(conn, self._db.now(conn), begun.project, "guide.rested", {"guide": begun.id})

    def _add(self, conn: Connection, of: int, n: int, kind: str, said: Any, state: dict[str, Any], author: str, now: float) -> Turn:
        content = as_written({"said": said, "state": state})
        values = {"guide": of, "n": n, "kind": kind, "content": content, "author": author, "at": now}
        if conn.execute(_ADD, values).rowcount != 1:
            raise Conflict("Somebody else has gone on with this session meanwhile.", f"Look at it as it stands now: rowsmith guide g{of}.")
        return Turn(n, kind, said, state, author, now)


def _turn(row: Any) -> Turn:
    content = orjson.loads(bytes(row.content))
    return Turn(row.n, row.kind, content["said"], content["state"], row.author, row.at)
