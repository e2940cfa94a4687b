"""Where Alembic meets our database: on a connection that `store.migrate` has opened, within its transaction."""

from __future__ import annotations

from alembic import context

from rowsmith.store.schema import metadata
from rowsmith.store.schema_search import compared

context.configure(
    connection=context.config.attributes["connection"], target_metadata=metadata, transactional_ddl=True, include_name=compared
)
with context.begin_transaction():
    context.run_migrations()
