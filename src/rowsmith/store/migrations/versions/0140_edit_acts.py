"""What people did to rows by hand, so that it can be undone."""

from __future__ import annotations

from alembic import op
from sqlalchemy import BigInteger, Column, Float, Integer, LargeBinary, PrimaryKeyConstraint, SmallInteger, String

revision = "0140"
down_revision = "0130"

Number = BigInteger().with_variant(Integer, "sqlite")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "edit_act",
        Column("n", Number, nullable=False),
        Column("dataset", Number, nullable=False),
        Column("branch", String(200), nullable=False),
        Column("author", String(200), nullable=False),
        Column("kind", String(20), nullable=False),
        Column("at", Float, nullable=False),
        Column("undone", SmallInteger, nullable=False, server_default="0"),
        PrimaryKeyConstraint("n", name="pk_edit_act"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_edit_act_dataset_branch_author_n", "edit_act", ["dataset", "branch", "author", "n"])
    op.create_table(
        "edit_act_row",
        Column("act", Number, nullable=False),
        Column("id", LargeBinary, nullable=False),
        Column("was_data", LargeBinary),
        Column("was_meta", LargeBinary, nullable=False),
        Column("made_data", LargeBinary),
        Column("made_meta", LargeBinary, nullable=False),
        Column("key", LargeBinary, nullable=False),
        PrimaryKeyConstraint("act", "id", name="pk_edit_act_row"),
    )


def downgrade() -> None:
    """Remove them. Edits stay, and can be undone no more."""
    op.drop_table("edit_act_row")
    op.drop_index("ix_edit_act_dataset_branch_author_n", "edit_act")
    op.drop_table("edit_act")
