"""Calls know the request they answer, so that they can be handed on; and are found by time.

Revision ID: 0030
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Integer, LargeBinary

revision = "0030"
down_revision = "0010"


def upgrade() -> None:
    """Add the columns and fill them from the ledger; what no run has used any more stays without."""
    op.add_column("call", Column("base", LargeBinary))
    op.add_column("call", Column("idx", Integer))
    op.create_index("ix_call_at", "call", ["at"])
    op.execute('UPDATE "call" SET base = s.base, idx = s.idx FROM (SELECT DISTINCT key, base, idx FROM spend) s WHERE s.key = "call".key')


def downgrade() -> None:
    """Take them away."""
    op.drop_index("ix_call_at", "call")
    op.drop_column("call", "idx")
    op.drop_column("call", "base")
