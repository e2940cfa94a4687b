"""Stories of runs that are told to end, or only seem to: SIGTERM, stop and cancel from another process, SIGSTOP."""

from __future__ import annotations

import os
import random
import signal
import time
from pathlib import Path

from proofs import Outcome, counted, rows_of
from stage import Stage, server, stage

from rowsmith.store.postgres import SLEEP_S
from rowsmith.testing import CommandLine

PLACES = 16


def terminate(folder: Path, kind: str, *, seed: int, times: int, rows: int = 400) -> Outcome:
    """R25. SIGTERM under load: the run ends within the grace, and no call that ended within it is made again."""
    chance = random.Random(seed)
    with stage(folder, kind) as home, server(latency="0.05-0.2", seed=seed) as model:
        home.items(rows)
        words = home.run(model, "--grace", "5", places=PLACES)
        for _ in range(times):
            before = len(model.calls)
            with home.start(*words) as command:
                model.wait_for(before + chance.randrange(1, 60))
                time.sleep(chance.uniform(0, 0.1))
                asked = time.monotonic()
                command.terminate()
                code = command.wait(20)
                took = time.monotonic() - asked
                assert code in (0, 5), f"exit {code}\n{command.err}"
                assert took < 20, f"it took {took:.1f} s to end"
                assert command.result["state"] in ("stopped", "finished"), command.result
                if code == 0:
                    break
        home.result(*words)
        return counted(f"R25 SIGTERM under load, {kind}", home, model.calls, rows, runs=times, bound=0)


def terminate_with_slow_calls(folder: Path, kind: str) -> Outcome:
    """R25. Calls that outlast the grace are cut off, stay counted as maybe billed, and only they are made again."""
    rows = 40
    with stage(folder, kind) as home, server(latency=0.05, rules=[{"matches": "Item (7|23) says", "latency": 60, "times": 1}]) as model:
        home.items(rows)
        words = home.run(model, "--grace", "1", places=PLACES)
        with home.start(*words) as command:
            model.wait_for(rows)
            time.sleep(0.3)
            asked = time.monotonic()
            command.terminate()
            assert command.wait(20) == 5, command.err
            took, result = time.monotonic() - asked, command.result
        assert 0.9 <= took < 15, f"it took {took:.1f} s to end"
        assert result["maybe_billed"] == 2, result
        assert result["pending"] == 2, result
        home.result(*words)
        repeated = model.calls.repeated("key")
        assert set(repeated) <= {"7", "23"}, repeated
        return counted(f"R25 calls that outlast the grace, {kind}", home, model.calls, rows, runs=1, bound=2)


def terminate_twice(folder: Path, kind: str) -> Outcome:
    """R25. A second SIGTERM ends the process at once; the same command goes on."""
    rows = 60
    with stage(folder, kind) as home, server(latency=3) as model:
        home.items(rows)
        words = home.run(model, places=PLACES)
        with home.start(*words) as command:
            model.wait_for(PLACES)
            command.terminate()
            time.sleep(0.3)
            asked = time.monotonic()
            command.terminate()
            assert command.wait(60) == 128 + signal.SIGTERM
            assert time.monotonic() - asked < 25  # and not at the grace, 30 s
        model.change(latency=0.01)
        home.result(*words)
        return counted(f"R25 second SIGTERM, {kind}", home, model.calls, rows, runs=1, bound=PLACES)


