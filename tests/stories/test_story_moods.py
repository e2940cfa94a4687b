"""R15 to R19: model servers in a bad mood."""

from __future__ import annotations

from pathlib import Path

import pytest
from moods import half_errors, late_success, outage, parked, shapes, slow, storm, unreachable


def test_a_storm_of_429_drops_nothing(tmp_path: Path, seed: int) -> None:
    storm(tmp_path, "sqlite", "ms", seed=seed, rows=40).hold()


def test_a_wait_of_a_day_parks_the_run(tmp_path: Path) -> None:
    parked(tmp_path, "sqlite").hold()


def test_half_of_all_answers_are_errors(tmp_path: Path, seed: int) -> None:
    half_errors(tmp_path, "sqlite", seed=seed, rows=25).hold()


def test_an_outage_in_the_middle(tmp_path: Path) -> None:
    outage(tmp_path, "sqlite", away_s=1.5, rows=250).hold()


def test_slow_answers_keep_their_deadline(tmp_path: Path) -> None:
    slow(tmp_path).hold()


@pytest.mark.postgres
def test_every_bad_shape_ends_alike_on_both_databases(tmp_path: Path) -> None:
    assert shapes(tmp_path / "one", "sqlite") == shapes(tmp_path / "two", "postgresql")


def test_late_success_is_counted_and_asked_again(tmp_path: Path) -> None:
    late_success(tmp_path, "sqlite").hold()


def test_nobody_at_the_address(tmp_path: Path) -> None:
    unreachable(tmp_path).hold()
