"""Receipts: what a request that came with a key of its own was answered, so that the same one sent again is answered and not carried out again."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text

from rowsmith.store.database import Database

KEPT_S = 24 * 3600.0
"""Seconds for which an answer is kept."""
LEFT_S = 600.0
"""Seconds after which a request that was never answered is taken for one whose server died."""

_OLD = text("DELETE FROM receipt WHERE at < :kept OR (status IS NULL AND at < :left)")
_CLAIM = text("INSERT INTO receipt (key, request, at) VALUES (:key, :request, :at) ON CONFLICT DO NOTHING")
_GET = text("SELECT request, status, kind, body FROM receipt WHERE key = :key")
_KEEP = text("UPDATE receipt SET status = :status, kind = :kind, body = :body WHERE key = :key")
_DROP = text("DELETE FROM receipt WHERE key = :key")


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was answered: `status` (None: nothing yet) and the `body` of the media type `kind`, to a `request` of this hash."""

    request: bytes
    status: int | None
    kind: str
    body: bytes


class Receipts:
    """Those of a home."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def claim(self, key: str, request: bytes) -> Receipt | None:
        """None: nobody has come with this key, and the caller is to carry its request out and then to `keep` or to `drop`."""
        with self._db.write() as conn:
            now = self._db.now(conn)
            conn.execute(_OLD, {"kept": now - KEPT_S, "left": now - LEFT_S})
            if conn.execute(_CLAIM, {"key": key, "request": request, "at": now}).rowcount:
                return None
            found = conn.execute(_GET, {"key": key}).one()
        return Receipt(bytes(found.request), found.status, found.kind or "", bytes(found.body or b""))

    def keep(self, key: str, status: int, kind: str, body: bytes) -> None:
        """This was answered."""
        with self._db.write() as conn:
            conn.execute(_KEEP, {"key": key, "status": status, "kind": kind, "body": body})

    def drop(self, key: str) -> None:
        """Nothing was answered that is worth keeping: the same request may be sent again."""
        with self._db.write() as conn:
            conn.execute(_DROP, {"key": key})
