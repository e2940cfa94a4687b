"""What is dear to find out and can be found out again, kept in a file of the user's cache."""

from __future__ import annotations

import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson


class Record:
    """A mapping in a JSON file. A file that cannot be read holds nothing; where nothing can be kept, it is found out again next time."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def known(self) -> dict[str, Any]:
        """All that is kept."""
        try:
            known = orjson.loads(self._path.read_bytes())
        except (OSError, orjson.JSONDecodeError):
            return {}
        return known if isinstance(known, dict) else {}

    def keep(self, key: str, value: Any) -> None:
        """Keep one entry beside the others. Of two processes that keep at the same moment, one may keep for nothing."""
        fresh = self._path.with_suffix(f".{threading.get_native_id()}")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            fresh.write_bytes(orjson.dumps({**self.known(), key: value}))
            fresh.replace(self._path)
        except OSError:
            with suppress(OSError):
                fresh.unlink(missing_ok=True)
