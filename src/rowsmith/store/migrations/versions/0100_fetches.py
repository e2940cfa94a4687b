"""What was fetched from outside."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Float, LargeBinary, PrimaryKeyConstraint, String, Text

revision = "0100"
down_revision = "0090"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "fetch",
        Column("project", String(100), nullable=False),
        Column("key", LargeBinary, nullable=False),
        Column("connector", String(100), nullable=False),
        Column("pattern", Text, nullable=False),
        Column("asked", LargeBinary, nullable=False),
        Column("entries", LargeBinary, nullable=False),
        Column("missed", LargeBinary, nullable=False),
        Column("fetched_at", Float, nullable=False),
        PrimaryKeyConstraint("project", "key", name="pk_fetch"),
    )


def downgrade() -> None:
    """Remove it: what was fetched is fetched again when it is asked for."""
    op.drop_table("fetch")
