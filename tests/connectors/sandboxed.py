"""Tests that carry code out need the sandbox: without one they are skipped with a loud line, and fail in CI."""

from __future__ import annotations

import os

import pytest

from rowsmith.connectors.execution import unavailable


def require_sandbox() -> None:
    """Go on only where code can be carried out in isolation."""
    if why := unavailable():
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(f"NOT TESTED IN A SANDBOX: {why}")


needs_sandbox = pytest.mark.usefixtures("with_sandbox")
