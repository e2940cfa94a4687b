"""What the columns of versions hold."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, LargeBinary, PrimaryKeyConstraint

revision = "0150"
down_revision = "0140"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "column_facts",
        Column("root", LargeBinary, nullable=False),
        Column("facts", LargeBinary, nullable=False),
        PrimaryKeyConstraint("root", name="pk_column_facts"),
    )


def downgrade() -> None:
    """Drop it; they are counted again."""
    op.drop_table("column_facts")