def stop_from_outside(folder: Path, kind: str, *, seed: int, times: int, rows: int = 300, request: str = "stop") -> Outcome:
    """R24. `rowsmith stop` and `rowsmith cancel` from another process: no new call after the answer, resumable, nothing repeated."""
    chance = random.Random(seed)
    ended = {"stop": ("stopped", 5), "cancel": ("cancelled", 6)}[request]
    with stage(folder, kind) as home, server(latency="0.05-0.2", seed=seed) as model:
        home.items(rows)
        words = home.run(model, places=PLACES)
        for _ in range(times):
            before = len(model.calls)
            with home.start(*words) as command:
                model.wait_for(min(rows, before + chance.randrange(1, 40)))
                time.sleep(chance.uniform(0, 0.1))
                asked = time.monotonic()
                said = home.result(request, "r1", "--json", code=None)
                if said.get("error"):
                    assert command.wait(20) == 0, command.err
                    break
                seen = len(model.calls)
                code = command.wait(20)
                took = time.monotonic() - asked
                assert (command.result["state"], code) in (ended, ("finished", 0)), f"exit {code}: {command.result}"
                assert took < 30, f"it took {took:.1f} s"
                assert len(model.calls) == seen, "calls were made after the stop was confirmed"
                if request == "cancel" and code == 6:
                    assert command.result["pending"] == 0, command.result
                    assert command.result["cancelled"] + command.result["kept"] == command.result["requested"], command.result
                if code == 0:
                    break
        home.result(*words)
        return counted(f"R24 {request} from another process, {kind}", home, model.calls, rows, runs=times, bound=0)


def asleep(folder: Path, kind: str, *, seed: int, times: int, rows: int = 120) -> Outcome:
    """R13. A worker sleeps (SIGSTOP) for longer than its lease, and longer than a transaction may; another takes the run over and finishes it;
    the sleeper wakes up: nothing that it writes counts."""
    chance = random.Random(seed)
    total = Outcome(f"R13 asleep past the lease, {kind}")
    for turn in range(times):
        total.add(_one_sleeper(folder / f"turn{turn}", kind, chance, rows))
    return total


def _one_sleeper(folder: Path, kind: str, chance: random.Random, rows: int) -> Outcome:
    env = {"ROWSMITH_LEASE_S": "4"}  # long enough that a busy machine does not pass for a dead process
    with stage(folder, kind) as home, server(latency="0.05-0.15", seed=chance.randrange(1 << 30)) as model:
        home.items(rows)
        words = home.run(model, places=PLACES)
        with home.start(*words, env=env) as sleeper:
            model.wait_for(chance.randrange(1, rows // 2))
            _put_to_sleep(home, sleeper, chance)
            time.sleep(SLEEP_S + 1)  # on PostgreSQL it may hold locks
            other = home.result(*words, env=env, timeout_s=120)
            assert other["state"] == "finished", other
            with home.database() as db:
                before, versions = rows_of(db), _facts(home)
            os.kill(sleeper.pid, signal.SIGCONT)
            assert sleeper.wait(60) == 0, sleeper.err
            assert sleeper.result["state"] == "finished", sleeper.result
            with home.database() as db:
                assert rows_of(db) == before
            assert _facts(home) == versions, "the sleeper wrote something"
        return counted("", home, model.calls, rows, runs=1, bound=PLACES)


def _put_to_sleep(home: Stage, sleeper: CommandLine, chance: random.Random) -> None:
    """Stop it at a random moment at which it does not hold the lock of a SQLite home (with which it would stop everybody)."""
    lock = Path(home.home, "rowsmith.db-lock")
    while True:
        time.sleep(chance.uniform(0, 0.15))
        os.kill(sleeper.pid, signal.SIGSTOP)
        if "://" in home.home or not _locked(lock):
            return
        os.kill(sleeper.pid, signal.SIGCONT)


def _locked(path: Path) -> bool:
    inode = f":{path.stat().st_ino}"
    return any(line.split()[5].endswith(inode) for line in Path("/proc/locks").read_text().splitlines() if "FLOCK" in line and "->" not in line)


def _facts(home: Stage) -> list[tuple[object, ...]]:
    """Every slot, row, purchase and version, but for times."""
    queries = (
        "SELECT ord, id, state, step, attempt, reason FROM slot ORDER BY run, ord",
        "SELECT ord, stage, id, data FROM row ORDER BY run, stage, ord",
        "SELECT ord, step, retry, seq, attempt, key, outcome, cost FROM spend ORDER BY run, ord, step, retry, seq, attempt",
        "SELECT id, rows FROM version ORDER BY id",
        "SELECT n, state, fence, owner FROM run ORDER BY n",
    )
    with home.database() as db, db.read() as conn:
        return [tuple(bytes(v) if isinstance(v, memoryview) else v for v in row) for query in queries for row in conn.exec_driver_sql(query).all()]
