"""The fault battery, whole: every story of tests/stories in full strength, with its figures.

    python benchmarks/battery.py                     everything, 60 kills on each database (about an hour on 2 cores)
    python benchmarks/battery.py --only R01 --kills 200
    python benchmarks/battery.py --db sqlite --seed 7 --json battery.json

Prints a table (fault, runs, lost, duplicated, repeated, bound, seconds) and writes it as JSON. Exits with 1 when something was lost,
made twice, or repeated beyond its bound. PostgreSQL: the server of ROWSMITH_TEST_POSTGRES.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

STORIES = Path(__file__).parents[1] / "tests" / "stories"
sys.path.insert(0, str(STORIES))
os.environ["ROWSMITH_BACKGROUND"] = "off"  # nothing outlives a story

import batches  # noqa: E402
import clocks  # noqa: E402
import exact  # noqa: E402
import halts  # noqa: E402
import kills  # noqa: E402
import law  # noqa: E402
import limits  # noqa: E402
import moods  # noqa: E402
import poison  # noqa: E402
import simulation  # noqa: E402
import together  # noqa: E402
import troubles  # noqa: E402
from proofs import Outcome  # noqa: E402

from rowsmith.core.errors import Unavailable  # noqa: E402

Story = tuple[str, Callable[[Path], Outcome]]
HEAD = ("fault", "runs", "lost", "duplicated", "repeated", "bound", "seconds")
ERRORS = {"reset_body": 0.03, "500": 0.03}


def of_database(db: str, chosen: argparse.Namespace) -> Iterator[Story]:
    """The stories that are played on each database."""
    seed = chosen.seed
    yield "R01", lambda f: kills.kill_at_random(f, db, seed=seed, kills=chosen.kills)
    yield "R02", lambda f: kills.every_failpoint(f, db, most=chosen.visits)
    yield "R05", lambda f: troubles.write_errors(f, db, seed=seed, times=20)
    yield "R12", lambda f: poison.poison(f, db, "segv", "passes", deadly=(3, 20))
    yield "R13", lambda f: halts.asleep(f, db, seed=seed, times=10)
    yield "R15", lambda f: moods.parked(f, db)
    yield "R16", lambda f: moods.half_errors(f, db, seed=seed)
    yield "R16", lambda f: moods.outage(f, db)
    yield "R19", lambda f: moods.late_success(f, db)
    yield "R24", lambda f: halts.stop_from_outside(f, db, seed=seed, times=10, rows=800)
    yield "R24", lambda f: halts.stop_from_outside(f, db, seed=seed, times=10, rows=800, request="cancel")
    yield "R25", lambda f: halts.terminate(f, db, seed=seed, times=20, rows=1600)
    yield "R25", lambda f: halts.terminate_with_slow_calls(f, db)
    yield "R25", lambda f: halts.terminate_twice(f, db)
    yield "R28", lambda f: troubles.backup_under_way(f, db, "sqlite", times=4)
    yield "R38", lambda f: together.two_recipes(f, db, seed=seed)
    yield "R38", lambda f: together.the_same_twice(f, db, seed=seed, processes=4)
    yield "R38", lambda f: together.the_same_twice(f, db, seed=seed, processes=4, new=True)
    yield "R38", lambda f: together.killed_among_others(f, db, seed=seed)
    yield "R38", lambda f: together.begun_at_once(f, db, times=5)
    yield "R38", lambda f: troubles.many_writers(f, db, rows=1000)
    yield "R40", lambda f: exact.budget(f, db, seed=seed)
    yield "R40", lambda f: exact.budget(f, db, seed=seed, kills=6)
    yield "R40", lambda f: exact.budget(f, db, seed=seed, rows=150, faults=ERRORS)
    yield "R40", lambda f: exact.token_cap(f, db)
    yield "target", lambda f: exact.target(f, db, seed=seed, wanted=500, rows=1000)
    yield "target", lambda f: exact.never_parses(f, db)
    yield "batch", lambda f: batches.every_failpoint(f, db, most=chosen.visits)
    yield "batch", lambda f: batches.the_same_twice(f, db, new=True)
    yield "batch", lambda f: batches.many(f, db, rows=50_000, size=10_000)
    yield "again", lambda f: together.second_time(f, db)
    yield "again", lambda f: together.partly(f, db)
    yield "law", lambda f: law.stop_anywhere(f, db, seed=seed, times=20)


def once(chosen: argparse.Namespace) -> Iterator[Story]:
    """The stories that are played once."""
    seed = chosen.seed
    if "sqlite" in chosen.databases:
        yield "R04", lambda f: troubles.disk_full(f)
        yield "R04", lambda f: troubles.disk_full(f, comes_back=False)
        for form in moods.WAITS:
            yield "R15", lambda f, form=form: moods.storm(f, "sqlite", form, seed=seed)
        for form in ("ms", "seconds", "missing"):
            yield "R15", lambda f, form=form: limits.hidden(f, per_second=20, seconds=60, form=form)
        yield "R15", lambda f: limits.shared(f, "sqlite")
        yield "R15", lambda f: limits.of_a_day(f, "sqlite")
        yield "R15", lambda f: limits.tokens(f)
        yield "R17", lambda f: moods.slow(f)
        yield "R20", lambda f: clocks.clock_jumps(f, seed=seed, jumps=40, rows=1500)
        yield "target", lambda f: exact.few_inputs(f, seed=seed)
        yield "R37", lambda f: simulation.simulate(f, seed=seed, seeds=chosen.seeds)
        for way in poison.WAYS:
            for shape in poison.SHAPES:
                yield "R12", lambda f, way=way, shape=shape: poison.poison(f, "sqlite", way, shape)
        yield "unreachable", lambda f: moods.unreachable(f)
    if "postgresql" in chosen.databases:
        yield "R06", lambda f: troubles.connections_dropped(f, seed=seed, times=40, rows=2000)
        yield "R08", lambda f: troubles.server_away(f)
        yield "R09", lambda f: troubles.commit_unknown(f, seed=seed, cuts=200, rows=4000)
    if len(chosen.databases) == 2:
        yield "R18", same_shapes


def same_shapes(folder: Path) -> Outcome:
    """R18: every bad shape ends alike on both databases."""
    one, two = (moods.shapes(folder / db, db) for db in ("sqlite", "postgresql"))
    assert one == two, {name: (one[name], two[name]) for name in one if one[name] != two[name]}
    return Outcome("R18 bad shapes, both databases", len(one), note=f"{sum(state == 'kept' for state, _ in one.values())} kept, alike on both")


def play(story: Callable[[Path], Outcome]) -> dict[str, Any]:
    """Play one; a story that cannot be played here says so, one that fails too."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="rowsmith-battery-") as folder:
        try:
            line = asdict(story(Path(folder)).hold())
        except Unavailable as error:
            line = {"fault": f"NOT PLAYED: {error}"}
        except Exception as error:  # noqa: BLE001 - whatever a story ends with, the others are still to be played
            line = {"fault": "FAILED", "error": f"{type(error).__name__}: {error}\n{traceback.format_exc(limit=-3)}"}
    return {**line, "seconds": round(time.monotonic() - started, 1)}


