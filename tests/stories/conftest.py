"""Chance in the stories: every seed is printed, and ROWSMITH_SEED sets it."""

from __future__ import annotations

import os
import random

import pytest


@pytest.fixture
def seed() -> int:
    """The seed of this test's chances."""
    chosen = int(os.environ.get("ROWSMITH_SEED") or random.randrange(1 << 30))
    print(f"again: ROWSMITH_SEED={chosen}")
    return chosen


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def kind(request: pytest.FixtureRequest) -> str:
    """The database of the story."""
    return str(request.param)
