"""R15: how much of a limit is used, known or not, by one process or several, today and after midnight."""

from __future__ import annotations

from pathlib import Path

import pytest
from limits import hidden, of_a_day, shared, tokens


def test_a_limit_that_nobody_tells_is_used(tmp_path: Path) -> None:
    """How much exactly is a matter of the battery: tests share their machine."""
    hidden(tmp_path, per_second=20, seconds=15, form="ms", least=0.5).hold()


@pytest.mark.slow
@pytest.mark.parametrize("form", ["seconds", "missing"])
def test_a_limit_is_used_though_a_refusal_says_little(tmp_path: Path, form: str) -> None:
    hidden(tmp_path, per_second=20, seconds=50, form=form, least=0.5).hold()


def test_two_processes_share_one_limit(tmp_path: Path) -> None:
    shared(tmp_path, "sqlite").hold()


def test_the_quota_of_a_day_over_restarts(tmp_path: Path) -> None:
    of_a_day(tmp_path, "sqlite").hold()


@pytest.mark.postgres
@pytest.mark.slow
def test_limits_on_postgresql(tmp_path: Path) -> None:
    shared(tmp_path / "shared", "postgresql").hold()
    of_a_day(tmp_path / "day", "postgresql").hold()


def test_tokens_a_minute_are_used(tmp_path: Path) -> None:
    tokens(tmp_path).hold()
