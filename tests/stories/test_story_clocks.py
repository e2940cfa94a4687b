"""R20: clocks that jump."""

from __future__ import annotations

from pathlib import Path

from clocks import clock_jumps


def test_a_clock_that_jumps_under_a_run(tmp_path: Path, seed: int) -> None:
    clock_jumps(tmp_path, seed=seed, jumps=6, rows=150).hold()
