"""Stories of storage in trouble: a full disk, failing writes, a database whose connections break, a backup in the middle."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from proofs import Outcome, counted, rows_of, sound
from stage import Stage, server, stage

from rowsmith.testing import CommandLine, FaultProxy, failpoint_env, postgres_database, tmpfs

PLACES = 16


def disk_full(folder: Path, *, megabytes: int = 24, comes_back: bool = True, rows: int = 400) -> Outcome:
    """R04. The disk fills up under a run. It waits and goes on by itself when there is room again; where there is none in time it
    ends as paused, and the same command finishes later. Root only."""
    with tmpfs(folder / "small", megabytes) as small:
        home = Stage(small)
        home.folder = folder
        home.input = folder / "input.jsonl"
        with server(latency=0.05, log=folder / "calls.jsonl") as model:
            home.items(rows, lambda i: f"Item {i} says {'much ' * 400}")
            words, env = home.run(model, places=PLACES), {"ROWSMITH_STORAGE_WAIT_S": "30" if comes_back else "2"}
            with home.start(*words, env=env) as command:
                model.wait_for(40)
                ballast = _fill(small)
                _await(lambda: "waiting for space" in command.err, command)
                time.sleep(0.5)
                if comes_back:
                    ballast.unlink()
                    freed = time.monotonic()
                    assert command.wait(60) == 0, command.err
                    note = f"went on {time.monotonic() - freed:.1f} s after there was room"
                else:
                    assert command.wait(30) == 4, f"{command.process.poll()} {command.err[-3000:]}"
                    assert command.result["state"] == "paused" and "space" in command.result["reason"], command.result
                    kept, note = command.result["kept"], "paused"
                    ballast.unlink()
                    result = home.result(*words)
                    assert result["kept"] == rows and kept <= rows, result
            way = "space returns" if comes_back else "pause and resume"
            return counted(f"R04 disk full, {way}", home, model.calls, rows, runs=1, bound=PLACES, note=note)


def _fill(folder: Path) -> Path:
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12, 1):
            try:
                while True:
                    file.write(b"\0" * size)
            except OSError:
                continue
    return ballast


def _await(what: object, command: CommandLine, timeout_s: float = 30.0) -> None:
    end = time.monotonic() + timeout_s
    while not what():  # type: ignore[operator]
        assert command.process.poll() is None, f"it ended with {command.process.poll()}: {command.err[-3000:]}"
        assert time.monotonic() < end, command.err
        time.sleep(0.02)


def write_errors(folder: Path, kind: str, *, seed: int, times: int, rows: int = 60) -> Outcome:
    """R05. An error of the disk at a random durable boundary: the process ends with an error or goes on, and nothing that was
    acknowledged is lost."""
    chance = random.Random(seed)
    points = ["journal.before_commit", "journal.committed", "ledger.settle.before", "ledger.settle.after", "store.commit.before",
              "store.commit.after", "versions.blocks.after", "versions.nodes.after", "versions.ref.before", "versions.ref.after",
              "files.write.before_rename", "files.write.after_rename"]  # fmt: skip
    total = Outcome(f"R05 disk errors, {kind}")
    for turn in range(times):
        with stage(folder / str(turn), kind) as home, server(latency="0.01-0.05", seed=seed) as model:
            home.items(rows)
            words, name = home.run(model, places=8), chance.choice(points)
            nth = chance.randrange(1, 12 if name.startswith(("journal", "store", "ledger")) else 2)
            done = home.finish(*words, env=failpoint_env({name: f"raise:{nth}"}))
            assert done.returncode in (0, 1, 3), f"{name}:{nth} ended with {done.returncode}\n{done.stderr[-3000:]}"
            assert "Traceback" not in done.stderr, f"{name}:{nth}\n{done.stderr[-4000:]}"
            home.result(*words)
            total.add(counted("", home, model.calls, rows, runs=1, bound=8))
    return total


@contextmanager
def through_proxy(folder: Path) -> Iterator[tuple[Stage, FaultProxy]]:
    """A stage on PostgreSQL, reached through a fault proxy; checks go straight to the server."""
    with postgres_database() as url:
        parts = urlsplit(url.replace("+psycopg", ""))
        with FaultProxy(parts.hostname or "127.0.0.1", parts.port or 5432) as proxy:
            yield Stage(folder, url.replace(f"@{parts.netloc.rpartition('@')[2]}", f"@127.0.0.1:{proxy.port}")), proxy


def commit_unknown(folder: Path, *, seed: int, cuts: int, rows: int = 400) -> Outcome:
    """R09. The connection breaks after COMMIT was sent and before its answer, again and again: nothing twice, nothing lost."""
    chance, made = random.Random(seed), 0
    with through_proxy(folder) as (home, proxy), server(latency="0.02-0.1", seed=seed) as model:
        home.items(rows)
        with home.start(*home.run(model, places=PLACES)) as command:
            model.wait_for(1)
            while command.process.poll() is None and made < cuts:
                proxy.up.lose_answer_to = b"COMMIT"
                while proxy.up.lose_answer_to is not None and command.process.poll() is None:
                    time.sleep(0.002)
                made += proxy.up.lose_answer_to is None
                time.sleep(chance.uniform(0, 0.15))
            proxy.up.lose_answer_to = None
            assert command.wait(120) == 0, command.err
        return counted("R09 commit outcome unknown, postgresql", home, model.calls, rows, runs=made, bound=0)


def connections_dropped(folder: Path, *, seed: int, times: int, rows: int = 400) -> Outcome:
    """R06. Every connection is ended by the server, again and again (pg_terminate_backend)."""
    chance, made = random.Random(seed), 0
    with stage(folder, "postgresql") as home, server(latency="0.02-0.1", seed=seed) as model:
        home.items(rows)
        with home.start(*home.run(model, places=PLACES)) as command, psycopg.connect(home.home, autocommit=True) as admin:
            model.wait_for(1)
            while command.process.poll() is None and made < times:
                ended = admin.execute(
                    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
                ).fetchone()
                made += bool(ended and ended[0])
                time.sleep(chance.uniform(0.1, 0.5))
            if command.wait(120) != 0:  # a look at the database outside of the journal may be what the server ended: it says "try again"
                assert "try again" in command.err, command.err
                home.result(*home.run(model, places=PLACES))
        return counted("R06 connections ended, postgresql", home, model.calls, rows, runs=made, bound=0)


def server_away(folder: Path, *, rows: int = 200, away_s: float = 3.0) -> Outcome:
    """The database cannot be reached for some seconds: the run waits and goes on."""
    with through_proxy(folder) as (home, proxy), server(latency="0.02-0.1") as model:
        home.items(rows)
        with home.start(*home.run(model, places=PLACES)) as command:
            model.wait_for(20)
            proxy.refuse = True
            proxy.drop()
            time.sleep(away_s)
            proxy.refuse = False
            assert command.wait(120) == 0, command.err
        return counted("R08 database away for 3 s, postgresql", home, model.calls, rows, runs=1, bound=0)


def backup_under_way(folder: Path, kind: str, to: str, *, times: int = 2, rows: int = 300) -> Outcome:
    """R28. Backups of a home while a run writes; each, restored elsewhere (even to the other database), is sound and finishes the run."""
    with stage(folder / "one", kind) as home, server(latency="0.1-0.3") as model:
        home.items(rows)
        words, copies, busy = home.run(model, places=PLACES), [], 0
        with home.start(*words) as command:
            for turn in range(times):
                model.wait_for(min(rows, len(model.calls) + 30))
                busy += command.process.poll() is None
                copies.append(folder / f"copy{turn}")
                done = home.finish("backup", copies[-1])
                assert done.returncode == 0, done.stderr
            assert command.wait(60) == 0, command.err
        with home.database() as db:
            same = rows_of(db)
        assert busy, "no backup began while the run wrote"
        total = Outcome(f"R28 backup under way, {kind} to {to}", note=f"{busy} while the run wrote")
        for copy in copies:
            with stage(folder / f"home of {copy.name}", to) as other:
                other.input = home.input
                done = other.finish("restore", copy)
                assert done.returncode == 0, done.stderr
                other.prove(rebuild=False)
                result = other.result(*words)
                assert result["kept"] == rows, result
                with other.database() as db:
                    sound(db)
                    found = rows_of(db)
                missing = len({row["id"] for row in same} - {row["id"] for row in found})
                assert [row["order"] for row in found] == [row["order"] for row in same]
                total.add(Outcome("", 1, missing, len(found) - len({row["id"] for row in found})))
        return total


def many_writers(folder: Path, kind: str, *, processes: int = 4, rows: int = 100) -> Outcome:
    """R38. Several processes write into one home, each a run of its own input."""
    done: list[str] = []
    with stage(folder, kind) as home, server(latency="0.01-0.03") as model:

        def one(number: int) -> None:
            own = Stage(folder / f"part{number}")
            own.home, own.env = home.home, home.env
            own.items(rows, lambda i: f"Item {number * rows + i} says that it belongs to {number}.")
            result = own.finish(*own.run(model, "--into", f"part{number}"))
            done.append(result.stderr if result.returncode else "")

        threads = [threading.Thread(target=one, args=(number,)) for number in range(processes)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert done == [""] * processes, done
        with home.database() as db:
            sound(db)
            kept = [len(rows_of(db, f"part{number}")) for number in range(processes)]
        assert kept == [rows] * processes, kept
        return Outcome(f"R38 {processes} processes write, {kind}", processes, repeated=sum(model.calls.repeated().values()))
