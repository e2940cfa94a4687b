"""R38: several processes in one home."""

from __future__ import annotations

from pathlib import Path

import pytest
from together import begun_at_once, killed_among_others, the_same_twice, two_recipes
from troubles import many_writers


def test_two_recipes_at_once(tmp_path: Path, seed: int) -> None:
    two_recipes(tmp_path, "sqlite", seed=seed, rows=60).hold()


def test_the_same_command_at_once_buys_each_answer_once(tmp_path: Path, kind: str, seed: int) -> None:
    the_same_twice(tmp_path, kind, seed=seed, rows=60, processes=3).hold()


def test_runs_of_their_own_at_once_share_answers(tmp_path: Path, seed: int) -> None:
    the_same_twice(tmp_path, "sqlite", seed=seed, rows=60, new=True, processes=3).hold()


@pytest.mark.postgres
def test_a_home_begun_by_several_at_once(tmp_path: Path) -> None:
    begun_at_once(tmp_path, "postgresql", times=1).hold()


def test_one_of_two_that_share_answers_is_killed(tmp_path: Path, seed: int) -> None:
    killed_among_others(tmp_path, "sqlite", seed=seed, rows=120).hold()


def test_four_processes_write(tmp_path: Path) -> None:
    many_writers(tmp_path, "sqlite", rows=60).hold()
