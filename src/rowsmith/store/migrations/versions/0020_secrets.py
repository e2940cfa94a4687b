"""Providers' keys, encrypted."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Float, LargeBinary, PrimaryKeyConstraint, String

revision = "0020"
down_revision = "0010"


def upgrade() -> None:
    """Create the table of stored keys."""
    op.create_table(
        "secret",
        Column("scope", String(120), nullable=False),
        Column("name", String(200), nullable=False),
        Column("address", String(300), nullable=False),
        Column("body", LargeBinary, nullable=False),
        Column("data_key", LargeBinary, nullable=False),
        Column("kek", String(16), nullable=False),
        Column("ends_with", String(4), nullable=False),
        Column("fingerprint", String(8), nullable=False),
        Column("author", String(200), nullable=False),
        Column("created_at", Float, nullable=False),
        PrimaryKeyConstraint("scope", "name", "address", name="pk_secret"),
    )


def downgrade() -> None:
    """Drop it; the keys have to be entered again."""
    op.drop_table("secret")
