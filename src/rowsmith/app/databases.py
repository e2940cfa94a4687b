"""What a foreign database holds: its tables, views and collections, before anything of them is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rowsmith.app.fetching import reach_of
from rowsmith.app.key_sources import KeySources
from rowsmith.connectors.databases import Table, parsed, schema
from rowsmith.connectors.databases.tables import found


@dataclass(frozen=True, slots=True)
class Schema:
    """A database, as it may be told (no password), and what it holds."""

    database: str
    tables: tuple[Table, ...]

    def dump(self) -> dict[str, Any]:
        """As plain data: `database`, and `tables` of {table, kind, rows, columns: [{name, type, nullable, key}]}. `table` is what is written to read
        it; `rows` is what the database believes, null where it does not know."""
        return {"database": self.database, "tables": [_told(table) for table in self.tables]}


def schema_of(url: str, environ: Mapping[str, str], *, table: str | None = None) -> Schema:
    """What a database holds, or what one table of it is. Nothing is kept, and the session may only read.

    Args:
        url: as connectors.databases.fetch takes it.

    Raises:
        Invalid: that is no URL of a database. NotFound: there is no such database or table. Unavailable, AddressRefused: it cannot be reached.
    """
    shown = parsed(url).shown
    tables = schema(reach_of(environ, Path(), KeySources(environ, "", None), lambda said: None), url)
    return Schema(shown, tuple(tables if table is None else [found(tables, table)]))


def _told(table: Table) -> dict[str, Any]:
    columns = [{name: getattr(one, name) for name in ("name", "type", "nullable", "key")} for one in table.columns]
    return {"table": table.known_as, "kind": table.kind, "rows": table.rows, "columns": columns}
