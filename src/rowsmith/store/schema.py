"""Every table, in SQLAlchemy Core. The same on SQLite and PostgreSQL; JSON is kept as bytes (canonical UTF-8), money as picodollars.

Times are seconds since 1970 by the database's clock. Hashes and row ids are 16 raw bytes.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={"ix": "ix_%(table_name)s_%(column_0_N_name)s", "uq": "uq_%(table_name)s_%(column_0_N_name)s", "pk": "pk_%(table_name)s"}
)
Number = BigInteger().with_variant(Integer, "sqlite")

project = Table(
    "project", metadata,
    Column("name", String(100), primary_key=True),
    Column("created_at", Float, nullable=False),
)  # fmt: skip

# A process that carries out runs. `boot` and `started` tell a dead process from another one with the same pid.
process = Table(
    "process", metadata,
    Column("id", String(32), primary_key=True),
    Column("host", String(200), nullable=False),
    Column("boot", String(64), nullable=False),
    Column("pid", Integer, nullable=False),
    Column("started", String(64), nullable=False),
    Column("lease_until", Float, nullable=False),
)  # fmt: skip

# state: queued, running, paused, stopping, stopped, cancelled, finished, failed. `reason` says why it is not finished.
run = Table(
    "run", metadata,
    Column("n", Number, primary_key=True, autoincrement=True),
    Column("project", String(100), nullable=False),
    Column("recipe_name", String(200), nullable=False),
    Column("identity", String(32), nullable=False),  # recipe content, parameters, inputs, prompts (core.recipe, engine.plan)
    Column("recipe", LargeBinary, nullable=False),  # the recipe as plain data
    Column("lock", LargeBinary, nullable=False),  # inputs, prompts, versions of code and plug-ins
    Column("options", LargeBinary, nullable=False),  # target, limit, budgets, fresh, into, replace
    Column("state", String(20), nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
    Column("request", String(20), nullable=False, server_default=""),  # stop or cancel, asked for by another process
    Column("owner", String(32)),  # process.id that holds it
    Column("fence", Integer, nullable=False, server_default="0"),  # grows with each owner; every write is guarded by it
    Column("totals", LargeBinary, nullable=False),  # summed per commit: counts by state and reason, funnel, calls, tokens, cost
    Column("dataset", String(200)),
    Column("version", String(32)),
    Column("created_at", Float, nullable=False),
    Column("started_at", Float),
    Column("ended_at", Float),
    Column("active_s", Float, nullable=False, server_default="0"),
    Index("ix_run_project_identity", "project", "identity"),
    sqlite_autoincrement=True,  # the number of a deleted one is never given again
)  # fmt: skip

# A slot is one place for one row. state: see core.slots. `made` is the position of the step that opened it, `step` of the one where it is
# or ended.
slot = Table(
    "slot", metadata,
    Column("run", Number, primary_key=True),
    Column("ord", LargeBinary, primary_key=True),
    Column("id", LargeBinary, nullable=False),
    Column("made", SmallInteger, nullable=False),
    Column("step", SmallInteger, nullable=False),
    Column("state", SmallInteger, nullable=False),
    Column("attempt", SmallInteger, nullable=False, server_default="0"),
    Column("wave", SmallInteger, nullable=False, server_default="0"),
    Column("reason", Text),
    Column("detail", Text),
    sqlite_with_rowid=False,
)  # fmt: skip

# Rows of a run at a resting place: waiting at a set step (stage = its position), kept (255), or beyond the target (254).
row = Table(
    "row", metadata,
    Column("run", Number, primary_key=True),
    Column("stage", SmallInteger, primary_key=True),
    Column("ord", LargeBinary, primary_key=True),
    Column("id", LargeBinary, nullable=False),
    Column("wave", SmallInteger, nullable=False, server_default="0"),
    Column("data", LargeBinary, nullable=False),
    Column("meta", LargeBinary, nullable=False),  # {"scores":…, "origin":…}
)  # fmt: skip

# state: 0 claimed, 1 answered. An answer is stored raw before anything reads it.
call = Table(
    "call", metadata,
    Column("key", LargeBinary, primary_key=True),
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
    Column("base", LargeBinary),  # key = digest(base, idx): the request, and its number among identical ones
    Column("idx", Integer),
    Column("reasoning_out", BigInteger),
    Column("cache_write_in", BigInteger),
    Index("ix_call_at", "at"),
)  # fmt: skip

# The ledger: each use of a call by a run, and each attempt at buying it. outcome: 0 reserved, 1 settled, 2 reused, 3 maybe_billed, 4 released,
# 5 returned (by a batch, unanswered), 9 not there: asked offline; `detail` is the number of the run's carrying-out, and a rebuild finds
# nothing up to then, either. `at` of a settled one is when its request was sent (in a batch: handed in), so that `call.at` less it is what it took.
spend = Table(
    "spend", metadata,
    Column("run", Number, primary_key=True),
    Column("ord", LargeBinary, primary_key=True),  # of the row on whose behalf the call was made
    Column("step", SmallInteger, primary_key=True),
    Column("retry", SmallInteger, primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("attempt", SmallInteger, primary_key=True),
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
    Index("ix_spend_run_base", "run", "base", "idx"),
    sqlite_with_rowid=False,
)  # fmt: skip

# Calls that are bought together, later, at a provider. state: planned (requests are collected, `input` names them once they are complete),
# uploading, submitted, ended, fetched, rejected. `token` is what the provider's own record of it holds, to be found again.
batch = Table(
    "batch", metadata,
    Column("n", Number, primary_key=True, autoincrement=True),
    Column("token", String(32), nullable=False),
    Column("run", Number, nullable=False),
    Column("profile", String(300), nullable=False),
    Column("model", LargeBinary, nullable=False),  # the Model as plain data, so that any process can go on with it
    Column("state", String(20), nullable=False),
    Column("reason", String(40), nullable=False, server_default=""),  # how it ended: completed, expired, cancelled, failed ...
    Column("detail", Text, nullable=False, server_default=""),
    Column("request", String(20), nullable=False, server_default=""),  # cancel: it is to be cancelled at the provider
    Column("keeper", String(32)),  # process.id that looks after it
    Column("fence", Integer, nullable=False, server_default="0"),
    Column("input", String(64)),  # files: the requests, one a line
    Column("output", String(64)),  # files: the results as they came, until all are in `call`
    Column("remote_file", String(200)),
    Column("remote", String(200)),
    Column("strangers", Text, nullable=False, server_default=""),  # ids of batches that looked like it and are somebody else's
    Column("requests", Integer, nullable=False, server_default="0"),
    Column("bytes", BigInteger, nullable=False, server_default="0"),
    Column("done", Integer, nullable=False, server_default="0"),  # as the provider counts them
    Column("answered", Integer, nullable=False, server_default="0"),
    Column("returned", Integer, nullable=False, server_default="0"),
    Column("cost", BigInteger, nullable=False, server_default="0"),
    Column("tried_at", Float),  # when its creation was last tried: before that it cannot be there
    Column("created_at", Float, nullable=False),
    Column("submitted_at", Float),
    Column("expires_at", Float),
    Column("polled_at", Float),
    Column("ended_at", Float),
    Index("ix_batch_run", "run"),
    sqlite_autoincrement=True,  # the number of a deleted one is never given again
)  # fmt: skip

# What is in a batch: the call, and the place in the ledger that it is bought for.
batch_item = Table(
    "batch_item", metadata,
    Column("batch", Number, primary_key=True),
    Column("key", LargeBinary, primary_key=True),
    Column("ord", LargeBinary, nullable=False),
    Column("step", SmallInteger, nullable=False),
    Column("retry", SmallInteger, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("attempt", SmallInteger, nullable=False),
    Index("ix_batch_item_key", "key"),
    sqlite_with_rowid=False,
)  # fmt: skip

# Answers that were stored and could not be used.
draw = Table(
    "draw", metadata,
    Column("run", Number, primary_key=True),
    Column("ord", LargeBinary, primary_key=True),
    Column("step", SmallInteger, primary_key=True),
    Column("retry", SmallInteger, primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("key", LargeBinary, nullable=False),
    Column("reason", String(40), nullable=False),
    Column("detail", Text, nullable=False),
)  # fmt: skip

# scope: `run:N` or `project:NAME`. What is spent or reserved; the sum of the ledger's rows, kept beside it so that a claim is one update.
budget = Table(
    "budget", metadata,
    Column("scope", String(120), primary_key=True),
    Column("usd_cap", BigInteger),
    Column("tokens_cap", BigInteger),
    Column("usd", BigInteger, nullable=False),
    Column("tokens", BigInteger, nullable=False),
)  # fmt: skip

# Rate limits by the generic cell rate algorithm: `tat` is the theoretical arrival time of the next unit.
rate = Table(
    "rate", metadata,
    Column("profile", String(300), primary_key=True),
    Column("kind", String(10), primary_key=True),  # rpm, tpm, rpd, block
    Column("tat", Float, nullable=False),
    Column("day", Integer, nullable=False, server_default="0"),
    Column("used", BigInteger, nullable=False, server_default="0"),
)  # fmt: skip

# A provider's key, encrypted (store.secrets): `body` by a data key, `data_key` by the key-encrypting key that `kek` names and that lies
# elsewhere. scope: `home` or `project:NAME`. address: the only scheme://host[:port] that the key is sent to.
secret = Table(
    "secret", metadata,
    Column("scope", String(120), primary_key=True),
    Column("name", String(200), primary_key=True),
    Column("address", String(300), primary_key=True),
    Column("body", LargeBinary, nullable=False),
    Column("data_key", LargeBinary, nullable=False),
    Column("kek", String(16), nullable=False),
    Column("ends_with", String(4), nullable=False),
    Column("fingerprint", String(8), nullable=False),
    Column("author", String(200), nullable=False),
    Column("created_at", Float, nullable=False),
)  # fmt: skip

prompt = Table(
    "prompt", metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("text", Text, nullable=False),
    Column("variables", LargeBinary, nullable=False),
    Column("created_at", Float, nullable=False),
)  # fmt: skip

run_prompt = Table(
    "run_prompt", metadata,
    Column("run", Number, primary_key=True),
    Column("step", SmallInteger, primary_key=True),
    Column("field", String(60), primary_key=True),
    Column("prompt", LargeBinary, nullable=False),
)  # fmt: skip

dataset = Table(
    "dataset", metadata,
    Column("n", Number, primary_key=True, autoincrement=True),
    Column("project", String(100), nullable=False),
    Column("name", String(200), nullable=False),
    Column("created_at", Float, nullable=False),
    UniqueConstraint("project", "name"),
    sqlite_autoincrement=True,  # the number of a deleted one is never given again
)  # fmt: skip

# An immutable version. `root` names its content; `rows` and `rolling` are the outside check that verify compares.
version = Table(
    "version", metadata,
    Column("id", String(32), primary_key=True),
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
)  # fmt: skip

ref = Table(
    "ref", metadata,
    Column("dataset", Number, primary_key=True),
    Column("name", String(200), primary_key=True),
    Column("kind", String(10), nullable=False),  # branch, tag or release
    Column("version", String(32), nullable=False),
    Column("author", String(200), nullable=False, server_default=""),
    Column("message", Text, nullable=False, server_default=""),
    Column("created_at", Float),
    Column("digest", LargeBinary),  # of all of it (store.naming)
)  # fmt: skip

# The working set of a branch: rows as they are to be, not committed yet. `base_data` and `base_meta` name what the branch's head had when the
# row was first edited (NULL: no such row); `data` NULL: the row is removed.
edit = Table(
    "edit", metadata,
    Column("dataset", Number, primary_key=True),
    Column("branch", String(200), primary_key=True),
    Column("id", LargeBinary, primary_key=True),
    Column("base_data", LargeBinary),
    Column("base_meta", LargeBinary),
    Column("data", LargeBinary),
    Column("meta", LargeBinary),
    Column("hash", LargeBinary),  # of `data`: what an editor has to have seen
    Column("key", LargeBinary, nullable=False),  # its place in the version; of a new row, among the new ones
    Column("author", String(200), nullable=False),
    Column("at", Float, nullable=False),
)  # fmt: skip

# What someone thinks of a row, as it said at the time (`hash` of its data). `fields`: an edit that goes with it, {column: value}.
review = Table(
    "review", metadata,
    Column("n", Number, primary_key=True, autoincrement=True),
    Column("dataset", Number, nullable=False),
    Column("branch", String(200), nullable=False),
    Column("row", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("verdict", String(20), nullable=False, server_default=""),  # accept, reject or nothing
    Column("score", Float),
    Column("label", Text),
    Column("note", Text),
    Column("fields", LargeBinary),
    Column("author", String(200), nullable=False),
    Column("created_at", Float, nullable=False),
    Column("decides", SmallInteger, nullable=False, server_default="0"),  # 1: it counts alone where people differ
    Index("ix_review_dataset", "dataset", "row"),
    sqlite_autoincrement=True,  # the number of a deleted one is never given again
)  # fmt: skip

# Who answers for a version: an Ed25519 signature of its id, and the public key.
signature = Table(
    "signature", metadata,
    Column("version", String(32), primary_key=True),
    Column("signer", LargeBinary, primary_key=True),
    Column("signature", LargeBinary, nullable=False),
    Column("created_at", Float, nullable=False),
)  # fmt: skip

# What a version holds, counted once (store.statistics), by its root: it never changes.
statistics = Table(
    "statistics", metadata,
    Column("root", LargeBinary, primary_key=True),
    Column("facts", LargeBinary, nullable=False),
)  # fmt: skip

# What its columns hold (store.column_facts), likewise.
column_facts = Table(
    "column_facts", metadata,
    Column("root", LargeBinary, primary_key=True),
    Column("facts", LargeBinary, nullable=False),
)  # fmt: skip

# Who is about to publish a version whose parts are stored already: while one is here, nothing is swept.
hold = Table(
    "hold", metadata,
    Column("id", String(32), primary_key=True),
    Column("lease_until", Float, nullable=False),
)  # fmt: skip

# Content-addressed parts of versions: roots, pages and buckets.
node = Table(
    "node", metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("body", LargeBinary, nullable=False),
)  # fmt: skip

# Bodies (data or meta of a row), packed in compressed blocks of about 256 rows.
block = Table(
    "block", metadata,
    Column("n", Number, primary_key=True, autoincrement=True),
    Column("body", LargeBinary, nullable=False),
)  # fmt: skip

body = Table(
    "body", metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("block", Number, nullable=False),
    Column("pos", Integer, nullable=False),
    sqlite_with_rowid=False,
)  # fmt: skip

event = Table(
    "event", metadata,
    Column("n", Number, primary_key=True, autoincrement=True),
    Column("project", String(100), nullable=False),
    Column("run", Number),
    Column("kind", String(60), nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("at", Float, nullable=False),
)  # fmt: skip
