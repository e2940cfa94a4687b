"""A server with a scripted model behind it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from served import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A server over an empty home, and a model that answers to the schema."""
    with Desk(tmp_path) as made:
        yield made
