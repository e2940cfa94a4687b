"""What was fetched from outside and is kept: which files came of what was asked, so that nothing is fetched twice unasked."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import orjson
from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

from rowsmith.core.ids import as_written, canonical, digest
from rowsmith.store.database import Database
from rowsmith.store.schema_fetches import fetch as table


class Entry(NamedTuple):
    """A file that came: its name, the hash of its bytes, and what is known of it."""

    name: str
    hash: str
    facts: dict[str, Any]


class Gone(NamedTuple):
    """Something that did not come: its name, a code, and why."""

    name: str
    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class Fetch:
    """A fetch that came to its end. `asked` are the settings of the connector, `pattern` is the address; `fetched_at` in seconds since 1970."""

    project: str
    connector: str
    pattern: str
    asked: Mapping[str, Any]
    entries: Sequence[Entry] = ()
    missed: Sequence[Gone] = ()
    fetched_at: float = 0.0

    @property
    def key(self) -> bytes:
        """What names what was asked for: 16 bytes."""
        return digest(canonical([self.connector, self.pattern, self.asked]))


class Fetches:
    """The fetches of a home."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def get(self, asked: Fetch) -> Fetch | None:
        """What came of this when it was last fetched."""
        with self._db.read() as conn:
            row = conn.execute(select(table).where(table.c.project == asked.project, table.c.key == asked.key)).first()
        return _read(row) if row else None

    def put(self, done: Fetch) -> Fetch:
        """Keep it, in the place of an earlier one of the same."""
        made = replace(done, fetched_at=time.time())
        values = {
            "project": made.project, "key": made.key, "connector": made.connector, "pattern": made.pattern, "asked": as_written(made.asked),
            "entries": as_written(list(map(list, made.entries))), "missed": as_written(list(map(list, made.missed))), "fetched_at": made.fetched_at,
        }  # fmt: skip
        with self._db.write() as conn:
            insert = postgresql.insert if conn.dialect.name == "postgresql" else sqlite.insert
            conn.execute(insert(table).values(values).on_conflict_do_update(index_elements=["project", "key"], set_=values))
        return made

    def every(self, project: str | None = None) -> list[Fetch]:
        """Those of a project, or of the home, the newest first."""
        wanted = select(table).order_by(table.c.fetched_at.desc(), table.c.key)
        with self._db.read() as conn:
            return [_read(row) for row in conn.execute(wanted if project is None else wanted.where(table.c.project == project))]

    def remove(self, one: Fetch) -> None:
        """It was never fetched; one that is not there is fine."""
        with self._db.write() as conn:
            conn.execute(delete(table).where(table.c.project == one.project, table.c.key == one.key))

    def without(self, hashes: Collection[str]) -> None:
        """Take files out of every fetch that names them: they are gone."""
        for one in self.every():
            left = [entry for entry in one.entries if entry.hash not in hashes]
            if len(left) < len(one.entries):
                with self._db.write() as conn:
                    here = table.c.project == one.project, table.c.key == one.key
                    conn.execute(table.update().where(*here).values(entries=as_written(list(map(list, left)))))


def _read(row: Any) -> Fetch:
    entries = [Entry(*entry) for entry in orjson.loads(row.entries)]
    missed = [Gone(*one) for one in orjson.loads(row.missed)]
    return Fetch(row.project, row.connector, row.pattern, orjson.loads(row.asked), entries, missed, row.fetched_at)


class Unfinished:
    """A folder that outlives a fetch that was broken off: `state` is the connector's own; what has been taken into the home is listed."""

    def __init__(self, folder: Path) -> None:
        self.state, self.incoming = folder / "state", folder / "incoming"
        for made in (self.state, self.incoming):
            made.mkdir(exist_ok=True)
        self._list = folder / "came.jsonl"

    def entries(self) -> Iterator[Entry]:
        """The files that have come so far."""
        yield from (Entry(*said) for said in self._said() if isinstance(said[2], dict))

    def missed(self) -> Iterator[Gone]:
        """What did not come, so far."""
        yield from (Gone(*said) for said in self._said() if not isinstance(said[2], dict))

    def add(self, one: Entry | Gone) -> None:
        """One more has been taken in, or did not come."""
        with self._list.open("ab") as file:
            file.write(as_written(list(one)) + b"\n")

    def _said(self) -> Iterator[list[Any]]:
        """Every line; one that the end of its process cut off is none."""
        yield from map(orjson.loads, self._list.read_bytes().split(b"\n")[:-1] if self._list.exists() else ())
