"""Batches under kill -9, at each of their points, and in two processes; on both databases. benchmarks/battery.py plays the whole."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from batches import POINTS, kill_at, many, the_same_twice, undisturbed
from stage import EVERYTHING, ITEM, pairs

from rowsmith.testing import ModelServer

AGAIN = {"batch.dissolving"}
"""Only visited by who finds a batch that was not complete."""


@pytest.mark.timeout(900)
def test_killed_at_each_point_of_a_batch_nothing_is_bought_twice_or_lost(tmp_path: Path, kind: str) -> None:
    with ModelServer(key=ITEM, batch_s=0.2) as model:
        same = undisturbed(tmp_path / "undisturbed", kind, model)
        assert {name for name in same.visits if name in POINTS} == set(POINTS) - AGAIN
        for name in sorted(set(POINTS) - AGAIN):
            assert kill_at(tmp_path / name, kind, model, same, (name, 1)).hold().runs == 1


@pytest.mark.timeout(300)
def test_killed_while_questions_are_collected_and_again_while_they_are_let_go(tmp_path: Path, kind: str) -> None:
    with ModelServer(key=ITEM, batch_s=0.2) as model:
        same = undisturbed(tmp_path / "undisturbed", kind, model)
        assert kill_at(tmp_path / "again", kind, model, same, ("files.write.after_rename", 2), ("batch.dissolving", 1)).hold().runs == 1


@pytest.mark.timeout(600)
def test_a_kill_anywhere_in_a_run_of_many_batches(tmp_path: Path, kind: str, seed: int) -> None:
    chance = random.Random(seed)
    with ModelServer(pairs, key=ITEM, batch_s=0.2) as model:
        same = undisturbed(tmp_path / "undisturbed", kind, model, EVERYTHING)
        for turn in range(1 if kind == "postgresql" else 3):
            name = chance.choice([name for name in sorted(same.visits) if not name.startswith("store.commit")])
            nth = chance.randrange(1, same.visits[name] + 1)
            print(f"{name}:{nth}")
            kill_at(tmp_path / str(turn), kind, model, same, (name, nth), recipe=EVERYTHING).hold()


@pytest.mark.timeout(300)
@pytest.mark.parametrize("new", [False, True])
def test_two_processes_of_one_home_buy_each_answer_once(tmp_path: Path, kind: str, new: bool) -> None:
    the_same_twice(tmp_path, kind, new=new).hold()


@pytest.mark.timeout(300)
def test_many_questions_in_bounded_memory(tmp_path: Path) -> None:
    many(tmp_path, "sqlite", rows=3000, size=1000).hold()
