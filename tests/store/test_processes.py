"""Who lives: real child processes, killed, stopped and abandoned."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from rowsmith.store import processes
from rowsmith.store.database import Database

CHILD = """
import sys
from rowsmith.store.database import open_database
from rowsmith.store.processes import register
print(register(open_database(sys.argv[1])), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def child(database: Database) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Another process with its id."""
    with subprocess.Popen([sys.executable, "-c", CHILD, database.url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip(), process
        process.kill()


def await_state(pid: int, state: str) -> None:
    while Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != state:
        os.sched_yield()


def lives(db: Database, process: str, **more: float) -> bool:
    with db.read() as conn:
        return processes.alive(db, conn, process, **more)


def change(db: Database, process: str, setting: str) -> None:
    with db.write() as conn:
        conn.execute(text(f"UPDATE process SET {setting} WHERE id = :id"), {"id": process})


def test_a_process_dies_with_its_pid(database: Database, child: tuple[str, subprocess.Popen[str]]) -> None:
    name, process = child
    assert lives(database, name)
    process.send_signal(signal.SIGKILL)
    await_state(process.pid, "Z")  # dead, and not yet waited for
    assert not lives(database, name)
    process.wait()
    assert not lives(database, name)


def test_another_process_with_the_same_pid_is_another(database: Database, child: tuple[str, subprocess.Popen[str]]) -> None:
    change(database, child[0], "started = '1'")
    assert not lives(database, child[0])


def test_a_stopped_process_keeps_its_lease_to_the_end(database: Database, child: tuple[str, subprocess.Popen[str]]) -> None:
    name, process = child
    process.send_signal(signal.SIGSTOP)
    await_state(process.pid, "T")
    assert lives(database, name)
    change(database, name, "lease_until = lease_until - 61")
    assert not lives(database, name)
    process.send_signal(signal.SIGCONT)


@pytest.mark.parametrize("jump", [-86400, 86400])
def test_a_jump_of_the_clock_kills_nobody(database: Database, child: tuple[str, subprocess.Popen[str]], jump: int) -> None:
    name, _ = child
    change(database, name, f"lease_until = lease_until + {jump}")
    assert lives(database, name)
    assert not lives(database, name, patience_s=0)
    with database.write() as conn:
        assert processes.heartbeat(database, conn, name)
    assert lives(database, name, patience_s=0)


def test_a_process_elsewhere_dies_with_its_lease(database: Database) -> None:
    name = processes.register(database)
    change(database, name, "host = 'elsewhere', pid = 0")
    assert lives(database, name)
    change(database, name, "lease_until = lease_until - 61")
    assert not lives(database, name)


def test_heartbeat_and_an_orderly_end(database: Database) -> None:
    name = processes.register(database)
    with database.write() as conn:
        assert processes.heartbeat(database, conn, name)
        processes.forget(conn, name)
        assert not processes.heartbeat(database, conn, name)
    assert not lives(database, name)
    assert not lives(database, "nobody")


def test_entries_long_dead_are_swept(database: Database) -> None:
    old = processes.register(database)
    change(database, old, "lease_until = lease_until - 700000")
    processes.register(database)
    with database.read() as conn:
        assert conn.execute(text("SELECT count(*) FROM process")).scalar_one() == 1
