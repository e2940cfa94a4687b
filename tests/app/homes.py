"""Homes on SQLite and PostgreSQL that can be copied: one is made with real runs, each test damages a copy of its own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lent import copied, lent, made_home
from running import Bench
from sqlalchemy import text

from rowsmith import Lab
from rowsmith.store.database import Database, open_database
from rowsmith.testing import postgres_server


@dataclass
class Place:
    """Where a home lies: `home` is what --home takes, `files` the folder of its files."""

    folder: Path
    database: str = ""
    environ: dict[str, str] = field(default_factory=dict)

    @property
    def home(self) -> str:
        return _server(self.database) if self.database else str(self.folder / "home")

    @property
    def files(self) -> Path:
        return self.folder / "home" / "files"

    @property
    def env(self) -> dict[str, str]:
        """What the command line needs in its environment."""
        return {**self.environ, "ROWSMITH_HOME": self.home, "ROWSMITH_FILES": str(self.files), "COLUMNS": "200"}

    def lab(self) -> Lab:
        home = self.home if self.database else made_home(Path(self.home))
        return Lab(home, files=self.files, environ=self.environ)

    @contextmanager
    def database_of(self) -> Iterator[Database]:
        """The database itself, beside the Lab."""
        db = open_database(self.home if self.database else f"sqlite:///{self.home}/rowsmith.db")
        try:
            yield db
        finally:
            db.close()

    def change(self, sql: str, **values: Any) -> int:
        """A statement of our own; how many rows it touched."""
        with self.database_of() as db, db.write() as conn:
            return conn.execute(text(sql), values).rowcount

    def query(self, sql: str, **values: Any) -> list[Any]:
        with self.database_of() as db, db.read() as conn:
            return [tuple(row) for row in conn.execute(text(sql), values)]


@contextmanager
def place(kind: str, folder: Path, copy_of: Place | None = None) -> Iterator[Place]:
    """A new home of this kind (on PostgreSQL its tables are there already), or the copy of another one that nobody has open."""
    folder.mkdir(parents=True, exist_ok=True)
    if copy_of is not None:
        shutil.copytree(copy_of.folder / "home", folder / "home")
    environ = dict(copy_of.environ) if copy_of else {}
    if kind == "sqlite":
        yield Place(folder, environ=environ)
    else:
        with copied(copy_of.database) if copy_of else lent() as url:
            yield Place(folder, url.rpartition("/")[2], environ)


class Workshop(Bench):
    """A Bench whose Lab lies at a place."""

    def __init__(self, where: Place, reply: Any = None, **script: Any) -> None:
        super().__init__(where.folder, reply, **script)
        self.where, self.environ = where, where.environ

    @property
    def lab(self) -> Lab:
        if self._lab is None:
            self._lab = self.where.lab()
        return self._lab


def _server(name: str) -> str:
    return f"{postgres_server().replace('+psycopg', '').rpartition('/')[0]}/{name}"
