"""The table of what was fetched from outside. Part of the one schema: importing this adds it to it."""

from __future__ import annotations

from sqlalchemy import Column, Float, LargeBinary, String, Table, Text

from rowsmith.store.schema import metadata

# One fetch that came to its end. `key` names what was asked for; `asked` are the connector's settings, `entries` [[name, hash, facts], ...] of the
# files that came, `missed` [[name, reason, detail], ...] of what did not.
fetch = Table(
    "fetch", metadata,
    Column("project", String(100), primary_key=True),
    Column("key", LargeBinary, primary_key=True),
    Column("connector", String(100), nullable=False),
    Column("pattern", Text, nullable=False),
    Column("asked", LargeBinary, nullable=False),
    Column("entries", LargeBinary, nullable=False),
    Column("missed", LargeBinary, nullable=False),
    Column("fetched_at", Float, nullable=False),
)  # fmt: skip
