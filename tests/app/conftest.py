"""Homes to work in and to damage."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from homes import Place, place


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def kind(request: pytest.FixtureRequest) -> str:
    """The database of the home."""
    return str(request.param)


@pytest.fixture
def where(kind: str, tmp_path: Path) -> Iterator[Place]:
    """An empty home."""
    with place(kind, tmp_path) as made:
        yield made
