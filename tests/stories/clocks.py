"""R20: the clock jumps while a run is carried out. The monotonic clock goes on, as it does when somebody sets the time."""

from __future__ import annotations

import random
import time
from pathlib import Path

from proofs import Outcome, counted
from stage import server, stage

JUMPS = ("3600", "-3600", "2592000", "-2592000", "-86400", "0")
"""Seconds off the true time."""
LIAR = """
import os, time
true = time.time
time.time = lambda: true() + float(open(os.environ["LYING_CLOCK"]).read() or 0)
"""
"""A `sitecustomize` that makes a process's clock say what a file says. SQLite homes take their time from there."""


def clock_jumps(folder: Path, *, seed: int, jumps: int, rows: int = 300) -> Outcome:
    """An hour, a day, a month to and fro, while a run is carried out and asked to wait now and then: it finishes, is not taken for dead
    by a process that sees another time, waits for no month, and its seconds are right."""
    chance, clock, site = random.Random(seed), folder / "clock", folder / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text(LIAR)
    clock.write_text("0")
    env = {"PYTHONPATH": str(site), "LYING_CLOCK": str(clock), "ROWSMITH_LEASE_S": "4"}
    with stage(folder) as home, server(latency="0.05-0.15", seed=seed, faults={"429": 0.03}, retry_after="ms", retry_after_s=0.1) as model:
        home.items(rows)
        words, started = home.run(model, places=8), time.monotonic()
        with home.start(*words, env=env) as command, home.start(*words, env={"ROWSMITH_LEASE_S": "4"}) as follower:
            for _ in range(jumps):
                model.wait_for(min(rows, len(model.calls) + 5))
                clock.write_text(chance.choice(JUMPS))
                time.sleep(chance.uniform(0.1, 0.4))
            assert command.wait(300) == 0, command.err
            assert follower.wait(300) == 0, follower.err
            result, took = command.result, time.monotonic() - started
            assert follower.result["version"] == result["version"]
        assert 0 < result["seconds"] <= took, (result["seconds"], took)
        return counted("R20 clock jumps", home, model.calls, rows, runs=jumps, bound=0)
