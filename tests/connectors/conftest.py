"""What the tests of connectors share."""

from __future__ import annotations

from collections.abc import Iterator

import documents_read
import pytest


@pytest.fixture(autouse=True, scope="module")
def _no_reader_stays() -> Iterator[None]:
    """A child that reads documents serves the tests of one module."""
    yield
    documents_read.close()
