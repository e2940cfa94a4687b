"""What requests with a key were answered."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Float, Integer, LargeBinary, PrimaryKeyConstraint, String

revision = "0160"
down_revision = "0150"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "receipt",
        Column("key", String(200), nullable=False),
        Column("request", LargeBinary, nullable=False),
        Column("status", Integer),
        Column("kind", String(100)),
        Column("body", LargeBinary),
        Column("at", Float, nullable=False),
        PrimaryKeyConstraint("key", name="pk_receipt"),
    )


def downgrade() -> None:
    """Drop it: a request that is sent again is carried out again."""
    op.drop_table("receipt")
