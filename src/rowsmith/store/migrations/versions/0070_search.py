"""Full-text search: an index of the words of rows, FTS5's on SQLite, a tsvector's on PostgreSQL."""

from __future__ import annotations

from alembic import op
from sqlalchemy import BigInteger, Column, Integer, LargeBinary, PrimaryKeyConstraint, SmallInteger, String, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import TSVECTOR

revision = "0070"
down_revision = "0060"

Number = BigInteger().with_variant(Integer, "sqlite")


def upgrade() -> None:
    """Create the tables of the index; it is filled by the first search."""
    op.create_table(
        "search_text",
        Column("n", Number, nullable=False),
        Column("hash", LargeBinary, nullable=False),
        Column("exact", SmallInteger, nullable=False),
        Column("words", TSVECTOR().with_variant(Text(), "sqlite")),
        PrimaryKeyConstraint("n", name="pk_search_text"),
        UniqueConstraint("hash", name="uq_search_text_hash"),
    )
    op.create_index("ix_search_text_exact", "search_text", ["exact"], postgresql_where=text("exact > 0"), sqlite_where=text("exact > 0"))
    op.create_index("ix_search_text_words", "search_text", ["words"], postgresql_using="gin", sqlite_where=text("words IS NOT NULL"))
    if op.get_bind().dialect.name == "sqlite":
        op.execute("CREATE VIRTUAL TABLE search_words USING fts5(words, content='', tokenize='ascii', columnsize=0)")
    op.create_table(
        "search_root",
        Column("dataset", Number, nullable=False),
        Column("root", LargeBinary, nullable=False),
        PrimaryKeyConstraint("dataset", "root", name="pk_search_root"),
    )
    op.create_table(
        "search_state",
        Column("n", Integer, nullable=False),
        Column("epoch", BigInteger, nullable=False),
        Column("rule", String(40), nullable=False),
        PrimaryKeyConstraint("n", name="pk_search_state"),
    )


def downgrade() -> None:
    """Remove them; nothing is lost."""
    op.drop_table("search_state")
    op.drop_table("search_root")
    if op.get_bind().dialect.name == "sqlite":
        op.drop_table("search_words")
    op.drop_table("search_text")
