"""R24, R25 and the law of stopping: runs that are told to end."""

from __future__ import annotations

from pathlib import Path

import pytest
from halts import stop_from_outside, terminate, terminate_twice, terminate_with_slow_calls
from law import stop_anywhere


def test_sigterm_repeats_nothing(tmp_path: Path, kind: str, seed: int) -> None:
    terminate(tmp_path, kind, seed=seed, times=2, rows=200).hold()


def test_calls_that_outlast_the_grace_are_counted(tmp_path: Path) -> None:
    terminate_with_slow_calls(tmp_path, "sqlite").hold()


def test_a_second_sigterm_ends_at_once(tmp_path: Path) -> None:
    terminate_twice(tmp_path, "sqlite").hold()


@pytest.mark.postgres
def test_stop_from_another_process(tmp_path: Path, seed: int) -> None:
    stop_from_outside(tmp_path, "postgresql", seed=seed, times=1, rows=150).hold()


def test_cancel_from_another_process(tmp_path: Path, seed: int) -> None:
    stop_from_outside(tmp_path, "sqlite", seed=seed, times=2, rows=200, request="cancel").hold()


def test_stopped_anywhere_and_resumed_is_never_stopped(tmp_path: Path, seed: int) -> None:
    stop_anywhere(tmp_path, "sqlite", seed=seed, times=2).hold()


def test_what_rests_until_a_target_needs_it_is_the_same_wherever_a_run_is_stopped(tmp_path: Path, kind: str, seed: int) -> None:
    stop_anywhere(tmp_path, kind, seed=seed, times=2, stops=4, plays=("listed",)).hold()
