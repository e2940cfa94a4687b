"""Backup and restore of a home: one file, taken while runs go on, that either database can be restored from.

A backup is one read transaction, so it equals a moment; blobs never change and are written before the database names them, so those
found afterwards contain all that the moment knows.
"""

from __future__ import annotations

import os
import re
import shutil
from base64 import b64decode, b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
from sqlalchemy import Connection, LargeBinary, Table, column, func, insert, inspect, select, table, text

from rowsmith.core.errors import Conflict, NotFound, Unavailable
from rowsmith.store import migrate
from rowsmith.store.archive import FORMAT, Reader, Writer
from rowsmith.store.database import Database
from rowsmith.store.faults import told
from rowsmith.store.files import Files, Readable, atomic_write
from rowsmith.store.migrations import HEAD
from rowsmith.store.schema import hold, metadata, process
from rowsmith.store.schema_search import search_root, search_state, search_text

_PART = 4 << 20  # bytes of one part of a table, before compression
_MEMBER = re.compile(r"tables/(\w+)/\d+\.jsonl")
_BESIDE = re.compile(r"home/(\w+\.yaml)")
_NUMBERED = text(
    "SELECT table_name, column_name, pg_get_serial_sequence(quote_ident(table_name), column_name) AS sequence "
    "FROM information_schema.columns WHERE table_schema = current_schema() AND column_default LIKE 'nextval(%'"
)
# A process of the old home lives on in no new one; the index of search is made again.
_TABLES = [item for item in metadata.sorted_tables if item not in (process, hold, search_text, search_root, search_state)]


@dataclass(frozen=True, slots=True)
class Backup:
    """What went into a backup, or came out of it: rows of all tables, files, and the moment it equals (seconds since 1970)."""

    rows: int
    files: int
    made_at: float


def backup(db: Database, files: Files, target: Path, beside: Sequence[Path] = ()) -> Backup:
    """Write the whole home into one file. Runs may go on meanwhile; memory stays small; the file appears only when it is whole. `beside` are
    small files of the home's folder.

    Raises:
        StorageFull: no space is left for it.
        Unavailable: a blob is damaged.
    """
    with atomic_write(target) as file, Writer(file) as archive:
        with db.read() as conn:
            made_at = db.now(conn)
            archive.add("header.json", orjson.dumps(_header(made_at)))
            rows = {str(item.name): _dump(conn, item, archive) for item in _TABLES}
        for path in beside:
            archive.add(f"home/{path.name}", path.read_bytes())
        count = sum(1 for name in files if _copied(archive, files, name))
        archive.finish({"rows": rows, "files": count})
    return Backup(sum(rows.values()), count, made_at)


def _header(made_at: float) -> dict[str, Any]:
    tables = {str(item.name): [[str(c.name), isinstance(c.type, LargeBinary)] for c in item.columns] for item in _TABLES}
    return {"format": FORMAT, "schema": HEAD, "rowsmith": version("rowsmith"), "made_at": made_at, "tables": tables}


def _dump(conn: Connection, item: Table, archive: Writer) -> int:
    coded = [isinstance(c.type, LargeBinary) for c in item.columns]
    rows, part, number = 0, bytearray(), 0
    for row in conn.execute(select(item), execution_options={"yield_per": 64}):
        values = [b64encode(value).decode() if code and value is not None else value for value, code in zip(row, coded, strict=True)]
        part += orjson.dumps(values, option=orjson.OPT_APPEND_NEWLINE)
        rows += 1
        if len(part) >= _PART:
            archive.add(f"tables/{item.name}/{number:06}.jsonl", bytes(part))
            part.clear()
            number += 1
    if part:
        archive.add(f"tables/{item.name}/{number:06}.jsonl", bytes(part))
    return rows


def _copied(archive: Writer, files: Files, name: str) -> bool:
    with files.open(name) as blob:
        if archive.stream(f"files/{name}", os.fstat(blob.fileno()).st_size, blob) != name:
            raise Unavailable(f"The file {name} in {files.root} is damaged.", "Run rowsmith verify, replace the file, and back up again.")
    return True


