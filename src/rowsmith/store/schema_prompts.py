"""The tables of prompts that have a name. Part of the one schema: importing this adds them to it."""

from __future__ import annotations

from sqlalchemy import Column, Float, LargeBinary, String, Table, Text, UniqueConstraint

from rowsmith.store.schema import Number, metadata

named_prompt = Table(
    "named_prompt", metadata,
    Column("n", Number, primary_key=True, autoincrement=True),
    Column("project", String(100), nullable=False),
    Column("name", String(200), nullable=False),
    Column("created_at", Float, nullable=False),
    UniqueConstraint("project", "name"),
    sqlite_autoincrement=True,  # the number of a deleted one is never given again
)  # fmt: skip

# What a prompt said at one time (core.prompts, as written). `id` is the hash of all of it.
prompt_version = Table(
    "prompt_version", metadata,
    Column("id", String(32), primary_key=True),
    Column("prompt", Number, nullable=False),
    Column("parent", String(32)),  # of a fork's first version: the version of the prompt that it was made of
    Column("content", LargeBinary, nullable=False),
    Column("author", String(200), nullable=False),
    Column("message", Text, nullable=False),
    Column("created_at", Float, nullable=False),
)  # fmt: skip

prompt_ref = Table(
    "prompt_ref", metadata,
    Column("prompt", Number, primary_key=True),
    Column("name", String(200), primary_key=True),
    Column("kind", String(10), nullable=False),  # branch (main alone), tag or release
    Column("version", String(32), nullable=False),
    Column("author", String(200), nullable=False),
    Column("message", Text, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("digest", LargeBinary, nullable=False),  # of all of it (store.naming)
)  # fmt: skip
