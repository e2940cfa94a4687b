"""kill -9 while a source is forgotten: old state or new, never half."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from forgetting import STEPS, killed


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_forgetting_that_is_killed_anywhere_is_finished_by_the_next(tmp_path: Path, kind: str) -> None:
    assert len(STEPS) >= 8
    killed(tmp_path, kind, STEPS)


def test_a_forgetting_that_is_killed_somewhere_is_finished_by_the_next(tmp_path: Path, kind: str, seed: int) -> None:
    killed(tmp_path, kind, random.Random(seed).sample(STEPS, 1))
