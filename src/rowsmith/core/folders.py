"""Where this machine's user keeps what can be made again."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path


def cache_folder(environ: Mapping[str, str]) -> Path:
    """ROWSMITH_CACHE, else `rowsmith` in the user's own cache folder. It need not be there."""
    if own := environ.get("ROWSMITH_CACHE"):
        return Path(own).expanduser()
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "rowsmith"
    return Path(environ.get("XDG_CACHE_HOME") or Path.home() / ".cache").expanduser() / "rowsmith"
