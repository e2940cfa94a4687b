"""Prompts that have a name, and their versions."""

from __future__ import annotations

from alembic import op
from sqlalchemy import BigInteger, Column, Float, Integer, LargeBinary, PrimaryKeyConstraint, String, Text, UniqueConstraint

revision = "0110"
down_revision = "0100"

Number = BigInteger().with_variant(Integer, "sqlite")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "named_prompt",
        Column("n", Number, nullable=False),
        Column("project", String(100), nullable=False),
        Column("name", String(200), nullable=False),
        Column("created_at", Float, nullable=False),
        PrimaryKeyConstraint("n", name="pk_named_prompt"),
        UniqueConstraint("project", "name", name="uq_named_prompt_project_name"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "prompt_version",
        Column("id", String(32), nullable=False),
        Column("prompt", Number, nullable=False),
        Column("parent", String(32)),
        Column("content", LargeBinary, nullable=False),
        Column("author", String(200), nullable=False),
        Column("message", Text, nullable=False),
        Column("created_at", Float, nullable=False),
        PrimaryKeyConstraint("id", name="pk_prompt_version"),
    )
    op.create_table(
        "prompt_ref",
        Column("prompt", Number, nullable=False),
        Column("name", String(200), nullable=False),
        Column("kind", String(10), nullable=False),
        Column("version", String(32), nullable=False),
        Column("author", String(200), nullable=False),
        Column("message", Text, nullable=False),
        Column("created_at", Float, nullable=False),
        Column("digest", LargeBinary, nullable=False),
        PrimaryKeyConstraint("prompt", "name", name="pk_prompt_ref"),
    )


def downgrade() -> None:
    """Remove them. Prompts that have a name are lost; what runs asked stays with them."""
    for table in ("prompt_ref", "prompt_version", "named_prompt"):
        op.drop_table(table)
