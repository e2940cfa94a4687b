"""The tables of full-text search. Part of the one schema: importing this adds them to it."""

from __future__ import annotations

from sqlalchemy import DDL, BigInteger, Column, Index, Integer, LargeBinary, SmallInteger, String, Table, Text, UniqueConstraint, event
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.schema import ExecutableDDLElement

from rowsmith.store.schema import Number, metadata

# Full-text search (store.search): data whose words are indexed, under its hash. Words lie in `words` on PostgreSQL, in the FTS5 table
# `search_words` (its rowid is n) on SQLite. exact: 0 a search is sure of it, 1 of its words but not of phrases, 2 it has to be looked at.
search_text = Table(
    "search_text", metadata,
    Column("n", Number, primary_key=True, autoincrement=True),
    Column("hash", LargeBinary, nullable=False),
    Column("exact", SmallInteger, nullable=False),
    Column("words", TSVECTOR().with_variant(Text(), "sqlite")),
    UniqueConstraint("hash"),
)  # fmt: skip
Index("ix_search_text_exact", search_text.c.exact, postgresql_where=search_text.c.exact > 0, sqlite_where=search_text.c.exact > 0)
Index("ix_search_text_words", search_text.c.words, postgresql_using="gin", sqlite_where=search_text.c.words.is_not(None))
_FTS: ExecutableDDLElement = DDL(  # type: ignore[no-untyped-call]
    "CREATE VIRTUAL TABLE search_words USING fts5(words, content='', tokenize='ascii', columnsize=0)"
).execute_if(dialect="sqlite")
event.listen(search_text, "after_create", _FTS)

# The roots of versions all of whose data is indexed.
search_root = Table(
    "search_root", metadata,
    Column("dataset", Number, primary_key=True),
    Column("root", LargeBinary, primary_key=True),
)  # fmt: skip

# One row. `epoch` grows when something is taken out of the index; `rule` is that by which words are cut (core.words).
search_state = Table(
    "search_state", metadata,
    Column("n", Integer, primary_key=True),
    Column("epoch", BigInteger, nullable=False),
    Column("rule", String(40), nullable=False),
)  # fmt: skip


def compared(name: str | None, kind: str, parents: object = None) -> bool:
    """Whether the schema answers for a table: those that FTS5 keeps for itself are its own affair."""
    return not (kind == "table" and name is not None and name.startswith("search_words"))
