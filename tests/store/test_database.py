"""The database: transactions, its clock, and what it says when something is wrong."""

from __future__ import annotations

import socket
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import nullcontext
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from rowsmith.core.errors import Invalid, StorageBusy, StorageFull, Unavailable
from rowsmith.store import postgres
from rowsmith.store.database import Database, open_database
from rowsmith.store.sqlite import Turn, refuse_network, wal_safe

ADD = text("INSERT INTO project (name, created_at) VALUES (:name, 0)")
COUNT = text("SELECT count(*) FROM project")


def count(db: Database) -> int:
    with db.read() as conn:
        return conn.execute(COUNT).scalar_one()


def add(db: Database, *names: str) -> None:
    with db.write() as conn:
        for name in names:
            conn.execute(ADD, {"name": name})


def fail(db: Database) -> None:
    with db.write() as conn:
        conn.execute(ADD, {"name": "b"})
        1 / 0  # noqa: B018


def test_a_write_is_kept_and_a_failed_one_leaves_nothing(database: Database) -> None:
    with database.write() as conn:
        conn.execute(ADD, {"name": "a"})
    with pytest.raises(ZeroDivisionError):
        fail(database)
    with pytest.raises(IntegrityError):
        add(database, "c", "a")
    assert count(database) == 1


def test_a_read_stands_still_while_others_write(database: Database) -> None:
    with database.read() as conn:
        assert conn.execute(COUNT).scalar_one() == 0
        with database.write() as other:
            other.execute(ADD, {"name": "a"})
        assert conn.execute(COUNT).scalar_one() == 0
    assert count(database) == 1


def test_a_read_cannot_write(database: Database) -> None:
    with pytest.raises((DBAPIError, Unavailable)), database.read() as conn:
        conn.execute(ADD, {"name": "a"})
    assert count(database) == 0


def test_a_read_within_a_write_and_many_threads(database: Database) -> None:
    with database.write() as conn:
        conn.execute(ADD, {"name": "0"})
        assert count(database) == 0

    def work(thread: int) -> None:
        for number in range(20):
            with database.write() as conn:
                conn.execute(text("UPDATE project SET created_at = created_at + 1 WHERE name = '0'"))
                conn.execute(ADD, {"name": f"{thread}.{number}"})
            count(database)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert count(database) == 161
    with database.read() as conn:
        assert conn.execute(text("SELECT created_at FROM project WHERE name = '0'")).scalar_one() == 160


def test_the_clock_runs_in_seconds_with_microseconds(database: Database) -> None:
    with database.read() as conn:
        seen = [database.now(conn) for _ in range(20)]
    assert seen == sorted(seen)
    assert abs(seen[0] - time.time()) < 60
    assert any(round(moment * 1000) / 1000 != moment for moment in seen)


def test_it_opens_again_and_closes_twice(database_url: str) -> None:
    for names in ("a", "b"):
        db = open_database(database_url)
        with db.write() as conn:
            conn.execute(ADD, {"name": names})
        db.close()
        db.close()
    db = open_database(database_url)
    assert count(db) == 2
    assert db.problems() == []
    assert db.profile == {"sqlite": "wal+flock", "postgresql": "postgresql"}[db.dialect]
    db.close()


def test_the_settings_of_sqlite(tmp_path: Path) -> None:
    db = open_database(f"sqlite:///{tmp_path}/a/b/rowsmith.db")
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 10000, "mmap_size": 0}
    with db.write() as conn:
        assert {name: conn.exec_driver_sql(f"PRAGMA {name}").scalar() for name in wanted} == wanted
    with db.read() as conn:
        assert {name: conn.exec_driver_sql(f"PRAGMA {name}").scalar() for name in wanted} == wanted
    db.close()
    assert not (tmp_path / "a/b/rowsmith.db-wal").exists(), "the last close writes the WAL back"


def test_which_versions_of_sqlite_are_safe() -> None:
    safe = [(3, 44, 6), (3, 44, 9), (3, 50, 7), (3, 50, 9), (3, 51, 3), (3, 51, 4), (3, 52, 1), (3, 53, 0), (4, 0, 0)]
    unsafe = [(3, 7, 0), (3, 40, 1), (3, 44, 5), (3, 45, 0), (3, 46, 1), (3, 50, 6), (3, 51, 0), (3, 51, 2), (3, 52, 0)]
    assert all(wal_safe(version) for version in safe)
    assert not any(wal_safe(version) for version in unsafe)


