"""R01, R02, R13: sudden death and sleep. A short sample; benchmarks/battery.py plays the whole."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from halts import asleep
from kills import kill_at, kill_at_random, undisturbed
from poison import poison
from stage import ITEM, pairs

from rowsmith.testing import ModelServer, failpoint_names


def test_kills_at_random_lose_and_repeat_nothing(tmp_path: Path, kind: str, seed: int) -> None:
    kill_at_random(tmp_path, kind, seed=seed, kills=3, rows=300).hold()


def test_a_kill_at_a_failpoint_changes_nothing(tmp_path: Path, kind: str, seed: int) -> None:
    chance = random.Random(seed)
    with ModelServer(pairs, key=ITEM, latency=0.01) as model:
        same = undisturbed(tmp_path / "undisturbed", kind, model)
        for turn in range(1 if kind == "postgresql" else 2):
            name = chance.choice(sorted(same.visits))
            nth = chance.randrange(1, same.visits[name] + 1)
            print(f"{name}:{nth}")
            kill_at(tmp_path / str(turn), kind, model, name, nth, same).hold()


@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_run_visits_every_failpoint(tmp_path: Path, kind: str) -> None:
    with ModelServer(pairs, key=ITEM) as model:
        same = undisturbed(tmp_path, kind, model)
    # test_story_batches.py, test_story_forget.py, test_story_push.py, test_search.py ...
    elsewhere = ("batch.", "forget.", "push.", "reviewers.", "search.", "sweep.", "views.")
    assert sorted(same.visits) == [name for name in failpoint_names() if not name.startswith(elsewhere)]


def test_a_sleeper_that_wakes_up_writes_nothing(tmp_path: Path, kind: str, seed: int) -> None:
    asleep(tmp_path, kind, seed=seed, times=1).hold()


@pytest.mark.parametrize(("way", "shape"), [("segv", "passes"), ("exit", "makes"), ("memory", "asks")])
def test_a_row_that_ends_the_process_is_left_alone_after_three_times(tmp_path: Path, way: str, shape: str) -> None:
    poison(tmp_path, "sqlite", way, shape, rows=10).hold()
