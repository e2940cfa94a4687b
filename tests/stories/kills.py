"""Stories of sudden death: kill -9 at random moments, at every failpoint, and of a process that only slept."""

from __future__ import annotations

import random
import signal
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from proofs import Outcome, counted, rows_of, sound
from stage import EVERYTHING, ITEM, Stage, pairs, passage, server, stage

from rowsmith.testing import ModelServer, failpoint_env, visits

PLACES = 16


def kill_at_random(folder: Path, kind: str, *, seed: int, kills: int, rows: int = 600) -> Outcome:
    """R01. Kill the same command at random moments, job after job, until `kills` have hit; each job goes on until it ends by itself."""
    chance = random.Random(seed)
    total, job = Outcome(f"R01 kill -9 at random, {kind}"), 0
    while total.runs < kills:
        job += 1
        total.add(_one_job(folder / f"job{job}", kind, chance, kills - total.runs, rows))
    return total


def _one_job(folder: Path, kind: str, chance: random.Random, kills: int, rows: int) -> Outcome:
    with stage(folder, kind) as home, server(latency="0.02-0.12", seed=chance.randrange(1 << 30)) as model:
        home.items(rows)
        words, hits = home.run(model, places=PLACES), 0
        while True:
            with home.start(*words) as command:
                if hits < kills and command.kill_within(*_window(chance), chance):
                    hits += 1
                    continue
                assert command.wait(120) == 0, command.err
                assert command.result["state"] == "finished", command.result
                break
        again = len(model.calls)
        home.result(*words)
        home.prove(rebuild=False)
        assert len(model.calls) == again, "a finished run asked again"
        return counted("", home, model.calls, rows, runs=hits, bound=hits * PLACES)


def _window(chance: random.Random) -> tuple[float, float]:
    """Mostly while rows are being made; sometimes while the program starts."""
    return (0.05, 0.9) if chance.random() < 0.15 else (0.9, 1.9)


# -- at every failpoint ---------------------------------------------------------------------------------------------------------------------

FEW = 6
"""Rows of the story, and places."""


@dataclass
class Undisturbed:
    """What a run gives that nobody disturbs: its rows, and how often it visits each failpoint."""

    rows: list[dict[str, Any]]
    visits: dict[str, int]
    calls: int


def undisturbed(folder: Path, kind: str, model: ModelServer) -> Undisturbed:
    """Carry everything.yaml out once."""
    with stage(folder, kind) as home:
        home.items(FEW, passage)
        trace, start = folder / "trace", len(model.calls)
        home.result(*_everything(home, model), env={"ROWSMITH_FAILPOINTS_TRACE": str(trace)})
        with home.database() as db:
            return Undisturbed(rows_of(db, "everything"), dict(visits(trace)), len(model.calls) - start)


def kill_at(folder: Path, kind: str, model: ModelServer, name: str, nth: int, same: Undisturbed) -> Outcome:
    """R02. Kill a run at the nth visit of a failpoint; the same command again finishes with the rows of the undisturbed run.
    `runs` is 0 when the failpoint was not visited so often."""
    with stage(folder, kind) as home:
        home.items(FEW, passage)
        words, start = _everything(home, model), len(model.calls)
        done = home.finish(*words, env=failpoint_env({name: f"kill:{nth}"}))
        assert done.returncode in (0, -signal.SIGKILL), f"{name}:{nth} ended with {done.returncode}\n{done.stderr[-3000:]}"
        if done.returncode == 0:
            return Outcome(name)
        result = home.result(*words)
        assert result["state"] == "finished", result
        home.prove(rebuild=False)
        repeated = len(model.calls) - start - same.calls
        with home.database() as db:
            sound(db)
            rows = rows_of(db, "everything")
        ids = Counter(row["id"] for row in rows)
        assert rows == same.rows, f"{name}:{nth}: not the rows of an undisturbed run\n{_difference(rows, same.rows)}"
        written = (folder / "out.jsonl").read_bytes().splitlines()
        assert len(written) == len(rows), f"{name}:{nth}: {len(written)} lines in the file, {len(rows)} rows"
        lost = sum(row["id"] not in ids for row in same.rows)
        return Outcome(name, 1, lost, ids.total() - len(ids), repeated, PLACES)


def _everything(home: Stage, model: ModelServer) -> list[str | Path]:
    return home.run(model, recipe=EVERYTHING, places=PLACES, out=home.folder / "out.jsonl")


def _difference(one: list[dict[str, Any]], two: list[dict[str, Any]]) -> str:
    a, b = ({row["id"]: row for row in rows} for rows in (one, two))
    return f"missing {[b[i] for i in b if i not in a][:2]}\nbeyond {[a[i] for i in a if i not in b][:2]}"


def every_failpoint(folder: Path, kind: str, *, most: int = 10_000, only: str = "") -> Outcome:
    """R02 for each failpoint that a run visits: its 1st, 2nd, 3rd ... visit (at most `most`), until it is not visited so often."""
    total = Outcome(f"R02 kill -9 at every failpoint, {kind}")
    with ModelServer(pairs, key=ITEM, latency=0.01) as model:
        same = undisturbed(folder / "undisturbed", kind, model)
        for name in sorted(same.visits):
            if only in name:
                for nth in range(1, most + 1):
                    one = kill_at(folder / f"{name}-{nth}", kind, model, name, nth, same)
                    total.add(one)
                    if not one.runs:
                        break
        total.note = f"{len(same.visits)} failpoints"
    return total
