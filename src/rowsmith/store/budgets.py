"""Caps, and what is counted against them: one row for each scope, `run:12` or `project:name`. Money in picodollars."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, text

_OPEN = text("INSERT INTO budget (scope, usd, tokens) VALUES (:scope, 0, 0) ON CONFLICT DO NOTHING")
_LEFT = text("SELECT usd_cap - usd FROM budget WHERE scope IN :scopes AND usd_cap IS NOT NULL").bindparams(bindparam("scopes", expanding=True))
_CAP = text("UPDATE budget SET usd_cap = :usd, tokens_cap = :tokens WHERE scope = :scope")


def ensure(conn: Connection, scope: str) -> None:
    """The scope has a row to count in."""
    conn.execute(_OPEN, {"scope": scope})


def cap(conn: Connection, scope: str, usd: int | None, tokens: int | None) -> None:
    """Set the caps; None is no cap. What is spent stays."""
    ensure(conn, scope)
    conn.execute(_CAP, {"scope": scope, "usd": usd, "tokens": tokens})


def left(conn: Connection, scopes: Sequence[str]) -> int | None:
    """What may still be spent or reserved under every cap, in picodollars; None without one."""
    return min((int(row[0]) for row in conn.execute(_LEFT, {"scopes": list(scopes)})), default=None)