def read() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=60, help="kill -9 at random moments, on each database (60)")
    parser.add_argument("--visits", type=int, default=10_000, help="most visits of each failpoint at which to kill (all)")
    parser.add_argument("--seeds", type=int, default=10_000, help="seeds of the simulated ledger (10000)")
    parser.add_argument("--only", default="", help="only the stories of this name, such as R01, target, law")
    parser.add_argument("--db", choices=["sqlite", "postgresql"], help="only this database")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 20), help="seed of every chance")
    parser.add_argument("--json", type=Path, default=Path("out/battery.json"), metavar="PATH", help="where the figures go (out/battery.json)")
    chosen = parser.parse_args()
    chosen.databases = [chosen.db] if chosen.db else ["sqlite", "postgresql"]
    return chosen


def main() -> int:
    """Play, print, write; 1 when a story failed."""
    chosen = read()
    print(f"seed {chosen.seed}; Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {platform.machine()}", flush=True)
    stories = [story for db in chosen.databases for story in of_database(db, chosen)] + list(once(chosen))
    lines = []
    print(f"{HEAD[0]:58}" + "".join(f"{name:>12}" for name in HEAD[1:]), flush=True)
    for name, story in stories:
        if not chosen.only or name == chosen.only:
            line = {"story": name, **play(story)}
            lines.append(line)
            row = "".join(f"{line.get(column, ''):>12}" for column in HEAD[1:])
            print(f"{line['fault'][:57]:58}{row}  {line.get('note', '')}{line.get('error', '')}", flush=True)
    commit = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, cwd=STORIES).stdout.strip()
    facts = {"seed": chosen.seed, "commit": commit, "python": platform.python_version(), "sqlite": sqlite3.sqlite_version, "stories": lines}
    chosen.json.parent.mkdir(parents=True, exist_ok=True)
    chosen.json.write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")
    failed = [line for line in lines if line["fault"] == "FAILED"]
    print(f"{len(lines) - len(failed)} of {len(lines)} hold; figures in {chosen.json}")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
