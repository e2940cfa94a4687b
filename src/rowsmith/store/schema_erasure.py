"""The tables of forgotten sources and of what was erased with them. Part of the one schema: importing this adds them to it."""

from __future__ import annotations

from sqlalchemy import Column, Float, Index, LargeBinary, SmallInteger, String, Table, Text

from rowsmith.store.schema import Number, metadata

# A source that is to be forgotten, or was. state: begun, done, lifted. `plan`: what belongs to it, without a word of what it says;
# `counts`: what went.
forgotten = Table(
    "forgotten", metadata,
    Column("n", Number, primary_key=True, autoincrement=True),
    Column("project", String(100), nullable=False),
    Column("source", Text, nullable=False),
    Column("plan", LargeBinary, nullable=False),
    Column("counts", LargeBinary, nullable=False),
    Column("state", String(10), nullable=False),
    Column("author", String(200), nullable=False),
    Column("at", Float, nullable=False),
    Column("ended_at", Float),
    Column("returned", Number, nullable=False, server_default="0"),  # rows that were lifted and committed again
    sqlite_autoincrement=True,  # the number of a deleted one is never given again
)  # fmt: skip

# What a project does not take in again: a file by the hash of its bytes, a row that stands in a recipe by the hash of its data.
refused = Table(
    "refused", metadata,
    Column("project", String(100), primary_key=True),
    Column("hash", String(64), primary_key=True),
    Column("forgotten", Number, nullable=False),
)  # fmt: skip

# A row of a dataset that was erased: nobody is shown it in any version in which exactly this stands, until it was lifted and is committed again.
tombstone = Table(
    "tombstone", metadata,
    Column("dataset", Number, primary_key=True),
    Column("place", LargeBinary, primary_key=True),
    Column("data", LargeBinary, primary_key=True),
    Column("meta", LargeBinary, primary_key=True),
    Column("forgotten", Number, nullable=False),
    Column("lifted", SmallInteger, nullable=False, server_default="0"),  # 1: it may be committed again
    Index("ix_tombstone_place", "place"),
    sqlite_with_rowid=False,
)  # fmt: skip

# A stored answer that was erased.
erased_call = Table(
    "erased_call", metadata,
    Column("key", LargeBinary, primary_key=True),
    Column("forgotten", Number, nullable=False),
    sqlite_with_rowid=False,
)  # fmt: skip

_WITHOUT_TEXT = {
    "project", "process", "budget", "rate", "secret", "prompt", "run_prompt", "dataset", "version", "ref", "signature", "hold", "node",
    "named_prompt", "prompt_ref", "guide", "refused", "erased_call", "search_root", "search_state",
}  # fmt: skip


def texts() -> list[str]:
    """The tables that may hold what rows say."""
    return [table.name for table in metadata.sorted_tables if table.name not in _WITHOUT_TEXT]
