"""R37: the simulated ledger."""

from __future__ import annotations

from pathlib import Path

from simulation import simulate


def test_seeds_that_are_always_the_same(tmp_path: Path) -> None:
    simulate(tmp_path, seed=1, seeds=100)


def test_new_seeds(tmp_path: Path, seed: int) -> None:
    simulate(tmp_path, seed=seed % 100_000_000, seeds=100)
