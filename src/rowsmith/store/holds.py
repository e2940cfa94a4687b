"""A hold is had while parts of a version are stored that no version names yet, so that nobody sweeps them away (store.sweeping)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from uuid import uuid4

from sqlalchemy import Connection, text

from rowsmith.core.errors import RowsmithError
from rowsmith.store.database import Database

LEASE_S = 600.0
"""Seconds for which the hold of a process that died stays; a living one renews it with what it writes."""

_TAKE = text("INSERT INTO hold (id, lease_until) VALUES (:id, :until)")
_RENEW = text("UPDATE hold SET lease_until = :until WHERE id = :id")
_END = text("DELETE FROM hold WHERE id = :id")
_ENDED = text("DELETE FROM hold WHERE lease_until <= :now")
_LIVE = text("SELECT count(*) FROM hold")


class Hold:
    """One process's hold."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._id = uuid4().hex
        self.ended = False

    def take(self) -> None:
        """Begin it."""
        with self._db.write() as conn:
            conn.execute(_TAKE, {"id": self._id, "until": self._db.now(conn) + LEASE_S})

    def renew(self, conn: Connection) -> None:
        """It is still needed, says a transaction that writes parts."""
        conn.execute(_RENEW, {"id": self._id, "until": self._db.now(conn) + LEASE_S})

    def end(self, conn: Connection) -> None:
        """It is needed no longer, says the transaction that names the parts."""
        conn.execute(_END, {"id": self._id})
        self.ended = True


@contextmanager
def held(db: Database) -> Iterator[Hold]:
    """A hold for as long as the block lasts, if nothing ends it before."""
    hold = Hold(db)
    hold.take()
    try:
        yield hold
    except BaseException:
        with suppress(RowsmithError):  # the error that is under way says more
            _end(db, hold)
        raise
    _end(db, hold)


def any_held(db: Database, conn: Connection) -> bool:
    """Whether somebody has one. What this transaction writes then cannot meet with a new one: on PostgreSQL the table is locked."""
    if db.dialect == "postgresql":
        conn.execute(text("LOCK TABLE hold IN SHARE ROW EXCLUSIVE MODE"))
    conn.execute(_ENDED, {"now": db.now(conn)})
    return bool(conn.execute(_LIVE).scalar_one())


def _end(db: Database, hold: Hold) -> None:
    if not hold.ended:
        with db.write() as conn:
            hold.end(conn)
