"""Write the description of the API, from which the client of the web application is made: ui/openapi.json."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from rowsmith.api.application import make
from rowsmith.api.session import Session
from rowsmith.app.lab import Lab

OUT = Path(__file__).parents[1] / "ui" / "openapi.json"


def described() -> str:
    """The description as it is written to the file."""
    with tempfile.TemporaryDirectory() as folder, Lab(Path(folder) / "home") as lab:
        return json.dumps(make(lab, Session(Path(folder)), []).openapi(), indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    text = described()
    if "--check" in sys.argv:
        sys.exit(0 if OUT.is_file() and OUT.read_text(encoding="utf-8") == text else f"{OUT.name} is stale: run scripts/openapi.py")
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(text, encoding="utf-8")