def test_the_profile_can_be_forced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for profile, shown in (("plain", "wal"), ("flock", "wal+flock")):
        monkeypatch.setenv("ROWSMITH_SQLITE_PROFILE", profile)
        db = open_database(f"sqlite:///{tmp_path}/{profile}.db")
        assert db.profile == shown
        assert bool(db.problems()) == (profile == "plain" and not wal_safe(sqlite3.sqlite_version_info))
        assert (tmp_path / f"{profile}.db-lock").exists() == (profile == "flock")
        db.close()
    monkeypatch.setenv("ROWSMITH_SQLITE_PROFILE", "fast")
    with pytest.raises(Invalid, match="flock or plain"):
        open_database(f"sqlite:///{tmp_path}/x.db")


def test_network_file_systems_are_refused(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(
        "/dev/vda / ext4 rw 0 0\nnas:/home /mnt/nas nfs4 rw 0 0\n/dev/vdb /mnt/nas/local ext4 rw 0 0\n"
        "me@host:/ /mnt/my\\040disk fuse.sshfs rw 0 0\nhost /mnt/share 9p rw 0 0\n"
    )
    for path, kind in (("/mnt/nas/a.db", "nfs4"), ("/mnt/my disk/a.db", "fuse.sshfs"), ("/mnt/share/b/a.db", "9p")):
        with pytest.raises(Invalid, match=kind):
            refuse_network(Path(path), mounts)
    for path in ("/mnt/nas/local/a.db", "/mnt/nasty/a.db", "/home/a.db"):
        refuse_network(Path(path), mounts)


@pytest.mark.parametrize(
    ("url", "word"),
    [("sqlite://", "memory"), ("sqlite:///:memory:", "memory"), ("mysql://me:hush@host/x", "mysql"), ("home.db", "no address"), ("", "no address")],
)
def test_addresses_that_cannot_be_used(url: str, word: str) -> None:
    with pytest.raises(Invalid, match=word) as error:
        open_database(url)
    assert "hush" not in str(error.value)
    assert "postgresql://" in error.value.fix


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "rowsmith.db").write_bytes(b"a shopping list " * 400)
    with pytest.raises(Unavailable, match="damaged or is no database"):
        open_database(f"sqlite:///{tmp_path}/rowsmith.db")
    assert (tmp_path / "rowsmith.db").read_bytes() == b"a shopping list " * 400


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(Unavailable, match="cannot be opened"):
        open_database(f"sqlite:///{tmp_path}/file/rowsmith.db")


