from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from rowsmith.core.errors import Invalid, NotFound
from rowsmith.testing import failpoint_env, failpoint_names, visits

PROGRAM = """
from rowsmith.core.failpoints import failpoint
for _ in range(3):
    failpoint("store.before")
    failpoint('store.after')
"""


def test_names_are_found_in_source(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(PROGRAM)
    assert failpoint_names(tmp_path) == ["store.after", "store.before"]
    assert all(name and '"' not in name for name in failpoint_names())


@pytest.mark.parametrize(
    ("action", "code", "seen"),
    [("kill:2", -signal.SIGKILL, 3), ("raise:3", 1, 5), ("full", 1, 1), ("sleep:1:0.01", 0, 6), ("kill:4", 0, 6)],
)
def test_a_process_obeys_and_leaves_a_trace(tmp_path: Path, action: str, code: int, seen: int) -> None:
    env = failpoint_env({"store.before": action}, tmp_path / "trace", known=["store.before"])
    done = subprocess.run([sys.executable, "-c", PROGRAM], env={**os.environ, **env}, capture_output=True)
    assert done.returncode == code
    assert visits(tmp_path / "trace").total() == seen


def test_unknown_names_and_actions_are_said(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"Did you mean 'store\.before'"):
        failpoint_env({"store.befor": "kill"}, known=["store.before"])
    for action in ("die", "kill:0", "sleep:1:x"):
        with pytest.raises(Invalid, match="no action"):
            failpoint_env({"a": action}, known=["a"])
    assert visits(tmp_path / "none").total() == 0
