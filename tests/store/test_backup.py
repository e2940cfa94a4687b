"""Backup and restore: a moment of a busy home, on either database from either, and nothing from a damaged file."""

from __future__ import annotations

import gzip
import os
import random
import threading
import tracemalloc
from io import BytesIO
from pathlib import Path

import orjson
import pytest
from sqlalchemy import insert, select, text

from rowsmith.core.errors import Conflict, Invalid, NotFound, Unavailable
from rowsmith.store.archive import Reader, Writer
from rowsmith.store.backup import backup, restore
from rowsmith.store.database import Database, open_database
from rowsmith.store.files import Files
from rowsmith.store.processes import register
from rowsmith.store.schema import block, call, event, metadata

ODD = ["", "tab\tnew\nline\r\u2028", "ümlaut 漢字 🎲", "quote\"'\\", "x" * 5000]


def fill(db: Database, rows: int = 300) -> None:
    """Rows with every kind of value, long bodies, and gaps in the numbers."""
    rng = random.Random(1)
    with db.write() as conn:
        projects_here = [{"name": f"p{n}", "created_at": 1.1e9 + n / 7} for n in range(5)]
        conn.execute(insert(metadata.tables["project"]), projects_here)
        conn.execute(insert(block), [{"body": rng.randbytes(rng.choice([0, 1, 300, 70_000]))} for _ in range(rows)])
        calls = {"state": 1, "profile": "p", "model": "m", "tokens_in": 2**53 + 1, "at": 1.0}
        conn.execute(insert(call), [{"key": rng.randbytes(16), "raw": rng.randbytes(50), "cost": None, **calls} for _ in range(rows)])
        conn.execute(insert(event), [{"project": "p", "run": None, "kind": ODD[n % 5][:60], "data": b"", "at": n / 3} for n in range(rows)])
        conn.execute(text("DELETE FROM block WHERE n % 3 = 0 AND n < 200"))


def content(db: Database) -> dict[str, list[tuple[object, ...]]]:
    with db.read() as conn:
        return {
            name: sorted(tuple(row) for row in conn.execute(select(item))) for name, item in metadata.tables.items() if name != "process"
        }


@pytest.fixture
def files(tmp_path: Path) -> Files:
    """A store with ten blobs."""
    store = Files(tmp_path / "home" / "files")
    for number in range(10):
        store.put(BytesIO(os.urandom(number * 40_000)))
    return store


def test_a_backup_restores_equal_on_both_databases(database: Database, files: Files, tmp_path: Path, other_url: str) -> None:
    fill(database)
    register(database)
    made = backup(database, files, tmp_path / "b.rowsmith")
    for home, url in (("new", None), ("newer", other_url)):
        back = restore(tmp_path / "b.rowsmith", tmp_path / home, url)
        assert back == made
        db = open_database(url or f"sqlite:///{tmp_path}/{home}/rowsmith.db")
        assert content(db) == content(database)
        copies = Files(tmp_path / home / "files")
        assert list(copies) == list(files)
        assert all(copies.verify(name) for name in copies)
        with db.write() as conn:
            assert conn.execute(text("SELECT count(*) FROM process")).scalar_one() == 0, "processes of the old home live on in no new one"
            last = conn.execute(text("SELECT max(n) FROM block")).scalar_one()
            assert conn.execute(insert(block).values(body=b"").returning(block.c.n)).scalar_one() == last + 1
        db.close()
    assert not list(tmp_path.glob(".*"))


def test_a_backup_of_a_backup_is_equal_in_every_byte_of_its_rows(database: Database, files: Files, tmp_path: Path) -> None:
    fill(database)
    backup(database, files, tmp_path / "one")
    restore(tmp_path / "one", tmp_path / "home2")
    db = open_database(f"sqlite:///{tmp_path}/home2/rowsmith.db")
    backup(db, Files(tmp_path / "home2" / "files"), tmp_path / "two")
    db.close()
    one, two = ({name: sorted(source.read().splitlines()) for name, source in Reader(tmp_path / which)} for which in ("one", "two"))
    del one["header.json"], two["header.json"]
    assert one == two


def test_backups_under_load_equal_a_moment(database: Database, files: Files, tmp_path: Path) -> None:
    """Each transaction adds a project and an event; the event names a blob that was kept before. A backup has as many of one as of the other."""
    ended = threading.Event()
    done = []

    def write() -> None:
        for number in range(100_000):
            if ended.is_set():
                return
            name = files.put(BytesIO(f"blob {number}".encode()))
            with database.write() as conn:
                conn.execute(text("INSERT INTO project (name, created_at) VALUES (:n, 0)"), {"n": f"p{number}"})
                conn.execute(insert(event).values(project=f"p{number}", kind=name[:60], data=name.encode(), at=0))
            done.append(number)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        marks = []
        for number in range(5):
            before = len(done)
            backup(database, files, tmp_path / f"b{number}")
            marks.append((before, len(done)))
    finally:
        ended.set()
        writer.join()
    for number, (before, after) in enumerate(marks):
        restore(tmp_path / f"b{number}", tmp_path / f"home{number}")
        db = open_database(f"sqlite:///{tmp_path}/home{number}/rowsmith.db")
        with db.read() as conn:
            names = {row.name for row in conn.execute(text("SELECT name FROM project"))}
            events = conn.execute(select(event.c.project, event.c.data)).all()
        assert before <= len(names) <= after + 1
        assert names == {f"p{n}" for n in range(len(names))}
        assert names == {row.project for row in events}
        assert all(Files(tmp_path / f"home{number}" / "files").verify(row.data.decode()) for row in events)
        db.close()
    assert len(done) > marks[0][0]


