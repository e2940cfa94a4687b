"""The benchmark of databases measures what it says, over few rows."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from terminal import ROOT


@pytest.mark.slow
def test_databases_are_measured_one_by_one(tmp_path: Path) -> None:
    command = [sys.executable, str(ROOT / "benchmarks" / "databases.py"), "--rows", "2000", "--json", str(tmp_path / "out.json")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    told = json.loads(done.stdout.splitlines()[-1])
    assert told == json.loads((tmp_path / "out.json").read_text())
    assert told["databases"].keys() >= {"SQLite", "DuckDB", "MongoDB"}
    assert os.environ.get("CI") != "true" or len(told["databases"]) == 5
    for found in told["databases"].values():
        assert found["seconds"] > 0 and found["mb"] > 0.1 and 30 < found["peak_mb_at_a_tenth"] <= found["peak_mb"] * 1.2
