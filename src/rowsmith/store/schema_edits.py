"""The tables of what people did to rows by hand, so that it can be undone. Part of the one schema: importing this adds them to it."""

from __future__ import annotations

from sqlalchemy import Column, Float, Index, LargeBinary, SmallInteger, String, Table

from rowsmith.store.schema import Number, metadata

# One act of a person on a branch: an edit, or one of many rows at once. `undone` 1: it was undone, and can be done again.
edit_act = Table(
    "edit_act", metadata,
    Column("n", Number, primary_key=True, autoincrement=True),
    Column("dataset", Number, nullable=False),
    Column("branch", String(200), nullable=False),
    Column("author", String(200), nullable=False),
    Column("kind", String(20), nullable=False),  # set, add, remove, discard
    Column("at", Float, nullable=False),
    Column("undone", SmallInteger, nullable=False, server_default="0"),
    Index(None, "dataset", "branch", "author", "n"),
    sqlite_autoincrement=True,  # what was undone later is never mistaken for what was undone first
)  # fmt: skip

# What it made of a row: what the row said before and after, data and meta as in `edit`. No data: there was none.
edit_act_row = Table(
    "edit_act_row", metadata,
    Column("act", Number, primary_key=True),
    Column("id", LargeBinary, primary_key=True),
    Column("was_data", LargeBinary),
    Column("was_meta", LargeBinary, nullable=False),
    Column("made_data", LargeBinary),
    Column("made_meta", LargeBinary, nullable=False),
    Column("key", LargeBinary, nullable=False),
)  # fmt: skip
