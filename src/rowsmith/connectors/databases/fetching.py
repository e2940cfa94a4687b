"""A table, a collection or the result of a query as one file of JSON Lines, and what a database holds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from hashlib import blake2b
from importlib import import_module
from pathlib import Path

from rowsmith.connectors.databases import fenced
from rowsmith.connectors.databases.address import FILES, Address, parsed
from rowsmith.connectors.databases.extract import Asked, Said, Session, extract
from rowsmith.connectors.databases.reaching import with_secret
from rowsmith.connectors.databases.tables import Table
from rowsmith.core.errors import Invalid, choose
from rowsmith.core.fetching import Fetched, Missed, Reach
from rowsmith.core.row import Json

_SERVERS = {"postgresql": "postgres", "mysql": "mysql"}
_EVERY = 100_000


def fetch(
    reach: Reach, to: Path, *, url: str, table: str | None = None, query: str | None = None, columns: Sequence[str] = (), where: str | None = None,
    filter: Mapping[str, Json] | None = None, limit: int | None = None, key: Sequence[str] = (), timeout_s: float = 300.0, batch: int = 2000,
    max_bytes: int = 8 << 30,
) -> Iterator[Fetched | Missed]:  # fmt: skip
    """The rows of a table or a query, streamed into one file of JSON Lines; what values become is said in values.py.

    Its facts: kind, host, database, table or query, columns [{name, type}], key, rows, fetched_at (ISO 8601), read_only (who holds the session
    to it: server, file, or statement), notes. No password is among them.

    Args:
        url: of PostgreSQL, MySQL or MariaDB, SQLite, DuckDB, MongoDB, or whatever SQLAlchemy knows: postgresql://user:password@host/database. A
            password that is missing is asked for as the secret DATABASE_PASSWORD of kind://host:port.
        table: its name, `schema.name` where that is needed; of MongoDB the collection.
        query: one SELECT in the database's own SQL, instead of a table.
        columns: those of the table that are wanted; default: all.
        where: a condition on the table's rows, in the database's own SQL.
        filter: a condition on a collection's documents, as `find` takes it, with types as in Extended JSON ({"$oid": "..."}).
        limit: rows at most.
        key: the columns that tell rows apart; default: the primary key. A table's rows come in their order (of DuckDB only where the key is
            given: it keeps rows in the order in which they were put in).
        timeout_s: how long the database may take for one statement.
        batch: rows that are held at a time, at most.
        max_bytes: more than that in all is an error.

    Raises:
        Invalid: the URL, query, condition or result makes no sense or is too large. NotFound: there is no such database, table or column.
        Unavailable: the server, its driver or the password is away, or takes too long. AddressRefused: it may not be connected to.
    """
    address = with_secret(reach, parsed(url))
    _require_one(address, table, query, columns, where, filter)
    if min(batch, 1 if limit is None else limit + 1, max_bytes) < 1 or timeout_s <= 0:
        raise Invalid("A limit is below 0, or a time, a batch or a size is none.", "Give numbers above 0.")
    asked = Asked(table, query, tuple(columns), where, limit, tuple(key), batch)
    said = _documents(reach, address, asked, filter, timeout_s) if address.kind == "mongodb" else _rows(reach, address, asked, timeout_s)
    database = Path(address.database).name if address.kind in FILES else address.database
    name = f"{database}/{table or f'query-{_hash(str(query))}'}.jsonl"
    path = to / f"{re.sub(r'[^A-Za-z0-9_-]', '_', table or 'query')[:60]}-{_hash(f'{address.origin} {name}')}.jsonl"
    facts: dict[str, Json] = {"kind": address.kind, "host": address.hosts[0][0] if address.hosts else "", "database": database}
    facts |= {"fetched_at": datetime.now(UTC).isoformat(timespec="seconds")}
    try:
        facts |= _written(said, path, max_bytes, reach, name)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    yield Fetched(name, path, facts)


def schema(reach: Reach, url: str, *, timeout_s: float = 60.0) -> list[Table]:
    """The tables, views and collections of a database with their columns; a collection's fields are those of some of its documents.

    Raises: as `fetch`.
    """
    address = with_secret(reach, parsed(url))
    if address.kind in FILES:
        return fenced.tables(address, timeout_s)
    if address.kind == "mongodb":
        mongo = import_module("rowsmith.connectors.databases.mongo")
        with mongo.opened(reach.allowed, address, timeout_s) as session:
            found: list[Table] = session.tables()
            return found
    with _server(reach, address, timeout_s) as session:
        return session.tables()


def _server(reach: Reach, address: Address, timeout_s: float) -> AbstractContextManager[Session]:
    """A session on a server that speaks SQL; its driver is loaded now."""
    module = import_module(f"rowsmith.connectors.databases.{_SERVERS.get(address.kind, 'others')}")
    session: AbstractContextManager[Session] = module.opened(reach.allowed, address, timeout_s)
    return session


def _rows(reach: Reach, address: Address, asked: Asked, timeout_s: float) -> Iterator[Said]:
    if address.kind in FILES:
        yield {"read_only": "file"}
        yield from fenced.extract(address, asked, timeout_s)
        return
    with _server(reach, address, timeout_s) as session:
        yield {"read_only": "server" if address.kind in _SERVERS else "statement"}
        yield from extract(session, asked)


def _documents(reach: Reach, address: Address, asked: Asked, filter: Mapping[str, Json] | None, timeout_s: float) -> Iterator[Said]:
    mongo = import_module("rowsmith.connectors.databases.mongo")
    with mongo.opened(reach.allowed, address, timeout_s) as session:
        yield {"read_only": "statement"}
        yield from session.extract(asked, filter or {})


def _require_one(
    address: Address, table: str | None, query: str | None, columns: Sequence[str], where: str | None, filter: Mapping[str, Json] | None
) -> None:
    """Hold what is asked for to make sense together."""
    mongo = address.kind == "mongodb"
    if (table is None) == (query is None):
        raise Invalid("Give either a table or a query.", "Name a table (of MongoDB a collection), or write one SELECT.")
    if query is not None and (columns or where is not None or mongo):
        raise Invalid("A query is of a database that speaks SQL, and has its columns and conditions within it.", "Leave the others out.")
    if (where is not None and mongo) or (filter and not mongo):
        wrong, right = ("where", "filter") if mongo else ("filter", "where")
        raise Invalid(f"{address.kind} knows no {wrong}.", choose(wrong, [right]))


def _written(said: Iterator[Said], path: Path, max_bytes: int, reach: Reach, name: str) -> dict[str, Json]:
    """Write the lines down; the facts."""
    facts: dict[str, Json] = {}
    rows = size = 0
    with path.open("wb", buffering=1 << 20) as file:
        for one in said:
            if isinstance(one, dict):
                facts |= one
                continue
            file.write(one)
            file.write(b"\n")
            rows, size = rows + 1, size + len(one) + 1
            if size > max_bytes:
                raise Invalid(f"{name} has more than max_bytes ({max_bytes:,}).", "Ask for less: fewer columns, a condition, or a limit.")
            if rows % _EVERY == 0:
                reach.note(f"{name}: {rows:,} rows")
    return {**facts, "rows": rows}


def _hash(text: str) -> str:
    return blake2b(text.encode(), digest_size=5).hexdigest()


