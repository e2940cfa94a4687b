"""Branches, tags and releases get a digest of what they say."""

from __future__ import annotations

from hashlib import blake2b

from alembic import op
from sqlalchemy import Column, LargeBinary, text

from rowsmith.core.ids import canonical

revision = "0090"
down_revision = "0080"

_SAID = text("SELECT dataset, name, kind, version, author, message, created_at FROM ref")
_VOUCH = text("UPDATE ref SET digest = :digest WHERE dataset = :dataset AND name = :name")


def upgrade() -> None:
    """Add the column; what is there is taken for what was written."""
    op.add_column("ref", Column("digest", LargeBinary))
    conn = op.get_bind()
    for ref in conn.execute(_SAID).all():
        said = blake2b(canonical(list(ref)), digest_size=16, person=b"rowsmith.ref").digest()
        conn.execute(_VOUCH, {"dataset": ref.dataset, "name": ref.name, "digest": said})


def downgrade() -> None:
    """Take it away."""
    op.drop_column("ref", "digest")
