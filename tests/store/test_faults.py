"""Several processes on one SQLite file, power cuts, a full disk and a failing one: what was acknowledged is there."""

from __future__ import annotations

import os
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import text

from rowsmith.core.errors import StorageFull
from rowsmith.store.backup import backup
from rowsmith.store.database import Database, open_database
from rowsmith.store.files import Files

POUNDING = Path(__file__).with_name("pounding.py")


def pound(url: str, name: str, seconds: float, **more: object) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, POUNDING, url, name, str(seconds)], stdout=subprocess.PIPE, text=True, **more)  # type: ignore[call-overload,no-any-return]


def counted(url: str) -> Database:
    db = open_database(url)
    with db.write() as conn:
        conn.execute(text("INSERT INTO budget (scope, usd, tokens) VALUES ('all', 0, 0)"))
    return db


def rows(db: Database) -> dict[str, set[int]]:
    """The numbers written, by process; the database is whole and its counter agrees."""
    found: dict[str, set[int]] = {}
    with db.read() as conn:
        for row in conn.execute(text("SELECT project, kind FROM event")):
            assert int(row.kind) not in found.setdefault(row.project, set())
            found[row.project].add(int(row.kind))
        assert conn.execute(text("SELECT usd FROM budget WHERE scope = 'all'")).scalar_one() == sum(map(len, found.values()))
        if db.dialect == "sqlite":
            assert conn.execute(text("PRAGMA integrity_check")).scalar_one() == "ok"
    return found


def read(output: str) -> tuple[set[int], list[float], list[str]]:
    """Acknowledged numbers, seconds each took, and errors. A line that the process died in counts for nothing."""
    whole = output[: output.rfind("\n") + 1]
    lines = [line.split(" ", 2) for line in whole.splitlines()]
    acknowledged = [(int(line[1]), float(line[2])) for line in lines if line[0] == "acknowledged"]
    return {number for number, _ in acknowledged}, [seconds for _, seconds in acknowledged], [line[1] for line in lines if line[0] == "error"]


def test_four_processes_write_at_once(database_url: str) -> None:
    """No error, nothing lost, nobody starves. On SQLite with the lock of the safe profile, checkpoints and closes among the writes."""
    db = counted(database_url)
    processes = [pound(database_url, str(number), 4) for number in range(4)]
    outputs = [read(process.communicate()[0]) for process in processes]
    assert rows(db) == {str(number): acknowledged for number, (acknowledged, _, _) in enumerate(outputs)}
    assert [errors for _, _, errors in outputs] == [[]] * 4
    for _, seconds, _ in outputs:
        assert sorted(seconds)[int(len(seconds) * 0.99)] < 1.0
    db.close()


def test_killed_at_random_moments(database_url: str) -> None:
    """Two processes write; one after the other is killed. Every acknowledged row is there, at most one each beyond."""
    rng = random.Random(3)
    db = counted(database_url)
    seen: dict[str, set[int]] = {}
    for number in range(8):
        process = pound(database_url, str(number), 60)
        assert process.stdout is not None
        first = "".join(process.stdout.readline() for _ in range(rng.randrange(1, 60)))
        process.send_signal(signal.SIGKILL)
        seen[str(number)] = read(first + process.communicate()[0])[0]
    found = rows(db)
    assert all(seen[name] <= found[name] and len(found[name] - seen[name]) <= 1 for name in seen)
    db.close()


def test_a_wal_cut_short_holds_whole_commits(tmp_path: Path) -> None:
    """A power cut may leave any beginning of the WAL, with zeros or rubbish behind it."""
    rng = random.Random(5)
    db = open_database(f"sqlite:///{tmp_path}/home/rowsmith.db")
    with db.write() as conn:
        conn.exec_driver_sql("PRAGMA wal_autocheckpoint=0")
    wal = tmp_path / "home" / "rowsmith.db-wal"
    sizes = []
    for number in range(60):
        with db.write() as conn:
            for part in range(3):
                values = {"n": f"{number}.{part}", "d": rng.randbytes(700)}
                conn.execute(text("INSERT INTO event (project, kind, data, at) VALUES ('p', :n, :d, 0)"), values)
        sizes.append(wal.stat().st_size)
    base, log = (tmp_path / "home" / "rowsmith.db").read_bytes(), wal.read_bytes()
    for number in range(40):
        home = tmp_path / f"cut{number}"
        home.mkdir()
        cut = rng.randrange(sizes[0], len(log) + 1)
        tail = [b"", bytes(rng.randrange(4096)), rng.randbytes(rng.randrange(4096))][number % 3]
        (home / "rowsmith.db").write_bytes(base)
        (home / "rowsmith.db-wal").write_bytes(log[:cut] + tail)
        copy = open_database(f"sqlite:///{home}/rowsmith.db")
        with copy.read() as conn:
            found = [row.kind for row in conn.execute(text("SELECT kind FROM event ORDER BY n"))]
            assert conn.execute(text("PRAGMA integrity_check")).scalar_one() == "ok"
        copy.close()
        assert found == [f"{commit}.{part}" for commit, size in enumerate(sizes) if size <= cut for part in range(3)]
        shutil.rmtree(home)
    db.close()


