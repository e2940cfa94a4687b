"""The table of receipts. Part of the one schema: importing this adds it to it."""

from __future__ import annotations

from sqlalchemy import Column, Float, Integer, LargeBinary, String, Table

from rowsmith.store.schema import metadata

# What a request that came with a key was answered (store.receipts); `status` null: it is being carried out.
receipt = Table(
    "receipt", metadata,
    Column("key", String(200), primary_key=True),
    Column("request", LargeBinary, nullable=False),  # hash
    Column("status", Integer),
    Column("kind", String(100)),
    Column("body", LargeBinary),
    Column("at", Float, nullable=False),
)  # fmt: skip
