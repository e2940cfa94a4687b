"""What benchmarks/truth_<check>.py measures on the open half of a truth set."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

_FOLDER = str(Path(__file__).parents[2] / "benchmarks")


def measured(check: str) -> dict[str, Any]:
    """The figures of the open half."""
    if _FOLDER not in sys.path:
        sys.path.append(_FOLDER)
    found: dict[str, Any] = importlib.import_module(f"truth_{check}").measured("open")
    return found
