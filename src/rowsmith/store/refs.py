"""Branches, tags and releases: names of versions. A branch moves with each commit; a tag stays until it is deleted; a release stays."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, select, text

from rowsmith.core.errors import Conflict, Invalid, NotFound, choose
from rowsmith.store import events, naming
from rowsmith.store.database import Database
from rowsmith.store.datasets import Dataset
from rowsmith.store.schema import ref as table

Kind = Literal["branch", "tag", "release"]

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./+-]{0,199}")
_LIKE_A_VERSION = re.compile(r"[0-9a-f]{4,32}")
_DELETE = text("DELETE FROM ref WHERE dataset = :dataset AND name = :name AND version = :version AND kind <> 'release'")
_OF_BRANCH = "WHERE dataset = :dataset AND branch = :name"
_FORGET = text(f"DELETE FROM edit {_OF_BRANCH}")
_FORGET_ACTS = (text(f"DELETE FROM edit_act_row WHERE act IN (SELECT n FROM edit_act {_OF_BRANCH})"), text(f"DELETE FROM edit_act {_OF_BRANCH}"))
_EDITS = text("SELECT count(*) FROM edit WHERE dataset = :dataset AND branch = :name")


def check_ref(name: str, kind: Kind) -> None:
    """Raise Invalid for what cannot name a version."""
    if not _NAME.fullmatch(name) or _LIKE_A_VERSION.fullmatch(name):
        raise Invalid(
            f"{name!r} cannot be the name of a {kind}.",
            "Use up to 200 letters, digits and _ . / + -, not beginning with a sign, and nothing that looks like a version (4 to 32 of 0-9a-f).",
        )


@dataclass(frozen=True, slots=True)
class Ref:
    """A name of a version."""

    name: str
    kind: Kind
    version: str
    author: str
    message: str
    created_at: float | None


class Refs:
    """The names of one dataset's versions."""

    def __init__(self, db: Database, dataset: Dataset) -> None:
        self._db = db
        self.dataset = dataset

    def list(self, *kinds: Kind) -> Sequence[Ref]:
        """All of these kinds (none given: of every kind), by name."""
        columns = [table.c[name] for name in Ref.__slots__]
        with self._db.read() as conn:
            found = [Ref(*row) for row in conn.execute(select(*columns).where(table.c.dataset == self.dataset.n).order_by(table.c.name))]
        return [ref for ref in found if not kinds or ref.kind in kinds]

    def get(self, name: str, *kinds: Kind) -> Ref:
        """The one of this name.

        Raises:
            NotFound: there is none of these kinds.
        """
        every = self.list(*kinds)
        for ref in every:
            if ref.name == name:
                return ref
        what = " or ".join(kinds) or "branch, tag or release"
        raise NotFound(f"There is no {what} called {name!r}.", choose(name, [ref.name for ref in every]))

    def make(self, name: str, kind: Kind, version: str, author: str, message: str = "") -> Ref:
        """Give a version a name.

        Raises:
            Conflict: the name is taken.
            Invalid: it cannot be one.
        """
        check_ref(name, kind)
        with self._db.write() as conn:
            if not naming.make(conn, self.dataset.n, name, kind, version, author, message, self._db.now(conn)):
                raise Conflict(f"There is a branch, tag or release called {name!r} already.", "Take another name, or delete that one.")
            self._note(conn, f"dataset.{kind}", name, version, author)
        return self.get(name)

    def delete(self, name: str, author: str, *, kind: Kind | None = None, with_edits: bool = False) -> Ref:
        """Forget a branch or tag (with `kind`, one of that kind alone). Its versions stay until a sweep finds that nothing else leads to them.

        Raises:
            NotFound: there is none.
            Conflict: it is a release or of another kind, has moved meanwhile, or has uncommitted edits.
        """
        ref = self.get(name)
        if ref.kind == "release":
            raise Conflict(f"{name!r} is a release, and stays.", "Only tags and branches can be deleted.")
        if kind not in (None, ref.kind):
            raise Conflict(f"{name!r} is a {ref.kind}, not a {kind}.", f"Delete it as what it is: rowsmith {ref.kind} DATASET {name} --delete.")
        with self._db.write() as conn:
            self._without_edits(conn, ref, with_edits)
            if conn.execute(_DELETE, {"dataset": self.dataset.n, "name": name, "version": ref.version}).rowcount != 1:
                raise Conflict(f"{name!r} has moved meanwhile.", "Look at it again: rowsmith log DATASET.")
            self._note(conn, f"dataset.{ref.kind}_deleted", name, ref.version, author)
        return ref

    def roll_back(self, name: str, to: str, author: str, *, with_edits: bool = False) -> Ref:
        """Let a branch name an earlier version, as if what came later had not been; what it was, as a Ref.

        Raises:
            NotFound: there is no such branch.
            Conflict: it has moved meanwhile, or has uncommitted edits.
        """
        ref = self.get(name, "branch")
        with self._db.write() as conn:
            self._without_edits(conn, ref, with_edits)
            if not naming.move(conn, self.dataset.n, name, ref.version, to):
                raise Conflict(f"{name!r} has moved meanwhile.", "Look at it again: rowsmith log DATASET.")
            self._note(conn, "dataset.rolled_back", name, to, author, was=ref.version)
        return ref

    def _without_edits(self, conn: Connection, ref: Ref, discard: bool) -> None:
        where = {"dataset": self.dataset.n, "name": ref.name}
        count = conn.execute(_EDITS, where).scalar_one()
        if count and not discard:
            raise Conflict(f"Branch {ref.name!r} has {count} uncommitted edits.", "Commit them, or give --discard to lose them.")
        conn.execute(_FORGET, where)
        for statement in _FORGET_ACTS:
            conn.execute(statement, where)

    def _note(self, conn: Connection, kind: str, name: str, version: str, author: str, **more: str) -> None:
        told = {"dataset": self.dataset.name, "name": name, "version": version, "by": author, **more}
        events.note(conn, self._db.now(conn), self.dataset.project, kind, told)
