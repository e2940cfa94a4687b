"""What was written down of a hub's files: commit, hash and size, by revision and path."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Any
from uuid import uuid4

from rowsmith.connectors.hub_file import HubFile
from rowsmith.connectors.part import disk


class Pins:
    """The notes on one hub's files, in its folder. One on a file with an empty path is on its revision."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, file: HubFile) -> dict[str, Any]:
        """What is known of it; what cannot be read is not there."""
        try:
            pin = json.loads(self._pin(file).read_bytes())
        except (OSError, ValueError):
            return {}
        right = isinstance(pin, dict) and re.fullmatch(r"[0-9a-f]{40}", str(pin.get("commit")))
        return pin if right else {}

    def write(self, file: HubFile, facts: Mapping[str, Any]) -> None:
        """Write it down in place of what was known.

        Raises:
            StorageFull, Unavailable: the disk.
        """
        pin = self._pin(file)
        with disk(pin):
            pin.parent.mkdir(parents=True, exist_ok=True)
            new = pin.with_name(f"{pin.name}.{uuid4().hex}")
            new.write_text(json.dumps(facts), encoding="utf-8")
            os.replace(new, pin)

    def _pin(self, file: HubFile) -> Path:
        name = blake2b(f"{file.revision}\0{file.path}".encode(), digest_size=16).hexdigest()
        return self._folder.joinpath(file.repo, "pins", f"{name}.json")