def test_a_database_held_by_another_program(tmp_path: Path) -> None:
    db = open_database(f"sqlite:///{tmp_path}/rowsmith.db")
    with db.write() as conn:
        conn.exec_driver_sql("PRAGMA busy_timeout=50")
    other = sqlite3.connect(tmp_path / "rowsmith.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageBusy, match="locked by another program"), db.write() as conn:
        conn.execute(ADD, {"name": "a"})
    other.rollback()
    other.close()
    with db.write() as conn:
        conn.execute(ADD, {"name": "a"})
    assert count(db) == 1
    db.close()


def test_a_writer_that_does_not_end_is_named(tmp_path: Path) -> None:
    holder, waiter = Turn(tmp_path / "x"), Turn(tmp_path / "x", busy_s=0.05)
    with holder.taken(), pytest.raises(StorageBusy, match=r"\(pid \d+\)"), waiter.taken():
        pass
    with waiter.taken():
        pass
    holder.close()
    waiter.close()


def test_an_unreachable_server_is_named_without_its_password() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(Unavailable, match=f"127.0.0.1:{port}") as error:
        open_database(f"postgresql://me:hush@127.0.0.1:{port}/x")
    assert "hush" not in str(error.value) + error.value.fix


def test_psycopg_missing_names_the_extra() -> None:
    code = "import sys; sys.modules['psycopg'] = None\nfrom rowsmith.store.database import Database\nDatabase('postgresql://h/x')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "pip install 'rowsmith[postgres]'" in done.stderr


@pytest.mark.postgres
def test_a_broken_connection_is_busy_and_the_next_write_works(other_url: str) -> None:
    db = open_database(other_url)
    kill = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")

    def cut_off() -> None:
        with db.write() as conn:
            conn.execute(ADD, {"name": "a"})
            with db.read() as other:
                other.execute(kill)
            conn.execute(ADD, {"name": "b"})

    with pytest.raises(StorageBusy, match="lost"):
        cut_off()
    with db.write() as conn:
        conn.execute(ADD, {"name": "c"})
        conn.execute(kill)
    assert count(db) == 1
    db.close()


@pytest.mark.postgres
@pytest.mark.parametrize("sleeper", ["rowsmith", "another program"])
def test_only_our_own_transactions_are_ended_when_they_sleep_amid_a_request(other_url: str, monkeypatch: pytest.MonkeyPatch, sleeper: str) -> None:
    """The server's own timeout does not see them: the request has begun."""
    monkeypatch.setattr(postgres, "SLEEP_S", 0.3)
    db = open_database(f"{other_url}?options=-c%20lock_timeout%3D1s")
    add(db, "a")
    asleep = psycopg.connect(other_url.replace("+psycopg", ""), application_name=sleeper)
    asleep.execute("UPDATE project SET created_at = 1")
    asleep.pgconn.enter_pipeline_mode()
    asleep.pgconn.send_query_params(b"SELECT 1", None)
    asleep.pgconn.flush()
    for free in (False, sleeper == "rowsmith"):
        with nullcontext() if free else pytest.raises(StorageBusy, match="a lock was not free"), db.write() as conn:
            conn.execute(text("UPDATE project SET created_at = 2"))
    asleep.close()
    db.close()


@pytest.mark.postgres
def test_the_settings_of_postgresql_can_be_overridden(other_url: str) -> None:
    for query, wanted in (("", ("1min", "rowsmith")), ("?options=-c%20statement_timeout%3D7s&application_name=mine", ("7s", "mine"))):
        db = open_database(other_url + query)
        with db.read() as conn:
            shown = tuple(conn.exec_driver_sql(f"SHOW {name}").scalar() for name in ("statement_timeout", "application_name"))
        assert shown == wanted
        db.close()


@pytest.mark.postgres
def test_a_server_that_forgets_commits_is_reported(other_url: str) -> None:
    db = open_database(other_url + "?options=-c%20synchronous_commit%3Doff")
    assert "synchronous_commit=off" in db.problems()[0]
    db.close()


@pytest.mark.postgres
def test_a_slow_statement_and_a_deadlock_can_be_tried_again(other_url: str) -> None:
    db = open_database(other_url + "?options=-c%20statement_timeout%3D50ms")
    with pytest.raises(StorageBusy, match="statement_timeout"), db.read() as conn:
        conn.exec_driver_sql("SELECT pg_sleep(5)")
    db.close()


@pytest.mark.parametrize(("action", "kept"), [("store.commit.before=kill:2", 0), ("store.commit.after=kill:2", 1)])
def test_killed_beside_the_commit(database_url: str, action: str, kept: int) -> None:
    open_database(database_url).close()
    code = (
        "import sys; from sqlalchemy import text; from rowsmith.store.database import open_database\n"
        "db = open_database(sys.argv[1])\n"
        "for name in 'ab':\n    with db.write() as conn: conn.execute(text(f\"INSERT INTO project (name, created_at) VALUES ('{name}', 0)\"))\n"
    )
    done = subprocess.run([sys.executable, "-c", code, database_url], env={"ROWSMITH_FAILPOINTS": action})
    assert done.returncode == -9
    db = open_database(database_url)
    assert count(db) == 1 + kept
    db.close()


def test_no_space_at_a_commit(database_url: str) -> None:
    open_database(database_url).close()
    code = (
        "import sys; from sqlalchemy import text; from rowsmith.store.database import open_database; from rowsmith.core.errors import StorageFull\n"
        "db = open_database(sys.argv[1])\n"
        "for name in 'ab':\n    try:\n"
        "        with db.write() as conn: conn.execute(text(f\"INSERT INTO project (name, created_at) VALUES ('{name}', 0)\"))\n"
        "    except StorageFull as error: print(error.fix)\ndb.close()\n"
    )
    env = {"ROWSMITH_FAILPOINTS": "store.commit.before=full"}
    done = subprocess.run([sys.executable, "-W", "error", "-c", code, database_url], env=env, capture_output=True, text=True)
    assert "resume" in done.stdout, done.stderr
    db = open_database(database_url)
    assert count(db) == 1
    db.close()


def test_storage_full_is_unavailable() -> None:
    assert issubclass(StorageFull, Unavailable)
    assert issubclass(StorageBusy, Unavailable)


def test_a_database_that_nobody_closed_is_collected_within_anothers_transaction(tmp_path: Path) -> None:
    """Two of one file in one process, as in a notebook whose first cell is run twice: nobody waits for himself."""
    import gc

    url = f"sqlite:///{tmp_path}/rowsmith.db"
    abandoned = open_database(url)
    with abandoned.read() as conn:
        conn.exec_driver_sql("SELECT count(*) FROM run")
    db = open_database(url)
    started = time.monotonic()
    with db.write() as conn:
        conn.execute(ADD, {"name": "a"})
        del abandoned
        gc.collect()
    assert time.monotonic() - started < 50  # who waits for himself gives up after 60
    with db.read() as conn:
        assert conn.exec_driver_sql("SELECT name FROM project").scalars().all() == ["a"]
    db.close()