def restore(source: Path, home: Path, url: str | None = None) -> Backup:
    """Make a home from a backup: its files in `home`/files, its database in `home`/rowsmith.db or, when `url` is given, there.

    All or nothing: the folder appears when everything in it has been checked. A backup of an older schema is brought up to date.

    Raises:
        Conflict: the home or the database holds something already, or the backup was made by a newer Rowsmith.
        Invalid: the backup is damaged, cut short, or none.
        NotFound: there is no such file.
        StorageFull: no space is left.
    """
    if not source.is_file():
        raise NotFound(f"There is no backup {source}.", "Give the path of a file that rowsmith backup made; or of a dataset a VERSION, too.")
    home = home.absolute()
    if home.exists() and (not home.is_dir() or any(home.iterdir())):
        raise Conflict(f"{home} is not empty.", "Restore into a new folder, or move the old home away first.")
    made = home.with_name(f".{home.name}.{uuid4().hex[:12]}.restoring")
    try:
        with told(f"the home {home}", next(folder for folder in home.parents if folder.is_dir())):
            made.mkdir(parents=True)
            return _restored(Reader(source), made, home, url)
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _restored(reader: Reader, made: Path, home: Path, url: str | None) -> Backup:
    reader.verify()
    members = iter(reader)
    header = _read_header(reader, next(members, None))
    db = Database(url or f"sqlite:///{made}/rowsmith.db")
    try:
        _require_empty(db)
        migrate.upgrade(db, header["schema"])
        with _in_place(made, home) if url else nullcontext(), db.write() as conn:
            found = _load(conn, members, header, Files(made / "files"), reader, made)
            if url:
                os.rename(made, home)  # before the commit: the database must never name a file that is missing
        migrate.upgrade(db)
    finally:
        db.close()
    if not url:
        os.rename(made, home)
    return found


@contextmanager
def _in_place(made: Path, home: Path) -> Iterator[None]:
    """Take the folder back when the commit behind it fails."""
    try:
        yield
    except BaseException:
        if not made.exists():
            os.rename(home, made)
        raise


def _read_header(reader: Reader, first: tuple[str, Readable] | None) -> dict[str, Any]:
    if first is None or first[0] != "header.json":
        raise reader.damaged("it does not begin with a header")
    header: dict[str, Any] = orjson.loads(first[1].read())
    if header["format"] != FORMAT or header["schema"] not in migrate.known():
        raise Conflict(f"This backup was made by Rowsmith {header['rowsmith']}, which is newer than this one.", "Install that version.")
    return header


def _require_empty(db: Database) -> None:
    with db.read() as conn:
        there = set(inspect(conn).get_table_names()) & set(metadata.tables)
        for name in sorted(there):
            if conn.execute(select(text("1")).select_from(table(name)).limit(1)).scalar():
                raise Conflict(f"{db.place} holds data already (table {name}).", "Restore into an empty database.")


def _load(conn: Connection, members: Iterator[tuple[str, Readable]], header: dict[str, Any], files: Files, reader: Reader, home: Path) -> Backup:
    rows = dict.fromkeys(header["tables"], 0)
    count = 0
    for name, content in members:
        if found := _MEMBER.fullmatch(name):
            rows[found[1]] = rows.get(found[1], 0) + _insert(conn, found[1], header["tables"], content, reader)
        elif beside := _BESIDE.fullmatch(name):
            (home / beside[1]).write_bytes(content.read())
        elif name == f"files/{files.put(content)}":
            count += 1
        else:
            raise reader.damaged(f"{name} is not what its name says")
    if {"rows": rows, "files": count} != {key: reader.manifest.get(key) for key in ("rows", "files")}:
        raise reader.damaged("rows or files are missing")
    if conn.dialect.name == "postgresql":
        _continue_numbers(conn)
    return Backup(sum(rows.values()), count, header["made_at"])


def _insert(conn: Connection, name: str, tables: dict[str, Any], content: Readable, reader: Reader) -> int:
    if name not in tables:
        raise reader.damaged(f"it has a table {name} that its header does not know")
    columns = tables[name]
    rows = [_row(orjson.loads(line), columns, conn.dialect.name) for line in content.read().splitlines()]
    conn.execute(insert(table(name, *(column(item) for item, _ in columns))), rows)
    return len(rows)


def _row(values: list[Any], columns: list[tuple[str, bool]], dialect: str) -> dict[str, Any]:
    return {name: _value(value, coded, dialect) for value, (name, coded) in zip(values, columns, strict=True)}


def _value(value: Any, coded: bool, dialect: str) -> Any:
    """PostgreSQL has no form for the character NUL, which SQLite takes."""
    if coded and value is not None:
        return b64decode(value)
    return value.replace("\0", "\ufffd") if dialect == "postgresql" and isinstance(value, str) else value


def _continue_numbers(conn: Connection) -> None:
    """Let PostgreSQL's counters go on behind the numbers that came from the backup (SQLite does so by itself)."""
    for item in conn.execute(_NUMBERED).all():
        last = conn.execute(select(func.max(column(item.column_name))).select_from(table(item.table_name))).scalar()
        if last is not None:
            conn.execute(text("SELECT setval(:sequence, :last)"), {"sequence": item.sequence, "last": last})
