"""Guided talks and their turns."""

from __future__ import annotations

from alembic import op
from sqlalchemy import BigInteger, Column, Float, Integer, LargeBinary, PrimaryKeyConstraint, String, UniqueConstraint

revision = "0120"
down_revision = "0110"

Number = BigInteger().with_variant(Integer, "sqlite")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "guide",
        Column("n", Number, nullable=False),
        Column("project", String(100), nullable=False),
        Column("name", String(200), nullable=False),
        Column("author", String(200), nullable=False),
        Column("created_at", Float, nullable=False),
        PrimaryKeyConstraint("n", name="pk_guide"),
        UniqueConstraint("project", "name", name="uq_guide_project_name"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "guide_turn",
        Column("guide", Number, nullable=False),
        Column("n", Integer, nullable=False),
        Column("kind", String(20), nullable=False),
        Column("content", LargeBinary, nullable=False),
        Column("author", String(200), nullable=False),
        Column("at", Float, nullable=False),
        PrimaryKeyConstraint("guide", "n", name="pk_guide_turn"),
    )


def downgrade() -> None:
    """Remove them. Talks are lost; the datasets, prompts and recipes that came of them stay."""
    for table in ("guide_turn", "guide"):
        op.drop_table(table)
