"""A home that is not there: commands that look say so and make nothing; those that begin something make it."""

from __future__ import annotations

from pathlib import Path

import pytest
from running import called

LOOKING = [
    "runs", "runs r1", "datasets", "rows x", "show x", "export x --as csv -o x.csv", "verify", "backup x.bak", "stop r1", "cancel r1",
    "resume r1", "project list", "project budget default --usd 1", "project delete p --yes", "project rename p q", "keys rotate",
]  # fmt: skip


@pytest.mark.parametrize("words", LOOKING)
def test_a_mistyped_home_is_told_and_not_made(tmp_path: Path, words: str) -> None:
    done = called([*words.split(), "--home", "typo"], {}, tmp_path)
    assert done.returncode == 1
    assert "There is no home in typo." in done.stderr and "--home DIR" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_run_and_a_project_make_one(tmp_path: Path) -> None:
    (tmp_path / "r.yaml").write_text("name: r\nsteps: [{kind: read.rows, rows: [{a: 1}]}]\n", encoding="utf-8")
    for words, home in (("run r.yaml", "one"), ("plan r.yaml", "two"), ("project create p", "three")):
        assert called([*words.split(), "--home", home], {}, tmp_path).returncode == 0
        assert called(["runs", "--home", home], {}, tmp_path).returncode == 0


def test_the_doctor_needs_none_and_makes_none(tmp_path: Path) -> None:
    done = called(["doctor", "--offline", "--home", "typo"], {}, tmp_path)
    assert (done.returncode, "next: There is no home in typo yet" in done.stdout) == (0, True)
    assert list(tmp_path.iterdir()) == []
