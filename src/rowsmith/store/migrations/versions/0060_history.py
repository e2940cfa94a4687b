"""History: messages of refs, working sets, reviews, signatures, statistics, and holds against sweeping."""

from __future__ import annotations

from alembic import op
from sqlalchemy import BigInteger, Column, Float, Integer, LargeBinary, PrimaryKeyConstraint, String, Text

revision = "0060"
down_revision = "0050"

Number = BigInteger().with_variant(Integer, "sqlite")


def upgrade() -> None:
    """Create the tables and columns of history."""
    op.add_column("ref", Column("author", String(200), nullable=False, server_default=""))
    op.add_column("ref", Column("message", Text, nullable=False, server_default=""))
    op.add_column("ref", Column("created_at", Float))
    op.create_table(
        "edit",
        Column("dataset", Number, nullable=False),
        Column("branch", String(200), nullable=False),
        Column("id", LargeBinary, nullable=False),
        Column("base_data", LargeBinary),
        Column("base_meta", LargeBinary),
        Column("data", LargeBinary),
        Column("meta", LargeBinary),
        Column("hash", LargeBinary),
        Column("key", LargeBinary, nullable=False),
        Column("author", String(200), nullable=False),
        Column("at", Float, nullable=False),
        PrimaryKeyConstraint("dataset", "branch", "id", name="pk_edit"),
    )
    op.create_table(
        "review",
        Column("n", Number, nullable=False),
        Column("dataset", Number, nullable=False),
        Column("branch", String(200), nullable=False),
        Column("row", LargeBinary, nullable=False),
        Column("hash", LargeBinary, nullable=False),
        Column("verdict", String(20), nullable=False, server_default=""),
        Column("score", Float),
        Column("label", Text),
        Column("note", Text),
        Column("fields", LargeBinary),
        Column("author", String(200), nullable=False),
        Column("created_at", Float, nullable=False),
        PrimaryKeyConstraint("n", name="pk_review"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_review_dataset", "review", ["dataset", "row"])
    op.create_table(
        "signature",
        Column("version", String(32), nullable=False),
        Column("signer", LargeBinary, nullable=False),
        Column("signature", LargeBinary, nullable=False),
        Column("created_at", Float, nullable=False),
        PrimaryKeyConstraint("version", "signer", name="pk_signature"),
    )
    op.create_table(
        "statistics",
        Column("root", LargeBinary, nullable=False),
        Column("facts", LargeBinary, nullable=False),
        PrimaryKeyConstraint("root", name="pk_statistics"),
    )
    op.create_table(
        "hold",
        Column("id", String(32), nullable=False),
        Column("lease_until", Float, nullable=False),
        PrimaryKeyConstraint("id", name="pk_hold"),
    )


def downgrade() -> None:
    """Remove them. Uncommitted edits and reviews are lost."""
    for table in ("hold", "statistics", "signature"):
        op.drop_table(table)
    op.drop_index("ix_review_dataset", "review")
    op.drop_table("review")
    op.drop_table("edit")
    for column in ("created_at", "message", "author"):
        op.drop_column("ref", column)
