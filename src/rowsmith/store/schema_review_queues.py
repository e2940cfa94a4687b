"""The tables of queues of rows to be reviewed. Part of the one schema: importing this adds them to it."""

from __future__ import annotations

from sqlalchemy import Column, Float, Integer, LargeBinary, String, Table

from rowsmith.store.schema import Number, metadata

review_queue = Table(
    "review_queue", metadata,
    Column("n", Number, primary_key=True, autoincrement=True),
    Column("dataset", Number, nullable=False),
    Column("branch", String(200), nullable=False),
    Column("kind", String(20), nullable=False),  # disagreement, uncertain, audit, adjudicate, active
    Column("settings", LargeBinary, nullable=False),  # JSON: what it was made with
    Column("author", String(200), nullable=False),
    Column("created_at", Float, nullable=False),
    sqlite_autoincrement=True,  # the number of a deleted one is never given again
)  # fmt: skip

# A row that a reviewer is to look at. `review`: the one that he gave; `skipped`: how often he has put it off.
review_task = Table(
    "review_task", metadata,
    Column("queue", Number, primary_key=True),
    Column("reviewer", String(200), primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("row", LargeBinary, nullable=False),
    Column("review", Number),
    Column("skipped", Integer, nullable=False, server_default="0"),
)  # fmt: skip
