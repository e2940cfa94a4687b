"""How names of versions are written: each with a digest of all that it says, because nothing else vouches for it. A branch moves by
compare-and-swap."""

from __future__ import annotations

from sqlalchemy import Connection, text

from rowsmith.core.ids import canonical
from rowsmith.store.bodies import tagged

_MAKE = text(
    "INSERT INTO ref (dataset, name, kind, version, author, message, created_at, digest) "
    "VALUES (:dataset, :name, :kind, :version, :author, :message, :created_at, :digest) ON CONFLICT DO NOTHING"
)
_MOVE = text(
    "UPDATE ref SET version = :version WHERE dataset = :dataset AND name = :name AND kind = 'branch' AND version = :seen "
    "RETURNING author, message, created_at, digest"
)
_VOUCH = text("UPDATE ref SET digest = :digest WHERE dataset = :dataset AND name = :name")


def digest(dataset: int, name: str, kind: str, version: str, author: str, message: str, created_at: float | None) -> bytes:
    """16 bytes that vouch for what a ref says."""
    return tagged(b"rowsmith.ref", canonical([dataset, name, kind, version, author, message, created_at]))


def make(conn: Connection, dataset: int, name: str, kind: str, version: str, author: str, message: str, created_at: float) -> bool:
    """Give a version a name; False: the name is taken."""
    said = {"dataset": dataset, "name": name, "kind": kind, "version": version, "author": author, "message": message, "created_at": created_at}
    return conn.execute(_MAKE, {**said, "digest": digest(**said)}).rowcount == 1  # type: ignore[arg-type]


def move(conn: Connection, dataset: int, branch: str, seen: str, version: str) -> bool:
    """Let a branch name another version; False: it does not name `seen` any more. A ref that was damaged stays so, for `verify` to find."""
    ref = {"dataset": dataset, "name": branch}
    found = conn.execute(_MOVE, {**ref, "seen": seen, "version": version}).one_or_none()
    if found is None:
        return False
    *said, was = found
    if bytes(was or b"") == digest(dataset, branch, "branch", seen, *said):
        conn.execute(_VOUCH, {**ref, "digest": digest(dataset, branch, "branch", version, *said)})
    return True