@pytest.fixture(params=[3, 8])
def small_disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """A disk of a few MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={request.param}m", "none", folder], capture_output=True, text=True)
    if mounted.returncode:
        pytest.skip(f"NOT TESTED ON A FULL DISK: mounting a tmpfs needs root ({mounted.stderr.strip()})")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def test_a_full_disk_loses_nothing_and_work_goes_on_after(small_disk: Path) -> None:
    url = f"sqlite:///{small_disk}/rowsmith.db"
    counted(url).close()
    filler = small_disk / "filler"
    filler.write_bytes(bytes(shutil.disk_usage(small_disk).free - (1 << 20)))
    process = pound(url, "a", 60)
    assert process.stdout is not None
    output = []
    while "error" not in (line := process.stdout.readline()):
        output.append(line)
    assert "StorageFull" in line
    output.append(line)
    reader = open_database(url)
    assert len(rows(reader)["a"]) >= len(output) - 1, "reading goes on"
    reader.close()
    filler.unlink()
    while "acknowledged" not in (line := process.stdout.readline()):
        output.append(line)
    output.append(line)
    process.kill()
    acknowledged, _, errors = read("".join(output) + process.communicate()[0])
    assert set(errors) == {"StorageFull"}
    db = open_database(url)
    found = rows(db)["a"]
    assert acknowledged <= found
    assert len(found - acknowledged) <= 1
    db.close()


def test_a_full_disk_keeps_files_and_backups_whole(small_disk: Path) -> None:
    db = open_database(f"sqlite:///{small_disk}/rowsmith.db")
    files = Files(small_disk / "files")
    kept = files.put(BytesIO(bytes(100_000)))
    with pytest.raises(StorageFull):
        files.put(BytesIO(os.urandom(9 << 20)))
    (small_disk / "filler").write_bytes(bytes(shutil.disk_usage(small_disk).free - 20_000))
    name = "b.rowsmith"
    files_elsewhere = Files(small_disk.parent / "files")
    files_elsewhere.put(BytesIO(os.urandom(1 << 20)))
    with pytest.raises(StorageFull):
        backup(db, files_elsewhere, small_disk / name)
    assert sorted(path.name for path in small_disk.iterdir() if not path.name.startswith("rowsmith.db")) == ["files", "filler"]
    assert list(files) == [kept]
    assert files.verify(kept)
    (small_disk / "filler").unlink()
    db.close()


def test_a_failing_write_is_reported(tmp_path: Path) -> None:
    """The kernel refuses to let any file grow beyond a limit: SQLite's writes fail in the middle."""
    url = f"sqlite:///{tmp_path}/rowsmith.db"
    db = counted(url)
    size = max(path.stat().st_size for path in tmp_path.iterdir())

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + 300_000, size + 300_000))

    process = pound(url, "a", 2, preexec_fn=limit)
    acknowledged, _, errors = read(process.communicate()[0])
    assert set(errors) == {"Unavailable"}
    assert rows(db)["a"] == acknowledged
    assert len(acknowledged) > 20
    db.close()


def test_the_lock_covers_the_first_open_and_the_last_close(tmp_path: Path) -> None:
    """While another process holds the turn to write, opening waits; so recovery and checkpoints never meet a commit."""
    url = f"sqlite:///{tmp_path}/rowsmith.db"
    code = f"from rowsmith.store.database import open_database; open_database({url!r}).close(); print('done')"
    db = open_database(url)
    with db.write():
        opening = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
        wait_until(lambda: waiting(tmp_path / "rowsmith.db-turn"))
        assert opening.poll() is None
    assert opening.communicate()[0] == "done\n"
    db.close()


def waiting(turn: Path) -> bool:
    """Somebody holds the place of the next in turn."""
    return f":{turn.stat().st_ino} " in Path("/proc/locks").read_text()


def wait_until(true: object) -> None:
    ends = time.monotonic() + 30
    while not true():  # type: ignore[operator]
        assert time.monotonic() < ends
        time.sleep(0.01)


def test_sqlite_alone_can_read_what_we_wrote(tmp_path: Path) -> None:
    db = counted(f"sqlite:///{tmp_path}/rowsmith.db")
    db.close()
    conn = sqlite3.connect(tmp_path / "rowsmith.db")
    assert conn.execute("SELECT scope FROM budget").fetchall() == [("all",)]
    conn.close()
