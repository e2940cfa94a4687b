"""Forgotten sources, and the tombstones of what came from them."""

from __future__ import annotations

from alembic import op
from sqlalchemy import BigInteger, Column, Float, Integer, LargeBinary, PrimaryKeyConstraint, SmallInteger, String, Text

revision = "0080"
down_revision = "0070"

Number = BigInteger().with_variant(Integer, "sqlite")


def upgrade() -> None:
    """Create the tables of what was forgotten."""
    op.create_table(
        "forgotten",
        Column("n", Number, nullable=False),
        Column("project", String(100), nullable=False),
        Column("source", Text, nullable=False),
        Column("plan", LargeBinary, nullable=False),
        Column("counts", LargeBinary, nullable=False),
        Column("state", String(10), nullable=False),
        Column("author", String(200), nullable=False),
        Column("at", Float, nullable=False),
        Column("ended_at", Float),
        Column("returned", Number, nullable=False, server_default="0"),
        PrimaryKeyConstraint("n", name="pk_forgotten"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "refused",
        Column("project", String(100), nullable=False),
        Column("hash", String(64), nullable=False),
        Column("forgotten", Number, nullable=False),
        PrimaryKeyConstraint("project", "hash", name="pk_refused"),
    )
    op.create_table(
        "tombstone",
        Column("dataset", Number, nullable=False),
        Column("place", LargeBinary, nullable=False),
        Column("data", LargeBinary, nullable=False),
        Column("meta", LargeBinary, nullable=False),
        Column("forgotten", Number, nullable=False),
        Column("lifted", SmallInteger, nullable=False, server_default="0"),
        PrimaryKeyConstraint("dataset", "place", "data", "meta", name="pk_tombstone"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_tombstone_place", "tombstone", ["place"])
    op.create_table(
        "erased_call",
        Column("key", LargeBinary, nullable=False),
        Column("forgotten", Number, nullable=False),
        PrimaryKeyConstraint("key", name="pk_erased_call"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Remove them. What was erased stays erased, and counts as missing from then on."""
    op.drop_table("erased_call")
    op.drop_index("ix_tombstone_place", "tombstone")
    for table in ("tombstone", "refused", "forgotten"):
        op.drop_table(table)
