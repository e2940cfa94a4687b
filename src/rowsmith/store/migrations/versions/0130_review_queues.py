"""Queues of rows to be reviewed, and reviews that decide."""

from __future__ import annotations

from alembic import op
from sqlalchemy import BigInteger, Column, Float, Integer, LargeBinary, PrimaryKeyConstraint, SmallInteger, String

revision = "0130"
down_revision = "0120"

Number = BigInteger().with_variant(Integer, "sqlite")


def upgrade() -> None:
    """Create the tables, and the column of those that decide."""
    op.add_column("review", Column("decides", SmallInteger, nullable=False, server_default="0"))
    op.create_table(
        "review_queue",
        Column("n", Number, nullable=False),
        Column("dataset", Number, nullable=False),
        Column("branch", String(200), nullable=False),
        Column("kind", String(20), nullable=False),
        Column("settings", LargeBinary, nullable=False),
        Column("author", String(200), nullable=False),
        Column("created_at", Float, nullable=False),
        PrimaryKeyConstraint("n", name="pk_review_queue"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "review_task",
        Column("queue", Number, nullable=False),
        Column("reviewer", String(200), nullable=False),
        Column("place", Integer, nullable=False),
        Column("row", LargeBinary, nullable=False),
        Column("review", Number),
        Column("skipped", Integer, nullable=False, server_default="0"),
        PrimaryKeyConstraint("queue", "reviewer", "place", name="pk_review_task"),
    )


def downgrade() -> None:
    """Remove them. Queues are lost; reviews stay, and those that decided count as any other."""
    for table in ("review_task", "review_queue"):
        op.drop_table(table)
    op.drop_column("review", "decides")
