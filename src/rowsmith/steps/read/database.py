"""Rows of a foreign database."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Any
from urllib.parse import unquote

from pydantic import Field

from rowsmith.core.ids import canonical
from rowsmith.core.ports import Context, Input
from rowsmith.core.records import Fault, Record
from rowsmith.core.row import Bad, Json, New
from rowsmith.core.step import setting
from rowsmith.steps.licensed import Licensed

_PASSWORD = re.compile(r"(://[^/@:]*):([^/]*)@")


class ReadDatabase(Licensed):
    """Reads a table, a query or a collection of PostgreSQL, MySQL, MariaDB, SQLite, DuckDB, MongoDB, or whatever SQLAlchemy knows: a row for each
    of its rows. The session may only read.

    What comes is kept in the home as a file; a run reads that, and `--refresh` asks the database anew. The password does not stand in a recipe:
    it is the secret DATABASE_PASSWORD of kind://host:port (rowsmith keys add DATABASE_PASSWORD --url postgresql://host:5432). A host is a public one,
    or one that ROWSMITH_EGRESS_HOSTS lists.

    Origin: `source` {name, kind, host, database, table or query, fetched_at, hash, line, key}; a row's key is the table's primary key.
    """

    reaches = "databases"

    url: str = Field(description="Address of the database without the password: postgresql://user@host/name, sqlite:///file.db ...", min_length=8)
    table: str | None = Field(None, description="Table, or `schema.table`; of MongoDB the collection.", min_length=1)
    query: str | None = Field(None, description="One SELECT in the database's own SQL, in place of a table.", min_length=1)
    columns_: list[str] = Field([], alias="columns", description="Columns of the table that are read. Default: all.")
    where: str | None = Field(None, description="Condition on the table's rows, in the database's own SQL.", min_length=1)
    filter: dict[str, Any] = Field(
        {}, description='Condition on a collection\'s documents, as `find` takes it; types as in Extended JSON: {"$oid": ".."}.'
    )
    limit: Annotated[int, Field(ge=1)] | None = Field(None, description="Most rows.")
    key: list[str] = Field([], description="Columns whose values identify a row, so that edits to it keep its id. Default: the primary key.")
    timeout_s: Annotated[float, Field(gt=0)] = setting(300.0, "Seconds that the database may take for a statement.")
    batch: Annotated[int, Field(ge=1, le=100_000)] = setting(2000, "Rows that are asked for at a time.")
    max_bytes: Annotated[int, Field(ge=1)] = setting(8 << 30, "Most bytes of all rows together.")

    @property
    def address(self) -> str:
        """The database, and what of it."""
        return f"{without_password(self.url)[0]} {self.table or self.query or ''}".strip()

    def check(self) -> list[str]:
        """A password in the recipe; neither a table nor a query, or both."""
        problems = []
        if without_password(self.url)[1] is not None:
            fix = "Take it out, and enter it as a secret: rowsmith keys add DATABASE_PASSWORD --url KIND://HOST:PORT."
            problems.append(f"The password of the database stands in the recipe, where everybody reads it. {fix}")
        if (self.table is None) == (self.query is None):
            problems.append("Give either `table` or `query`. What there is: rowsmith read URL --schema.")
        return problems

    def asked(self) -> dict[str, Any]:
        """The connector's settings, as far as they are not the defaults."""
        own = {*type(self).model_fields} - {*Licensed.model_fields}
        said = self.model_dump(mode="json", include=own, exclude_defaults=True)
        return {name.rstrip("_"): value for name, value in said.items()}

    def columns(self, before: frozenset[str] | None) -> frozenset[str] | None:
        """Those that are asked for; of all of a table nothing is known before the run."""
        return frozenset(self.columns_) or None

    def read(self, ctx: Context) -> Iterator[New | Bad]:
        """Every row, as the database gave it.

        Raises:
            Invalid: the home's copy cannot be read.
        """
        for path in ctx.paths([self.address]):
            source = ctx.input(path)
            keys = [str(name) for name in self.key or _list(source.facts.get("key"))]
            for record in ctx.records(source):
                if isinstance(record, Fault) and source.facts.get("rows") == 0:
                    yield Bad("no_rows", "Nothing is in it. Correct the table, the condition or the query, if there should be rows.", record.where)
                elif isinstance(record, Fault):
                    yield Bad(record.reason, record.detail, record.where)
                else:
                    yield self._row(record, source, keys)

    def _row(self, record: Record, source: Input, keys: list[str]) -> New | Bad:
        facts = {name: value for name, value in source.facts.items() if name not in ("columns", "key", "notes", "rows", "read_only")}
        place: dict[str, Any] = self.licensed({"name": source.name, **facts, "hash": source.hash, "line": record.line})
        if lacking := [name for name in self.key if name not in record.data]:
            return Bad("no_key", f"The row has no {', '.join(map(repr, lacking))}, which `key` names.", record.where)
        values = [record.data.get(name) for name in keys]
        if not keys or None in values:
            return New(record.data, {"source": place})
        place["key"] = key = str(values[0]) if len(values) == 1 else canonical(values).decode()
        return New(record.data, {"source": place}, key=key)


def without_password(url: str) -> tuple[str, str | None]:
    """The address without the password that stands in it, and that; None where there is none."""
    found = _PASSWORD.search(url)
    return (url[: found.start()] + found[1] + "@" + url[found.end() :], unquote(found[2])) if found else (url, None)


def _list(said: Json) -> list[Json]:
    return said if isinstance(said, list) else []
