"""Stories of several processes in one home, and of what the same command means the second time."""

from __future__ import annotations

import random
import time
from contextlib import ExitStack
from pathlib import Path

from proofs import Outcome, counted, rows_of, sound
from stage import EVERYTHING, ITEM, ONE_CALL, Stage, pairs, passage, server, stage

from rowsmith.testing import CommandLine, ModelServer


def two_recipes(folder: Path, kind: str, *, seed: int, rows: int = 150) -> Outcome:
    """R38. Two different recipes in two processes on one home at the same time: both finish, nobody sees a locked database."""
    with stage(folder, kind) as home, ModelServer(pairs, key=ITEM, latency=(0.01, 0.05), seed=seed) as model:
        home.items(rows, passage)
        with home.start(*home.run(model, recipe=ONE_CALL)) as one, home.start(*home.run(model, recipe=EVERYTHING, out=folder / "out.jsonl")) as two:
            for command in (one, two):
                assert command.wait(100) == 0, command.err
                assert "locked" not in command.err
        home.prove(rebuild=False)
        return counted(f"R38 two recipes at once, {kind}", home, model.calls, rows, runs=2, bound=len(model.calls))


def the_same_twice(folder: Path, kind: str, *, seed: int, rows: int = 120, new: bool = False, processes: int = 2) -> Outcome:
    """The same command in several processes at once: each answer is bought once, all end with the same version and exit 0.
    `new`: with --new, so that they are runs of their own that share answers."""
    chance = random.Random(seed)
    with stage(folder, kind) as home, server(latency="0.02-0.1", seed=seed) as model, ExitStack() as stack:
        home.items(rows)
        words = home.run(model, *(["--new"] if new else []))
        commands: list[CommandLine] = []
        for _ in range(processes):
            commands.append(stack.enter_context(home.start(*words)))
            time.sleep(chance.choice([0.0, 0.0, 0.1, 0.5]))
        for command in commands:
            assert command.wait(60) == 0, command.err
        results = [command.result for command in commands]
        assert {r["kept"] for r in results} == {rows}, results
        assert len({r["run"] for r in results}) == (processes if new else 1), [r["run"] for r in results]
        if new:
            assert sum(r["calls"] for r in results) == rows, results
            assert sum(r["calls_reused"] for r in results) == rows * (processes - 1), results
        else:
            assert len({r["version"] for r in results}) == 1, [r["version"] for r in results]
        name = "--new at once" if new else "the same command at once"
        return counted(f"R38 {name}, {kind}", home, model.calls, rows, runs=processes, bound=0)


def begun_at_once(folder: Path, kind: str, *, times: int) -> Outcome:
    """Several processes make one new home at the same moment."""
    total = Outcome(f"R38 a home begun by four at once, {kind}")
    for turn in range(times):
        with stage(folder / str(turn), kind) as home, server() as model, ExitStack() as stack:
            home.items(4)
            commands = [stack.enter_context(home.start(*home.run(model))) for _ in range(4)]
            for command in commands:
                assert command.wait(60) == 0, command.err
            total.add(counted("", home, model.calls, 4, runs=1, bound=0))
    return total


def killed_among_others(folder: Path, kind: str, *, seed: int, rows: int = 200) -> Outcome:
    """Two runs share answers; one is killed again and again, the other waits for keys that a dead process held, and goes on."""
    chance = random.Random(seed)
    with stage(folder, kind) as home, server(latency="0.05-0.1", seed=seed) as model:
        home.items(rows)
        hits = 0
        with home.start(*home.run(model, "--new", "--into", "one_call")) as steady:
            for _ in range(3):
                with home.start(*home.run(model, "--new", "--into", "other")) as other:
                    hits += other.kill_within(1.0, 1.6, chance)
            assert steady.wait(60) == 0, steady.err
        with home.database() as db:
            sound(db)
        return counted(f"R38 one of two is killed, {kind}", home, model.calls, rows, runs=hits, bound=hits * 16)


def second_time(folder: Path, kind: str) -> Outcome:
    """What the same command means again: nothing, more, elsewhere, anew."""
    with stage(folder, kind) as home, server() as model:
        home.items(40)
        run = home.run(model)
        first = home.result(*run, "--limit", "20")
        assert (first["state"], first["kept"], len(model.calls)) == ("finished", 20, 20), first
        same = home.result(*run, "--limit", "20")
        assert (same["run"], same["version"], len(model.calls)) == (first["run"], first["version"], 20)
        grown = home.result(*run, "--limit", "30")
        assert (grown["run"], grown["kept"], len(model.calls)) == (first["run"], 30, 30), grown
        assert grown["version"] != first["version"]
        whole = home.result(*run)
        assert (whole["run"], whole["kept"], len(model.calls)) == (first["run"], 40, 40), whole
        elsewhere = home.result(*run, "--into", "elsewhere")
        assert (elsewhere["dataset"], len(model.calls)) == ("elsewhere", 40), elsewhere
        with home.database() as db:
            assert rows_of(db, "elsewhere") == rows_of(db, "one_call")
        new = home.result(*run, "--new")
        assert (new["run"], new["calls"], new["calls_reused"], len(model.calls)) == ("r2", 0, 40, 40), new
        fresh = home.result(*run, "--fresh")
        assert (fresh["calls"], fresh["calls_reused"], len(model.calls)) == (40, 0, 80), fresh
        again = home.result(*run)
        assert (again["run"], len(model.calls)) == (fresh["run"], 80), again
        _changed_recipe(home, model)
        with home.database() as db:
            sound(db)
        return Outcome(f"the same command again, {kind}", 9)


def _changed_recipe(home: Stage, model: ModelServer) -> None:
    """A recipe that changed behind its questions is a new run that buys nothing."""
    recipe = home.folder / "changed.yaml"
    text = ONE_CALL.read_text(encoding="utf-8")
    recipe.write_text(text + "\n  - kind: transform.columns\n    keep: [answer]\n", encoding="utf-8")
    seen = len(model.calls)
    result = home.result(*home.run(model, "--replace", recipe=recipe))
    assert result["kept"] == 40 and result["calls"] == 0 and result["calls_reused"] == 40, result
    assert len(model.calls) == seen
    with home.database() as db:
        assert {tuple(row["data"]) for row in rows_of(db)} == {("answer",)}


def partly(folder: Path, kind: str) -> Outcome:
    """An unfinished run commits only with --commit-partial; its kept rows can be read as run:ID all the same; --replace starts clean."""
    with stage(folder, kind) as home, server(latency=0.05) as model:
        home.items(100)
        words = home.run(model, "--budget-tokens", "4000")
        paused = home.result(*words, code=4)
        assert paused["version"] is None and paused["kept"] > 0, paused
        assert home.finish("show", "one_call").returncode == 1
        lines = home.finish("rows", f"run:{paused['run']}", "--limit", "1000", "--json").stdout.splitlines()
        assert len(lines) == paused["kept"] + 1, (len(lines), paused)
        part = home.result(*words, "--commit-partial", code=4)
        assert part["version"] is not None, part
        with home.database() as db:
            assert len(rows_of(db)) == part["kept"]
        whole = home.result(*home.run(model, "--budget-tokens", "1000000"))
        with home.database() as db:
            assert len(rows_of(db)) == 100
            sound(db)
        assert (whole["run"], whole["kept"]) == (paused["run"], 100)
        home.items(5, lambda i: f"Item {i} says something else.")
        only = home.result(*home.run(model, "--replace"))
        with home.database() as db:
            assert len(rows_of(db)) == only["kept"] == 5
        return Outcome(f"partial and replaced, {kind}", 4)
