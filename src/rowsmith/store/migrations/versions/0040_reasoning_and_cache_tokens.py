"""What a call used is told in full: tokens of reasoning, and tokens written to the provider's cache."""

from __future__ import annotations

from alembic import op
from sqlalchemy import BigInteger, Column

revision = "0040"
down_revision = "0030"


def upgrade() -> None:
    """Add the columns; of the calls that are stored already it is not known."""
    op.add_column("call", Column("reasoning_out", BigInteger))
    op.add_column("call", Column("cache_write_in", BigInteger))


def downgrade() -> None:
    """Take them away."""
    op.drop_column("call", "cache_write_in")
    op.drop_column("call", "reasoning_out")
