"""The first schema: projects, runs with their slots and rows, calls and their ledger, prompts, datasets with their versions, events."""

from __future__ import annotations

from alembic import op
from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
)

revision = "0001"
down_revision = None

Number = BigInteger().with_variant(Integer, "sqlite")
TABLES = (
    "project", "process", "run", "slot", "row", "call", "spend", "draw", "budget", "rate", "prompt", "run_prompt", "dataset", "version",
    "ref", "node", "block", "body", "event",
)


def upgrade() -> None:
    """Create every table."""
    op.create_table(
        "project",
        Column("name", String(100), nullable=False),
        Column("created_at", Float, nullable=False),
        PrimaryKeyConstraint("name", name="pk_project"),
    )
    op.create_table(
        "process",
        Column("id", String(32), nullable=False),
        Column("host", String(200), nullable=False),
        Column("boot", String(64), nullable=False),
        Column("pid", Integer, nullable=False),
        Column("started", String(64), nullable=False),
        Column("lease_until", Float, nullable=False),
        PrimaryKeyConstraint("id", name="pk_process"),
    )
    op.create_table(
        "run",
        Column("n", Number, nullable=False),
        Column("project", String(100), nullable=False),
        Column("recipe_name", String(200), nullable=False),
        Column("identity", String(32), nullable=False),
        Column("recipe", LargeBinary, nullable=False),
        Column("lock", LargeBinary, nullable=False),
        Column("options", LargeBinary, nullable=False),
        Column("state", String(20), nullable=False),
        Column("reason", Text, nullable=False, server_default=""),
        Column("request", String(20), nullable=False, server_default=""),
        Column("owner", String(32)),
        Column("fence", Integer, nullable=False, server_default="0"),
        Column("totals", LargeBinary, nullable=False),
        Column("dataset", String(200)),
        Column("version", String(32)),
        Column("created_at", Float, nullable=False),
        Column("started_at", Float),
        Column("ended_at", Float),
        Column("active_s", Float, nullable=False, server_default="0"),
        PrimaryKeyConstraint("n", name="pk_run"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_run_project_identity", "run", ["project", "identity"])
    op.create_table(
        "slot",
        Column("run", Number, nullable=False),
        Column("ord", LargeBinary, nullable=False),
        Column("id", LargeBinary, nullable=False),
        Column("made", SmallInteger, nullable=False),
        Column("step", SmallInteger, nullable=False),
        Column("state", SmallInteger, nullable=False),
        Column("attempt", SmallInteger, nullable=False, server_default="0"),
        Column("wave", SmallInteger, nullable=False, server_default="0"),
        Column("reason", Text),
        Column("detail", Text),
        PrimaryKeyConstraint("run", "ord", name="pk_slot"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "row",
        Column("run", Number, nullable=False),
        Column("stage", SmallInteger, nullable=False),
        Column("ord", LargeBinary, nullable=False),
        Column("id", LargeBinary, nullable=False),
        Column("wave", SmallInteger, nullable=False, server_default="0"),
        Column("data", LargeBinary, nullable=False),
        Column("meta", LargeBinary, nullable=False),
        PrimaryKeyConstraint("run", "stage", "ord", name="pk_row"),
    )
    op.create_table(
        "call",
        Column("key", LargeBinary, nullable=False),
        Column("state", SmallInteger, nullable=False),
        Column("owner", String(32)),
        Column("profile", String(300), nullable=False),
        Column("model", String(300), nullable=False),
        Column("raw", LargeBinary),
        Column("tokens_in", BigInteger),
        Column("tokens_out", BigInteger),
        Column("cached_in", BigInteger),
        Column("cost", BigInteger),
        Column("at", Float, nullable=False),
        PrimaryKeyConstraint("key", name="pk_call"),
    )
    op.create_table(
        "spend",
        Column("run", Number, nullable=False),
        Column("ord", LargeBinary, nullable=False),
        Column("step", SmallInteger, nullable=False),
        Column("retry", SmallInteger, nullable=False),
        Column("seq", Integer, nullable=False),
        Column("attempt", SmallInteger, nullable=False),
        Column("base", LargeBinary, nullable=False),
        Column("idx", Integer, nullable=False),
        Column("key", LargeBinary, nullable=False),
        Column("reserved", BigInteger, nullable=False),
        Column("reserved_tokens", BigInteger, nullable=False),
        Column("cost", BigInteger),
        Column("tokens_in", BigInteger),
        Column("tokens_out", BigInteger),
        Column("outcome", SmallInteger, nullable=False),
        Column("detail", Text),
        Column("at", Float, nullable=False),
        PrimaryKeyConstraint("run", "ord", "step", "retry", "seq", "attempt", name="pk_spend"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_spend_run_base", "spend", ["run", "base", "idx"])
    op.create_table(
        "draw",
        Column("run", Number, nullable=False),
        Column("ord", LargeBinary, nullable=False),
        Column("step", SmallInteger, nullable=False),
        Column("retry", SmallInteger, nullable=False),
        Column("seq", Integer, nullable=False),
        Column("key", LargeBinary, nullable=False),
        Column("reason", String(40), nullable=False),
        Column("detail", Text, nullable=False),
        PrimaryKeyConstraint("run", "ord", "step", "retry", "seq", name="pk_draw"),
    )
    op.create_table(
        "budget",
        Column("scope", String(120), nullable=False),
        Column("usd_cap", BigInteger),
        Column("tokens_cap", BigInteger),
        Column("usd", BigInteger, nullable=False),
        Column("tokens", BigInteger, nullable=False),
        PrimaryKeyConstraint("scope", name="pk_budget"),
    )
    op.create_table(
        "rate",
        Column("profile", String(300), nullable=False),
        Column("kind", String(10), nullable=False),
        Column("tat", Float, nullable=False),
        Column("day", Integer, nullable=False, server_default="0"),
        Column("used", BigInteger, nullable=False, server_default="0"),
        PrimaryKeyConstraint("profile", "kind", name="pk_rate"),
    )
    op.create_table(
        "prompt",
        Column("hash", LargeBinary, nullable=False),
        Column("text", Text, nullable=False),
        Column("variables", LargeBinary, nullable=False),
        Column("created_at", Float, nullable=False),
        PrimaryKeyConstraint("hash", name="pk_prompt"),
    )
    op.create_table(
        "run_prompt",
        Column("run", Number, nullable=False),
        Column("step", SmallInteger, nullable=False),
        Column("field", String(60), nullable=False),
        Column("prompt", LargeBinary, nullable=False),
        PrimaryKeyConstraint("run", "step", "field", name="pk_run_prompt"),
    )
    op.create_table(
        "dataset",
        Column("n", Number, nullable=False),
        Column("project", String(100), nullable=False),
        Column("name", String(200), nullable=False),
        Column("created_at", Float, nullable=False),
        PrimaryKeyConstraint("n", name="pk_dataset"),
        UniqueConstraint("project", "name", name="uq_dataset_project_name"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "version",
        Column("id", String(32), nullable=False),
        Column("dataset", Number, nullable=False),
        Column("parents", LargeBinary, nullable=False),
        Column("generation", Integer, nullable=False),
        Column("root", LargeBinary, nullable=False),
        Column("rows", BigInteger, nullable=False),
        Column("rolling", LargeBinary, nullable=False),
        Column("run", Number),
        Column("author", String(200), nullable=False),
        Column("message", Text, nullable=False),
        Column("created_at", Float, nullable=False),
        PrimaryKeyConstraint("id", name="pk_version"),
    )
    op.create_table(
        "ref",
        Column("dataset", Number, nullable=False),
        Column("name", String(200), nullable=False),
        Column("kind", String(10), nullable=False),
        Column("version", String(32), nullable=False),
        PrimaryKeyConstraint("dataset", "name", name="pk_ref"),
    )
    op.create_table(
        "node",
        Column("hash", LargeBinary, nullable=False),
        Column("body", LargeBinary, nullable=False),
        PrimaryKeyConstraint("hash", name="pk_node"),
    )
    op.create_table(
        "block",
        Column("n", Number, nullable=False),
        Column("body", LargeBinary, nullable=False),
        PrimaryKeyConstraint("n", name="pk_block"),
    )
    op.create_table(
        "body",
        Column("hash", LargeBinary, nullable=False),
        Column("block", Number, nullable=False),
        Column("pos", Integer, nullable=False),
        PrimaryKeyConstraint("hash", name="pk_body"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "event",
        Column("n", Number, nullable=False),
        Column("project", String(100), nullable=False),
        Column("run", Number),
        Column("kind", String(60), nullable=False),
        Column("data", LargeBinary, nullable=False),
        Column("at", Float, nullable=False),
        PrimaryKeyConstraint("n", name="pk_event"),
    )


def downgrade() -> None:
    """Drop every table; what they hold is lost."""
    for table in reversed(TABLES):
        op.drop_table(table)