@pytest.fixture
def good(tmp_path: Path, files: Files) -> Path:
    """A whole backup of a small home."""
    db = open_database(f"sqlite:///{tmp_path}/home/rowsmith.db")
    fill(db, 20)
    backup(db, files, tmp_path / "good")
    db.close()
    return tmp_path / "good"


def test_a_damaged_backup_restores_nothing(good: Path, tmp_path: Path) -> None:
    rng = random.Random(7)
    body = good.read_bytes()
    bad = tmp_path / "bad"
    for number in range(60):
        at = rng.choice([place for place in range(10, len(body)) if place != len(body) - 9])  # the last bits before the checksum mean nothing
        damaged = body[:at] if number % 3 == 0 else body[:at] + bytes([body[at] ^ (1 << rng.randrange(8))]) + body[at + 1 :]
        bad.write_bytes(damaged)
        with pytest.raises((Invalid, Conflict)):
            restore(bad, tmp_path / "out")
        assert not (tmp_path / "out").exists()
    assert not list(tmp_path.glob(".*"))


def test_a_backup_that_lies_is_refused(good: Path, tmp_path: Path) -> None:
    """The checksum of the compression is right, the contents are not those of the manifest."""
    raw = bytearray(gzip.decompress(good.read_bytes()))
    at = raw.index(b'"p3"')
    raw[at : at + 4] = b'"q3"'
    (tmp_path / "bad").write_bytes(gzip.compress(bytes(raw)))
    with pytest.raises(Invalid, match="not those of its manifest"):
        restore(tmp_path / "bad", tmp_path / "out")
    (tmp_path / "bad").write_bytes(gzip.compress(b"just text" * 1000))
    with pytest.raises(Invalid, match="no backup"):
        restore(tmp_path / "bad", tmp_path / "out")
    (tmp_path / "bad").write_text("just text")
    with pytest.raises(Invalid, match="no backup"):
        restore(tmp_path / "bad", tmp_path / "out")


def test_a_damaged_backup_leaves_postgresql_empty(good: Path, tmp_path: Path, other_url: str) -> None:
    body = good.read_bytes()
    (tmp_path / "bad").write_bytes(body[:-5000])
    with pytest.raises(Invalid):
        restore(tmp_path / "bad", tmp_path / "out", other_url)
    assert not (tmp_path / "out").exists()
    restore(good, tmp_path / "out", other_url)
    with pytest.raises(Conflict, match="holds data"):
        restore(good, tmp_path / "out2", other_url)


def test_what_is_there_is_left_alone(good: Path, tmp_path: Path) -> None:
    before = (tmp_path / "home" / "rowsmith.db").read_bytes()
    with pytest.raises(Conflict, match="not empty"):
        restore(good, tmp_path / "home")
    assert (tmp_path / "home" / "rowsmith.db").read_bytes() == before
    with pytest.raises(NotFound, match="no backup"):
        restore(tmp_path / "nothing", tmp_path / "out")
    (tmp_path / "empty").mkdir()
    restore(good, tmp_path / "empty")
    assert (tmp_path / "empty" / "rowsmith.db").exists()


def test_a_backup_of_a_newer_rowsmith_is_refused(good: Path, tmp_path: Path) -> None:
    reader = Reader(good)
    with open(tmp_path / "newer", "wb") as file, Writer(file) as copy:
        for name, source in reader:
            body = source.read()
            copy.add(name, orjson.dumps({**orjson.loads(body), "schema": "ffff"}) if name == "header.json" else body)
        copy.finish({key: reader.manifest[key] for key in ("rows", "files")})
    with pytest.raises(Conflict, match="newer"):
        restore(tmp_path / "newer", tmp_path / "out")


def test_a_damaged_blob_ends_the_backup(database: Database, files: Files, tmp_path: Path) -> None:
    name = list(files)[3]
    os.chmod(files.path(name), 0o644)
    files.path(name).write_bytes(b"something else")
    with pytest.raises(Unavailable, match=name):
        backup(database, files, tmp_path / "b")
    assert not (tmp_path / "b").exists()


def test_memory_stays_small(tmp_path: Path) -> None:
    db = open_database(f"sqlite:///{tmp_path}/home/rowsmith.db")
    body = os.urandom(200_000)
    with db.write() as conn:
        conn.execute(insert(block), [{"body": number.to_bytes(4, "big") + body} for number in range(200)])
    files = Files(tmp_path / "files")
    files.put(BytesIO(body * 200))
    tracemalloc.start()
    backup(db, files, tmp_path / "b")
    restore(tmp_path / "b", tmp_path / "out")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    db.close()
    assert peak < 32 << 20, peak
