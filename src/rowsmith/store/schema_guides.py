"""The tables of guided talks. Part of the one schema: importing this adds them to it."""

from __future__ import annotations

from sqlalchemy import Column, Float, Integer, LargeBinary, String, Table, UniqueConstraint

from rowsmith.store.schema import Number, metadata

guide = Table(
    "guide", metadata,
    Column("n", Number, primary_key=True, autoincrement=True),
    Column("project", String(100), nullable=False),
    Column("name", String(200), nullable=False),
    Column("author", String(200), nullable=False),
    Column("created_at", Float, nullable=False),
    UniqueConstraint("project", "name"),
    sqlite_autoincrement=True,  # the number of a deleted one is never given again
)  # fmt: skip

# One turn: what was said or done, and everything as it stood afterwards. Never changed.
guide_turn = Table(
    "guide_turn", metadata,
    Column("guide", Number, primary_key=True),
    Column("n", Integer, primary_key=True),  # from 1
    Column("kind", String(20), nullable=False),
    Column("content", LargeBinary, nullable=False),  # JSON: {said, state}
    Column("author", String(200), nullable=False),
    Column("at", Float, nullable=False),
)  # fmt: skip
