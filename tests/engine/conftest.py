"""Fixtures of runs in batches."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from shops import Make, shops

from rowsmith.engine import batch_life


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    """Shops, with the same patience as ever in less time."""
    monkeypatch.setattr(batch_life, "POLL_S", (0.05, 0.2))
    monkeypatch.setattr(batch_life, "SETTLE_S", 1.5)
    monkeypatch.setattr(batch_life, "WATCH_S", 0.1)
    with shops(tmp_path) as make:
        yield make
