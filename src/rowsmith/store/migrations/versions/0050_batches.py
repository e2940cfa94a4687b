"""Batches: calls that are bought together, later, at a provider."""

from __future__ import annotations

from alembic import op
from sqlalchemy import BigInteger, Column, Float, Integer, LargeBinary, PrimaryKeyConstraint, SmallInteger, String, Text

revision = "0050"
down_revision = "0040"

Number = BigInteger().with_variant(Integer, "sqlite")


def upgrade() -> None:
    """Create the tables of batches."""
    op.create_table(
        "batch",
        Column("n", Number, nullable=False),
        Column("token", String(32), nullable=False),
        Column("run", Number, nullable=False),
        Column("profile", String(300), nullable=False),
        Column("model", LargeBinary, nullable=False),
        Column("state", String(20), nullable=False),
        Column("reason", String(40), nullable=False, server_default=""),
        Column("detail", Text, nullable=False, server_default=""),
        Column("request", String(20), nullable=False, server_default=""),
        Column("keeper", String(32)),
        Column("fence", Integer, nullable=False, server_default="0"),
        Column("input", String(64)),
        Column("output", String(64)),
        Column("remote_file", String(200)),
        Column("remote", String(200)),
        Column("strangers", Text, nullable=False, server_default=""),
        Column("requests", Integer, nullable=False, server_default="0"),
        Column("bytes", BigInteger, nullable=False, server_default="0"),
        Column("done", Integer, nullable=False, server_default="0"),
        Column("answered", Integer, nullable=False, server_default="0"),
        Column("returned", Integer, nullable=False, server_default="0"),
        Column("cost", BigInteger, nullable=False, server_default="0"),
        Column("tried_at", Float),
        Column("created_at", Float, nullable=False),
        Column("submitted_at", Float),
        Column("expires_at", Float),
        Column("polled_at", Float),
        Column("ended_at", Float),
        PrimaryKeyConstraint("n", name="pk_batch"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_batch_run", "batch", ["run"])
    op.create_table(
        "batch_item",
        Column("batch", Number, nullable=False),
        Column("key", LargeBinary, nullable=False),
        Column("ord", LargeBinary, nullable=False),
        Column("step", SmallInteger, nullable=False),
        Column("retry", SmallInteger, nullable=False),
        Column("seq", Integer, nullable=False),
        Column("attempt", SmallInteger, nullable=False),
        PrimaryKeyConstraint("batch", "key", name="pk_batch_item"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_batch_item_key", "batch_item", ["key"])


def downgrade() -> None:
    """Remove them. What is in a batch is free to be bought again."""
    op.execute("DELETE FROM \"call\" WHERE state = 0 AND owner LIKE 'batch:%'")
    op.drop_index("ix_batch_item_key", "batch_item")
    op.drop_table("batch_item")
    op.drop_index("ix_batch_run", "batch")
    op.drop_table("batch")
