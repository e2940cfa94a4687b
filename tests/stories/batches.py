"""Stories of batches: whoever dies, whatever the provider does, each answer is bought once and none is lost."""

from __future__ import annotations

import re
import signal
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from proofs import Outcome, counted, rows_of, sound
from sqlalchemy import text
from stage import EVERYTHING, ITEM, ONE_CALL, Stage, pairs, passage, server, stage

from rowsmith.testing import ModelServer, failpoint_env, failpoint_names, visits

QUICK = {"ROWSMITH_BATCH_POLL_S": "0.1", "ROWSMITH_BATCH_SETTLE_S": "1"}
"""The same patience as ever, in less time."""
POINTS = [name for name in failpoint_names() if name.startswith("batch.")]
ROWS = 6


@dataclass
class Undisturbed:
    """What a run in batches gives that nobody disturbs, and how often it visits each failpoint of batches."""

    rows: list[dict[str, Any]]
    calls: Counter[str]
    visits: dict[str, int] = field(default_factory=dict)


def words(home: Stage, model: ModelServer, *options: str, recipe: Path = ONE_CALL) -> list[str | Path]:
    """One question for each row, or every kind of step (everything.yaml), in batches."""
    more = {"out": home.folder / "out.jsonl"} if recipe == EVERYTHING else {}
    return home.run(model, "--batch", *options, recipe=recipe, **more)


def undisturbed(folder: Path, kind: str, model: ModelServer, recipe: Path = ONE_CALL) -> Undisturbed:
    """Carry the recipe out once, in batches."""
    with stage(folder, kind) as home:
        home.items(ROWS, passage)
        trace, start = folder / "trace", len(model.calls)
        home.result(*words(home, model, recipe=recipe), env={**QUICK, "ROWSMITH_FAILPOINTS_TRACE": str(trace)})
        check_books(home)
        with home.database() as db:
            calls = Counter(call.body for call in model.calls.requests[start:] if call.billed)
            return Undisturbed(rows_of(db, recipe.stem), calls, dict(visits(trace)))


def kill_at(folder: Path, kind: str, model: ModelServer, same: Undisturbed, *points: tuple[str, int], recipe: Path = ONE_CALL) -> Outcome:
    """Kill at the nth visit of a failpoint, and what goes on after that at the next one; at last the same command ends with the same rows,
    and nothing was bought that was bought before. `runs` is 0 when the first failpoint was not visited so often."""
    told = " ".join(f"{name}:{nth}" for name, nth in points)
    with stage(folder, kind) as home:
        home.items(ROWS, passage)
        start, said = len(model.calls), words(home, model, recipe=recipe)
        for turn, (name, nth) in enumerate(points):
            done = home.finish(*said, env={**QUICK, **failpoint_env({name: f"kill:{nth}"})})
            assert done.returncode in (0, -signal.SIGKILL), f"{told} ended with {done.returncode}\n{done.stderr[-3000:]}"
            if done.returncode == 0:
                assert turn == 0, f"{told}: {name} was not visited"
                return Outcome(told)
        result = home.result(*said, env=QUICK)
        assert (result["state"], result["maybe_billed"]) == ("finished", 0), result
        check_books(home)
        bought = Counter(call.body for call in model.calls.requests[start:] if call.billed)
        with home.database() as db:
            sound(db)
            rows = rows_of(db, recipe.stem)
        assert rows == same.rows, f"{told}: not the rows of an undisturbed run"
        assert not same.calls - bought, f"{told}: not all that an undisturbed run buys"
        return Outcome(told, 1, 0, 0, (bought - same.calls).total(), 0)


def every_failpoint(folder: Path, kind: str, *, most: int = 10_000, only: str = "batch.", recipe: Path = EVERYTHING) -> Outcome:
    """Kill at each failpoint of batches: its 1st, 2nd, 3rd ... visit."""
    total = Outcome(f"kill -9 at every point of a batch, {kind}")
    with ModelServer(pairs, key=ITEM, batch_s=0.2) as model:
        same = undisturbed(folder / "undisturbed", kind, model, recipe)
        names = [name for name in sorted(same.visits) if name.startswith(only)]
        for name in names:
            for nth in range(1, min(most, same.visits[name]) + 1):
                total.add(kill_at(folder / f"{name}-{nth}", kind, model, same, (name, nth), recipe=recipe))
    total.note = f"{len(names)} failpoints"
    return total


def check_books(home: Stage) -> None:
    """Every proof that a home can give; and no batch holds a key any more."""
    home.prove()
    with home.database() as db, db.read() as conn:
        assert conn.execute(text('SELECT count(*) FROM "call" WHERE state = 0')).scalar_one() == 0
        assert conn.execute(text("SELECT count(*) FROM batch WHERE state NOT IN ('fetched', 'rejected')")).scalar_one() == 0
        assert conn.execute(text("SELECT count(*) FROM spend WHERE outcome = 0")).scalar_one() == 0


def the_same_twice(folder: Path, kind: str, *, new: bool = False) -> Outcome:
    """The same command in two processes at once, in batches: each answer is bought once."""
    with stage(folder, kind) as home, ModelServer(key=ITEM, batch_s=0.5) as model, ExitStack() as stack:
        home.items(ROWS)
        said = words(home, model, *(["--new"] if new else []))
        commands = [stack.enter_context(home.start(*said, env=QUICK)) for _ in range(2)]
        for command in commands:
            assert command.wait(100) == 0, command.err
        assert {command.result["kept"] for command in commands} == {ROWS}
        assert sum(command.result["calls"] for command in commands) == ROWS * (1 if new else 2)
        check_books(home)
        return counted(f"two processes, {kind}", home, model.calls, ROWS, runs=2, bound=0)


def many(folder: Path, kind: str, *, rows: int, size: int) -> Outcome:
    """So many questions in batches of `size`: each is bought once, and the memory that it takes does not grow with their number."""
    with stage(folder, kind) as home, server(batch_s=0.5) as model:
        home.items(rows)
        recipe, text_ = folder / "one_call.yaml", ONE_CALL.read_text(encoding="utf-8")
        recipe.write_text(text_.replace("    concurrency:", f"    batch_size: {size}\n    concurrency:"), encoding="utf-8")
        with home.start(*home.run(model, "--batch", recipe=recipe), env=QUICK) as command:
            peak = 0
            while command.process.poll() is None:
                peak = max(peak, _peak(command.pid))
                time.sleep(0.1)
            assert command.wait() == 0, command.err
            batches = command.result["batches"]
        assert [batch["requests"] for batch in batches] == [size] * (rows // size) + ([rows % size] if rows % size else [])
        assert peak < 250, f"{peak:.0f} MB"
        return counted(f"{rows:,} questions in batches of {size:,}, {kind}", home, model.calls, rows, runs=1, bound=0, note=f"{peak:.0f} MB")


def _peak(pid: int) -> float:
    """Most memory that the process has held so far, in MB; 0 when it is gone."""
    try:
        found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(encoding="utf-8"))
    except OSError:
        return 0.0
    return int(found[1]) / 1024 if found else 0.0
