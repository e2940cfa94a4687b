"""R04 to R09, R28: storage in trouble."""

from __future__ import annotations

from pathlib import Path

import pytest
from troubles import backup_under_way, commit_unknown, connections_dropped, disk_full, server_away, write_errors

from rowsmith.core.errors import Unavailable


@pytest.mark.parametrize("comes_back", [True, False])
def test_a_full_disk(tmp_path: Path, comes_back: bool) -> None:
    try:
        disk_full(tmp_path, comes_back=comes_back).hold()
    except Unavailable as error:
        pytest.skip(f"NOT TESTED ON A FULL DISK: {error}")


def test_errors_of_the_disk(tmp_path: Path, seed: int) -> None:
    write_errors(tmp_path, "sqlite", seed=seed, times=2).hold()


@pytest.mark.postgres
def test_commits_whose_outcome_is_unknown(tmp_path: Path, seed: int) -> None:
    commit_unknown(tmp_path, seed=seed, cuts=4, rows=150).hold()


@pytest.mark.postgres
def test_connections_that_the_server_ends(tmp_path: Path, seed: int) -> None:
    connections_dropped(tmp_path, seed=seed, times=6, rows=300).hold()


@pytest.mark.postgres
def test_a_database_that_is_away(tmp_path: Path) -> None:
    server_away(tmp_path, away_s=2).hold()


@pytest.mark.postgres
def test_a_backup_under_way_restores_anywhere(tmp_path: Path) -> None:
    backup_under_way(tmp_path, "sqlite", "postgresql", times=1, rows=200).hold()
