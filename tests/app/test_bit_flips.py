"""A flipped bit anywhere in what a home keeps is found: the benchmark's own code, with fewer of them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "bit_flips.py"


@pytest.mark.slow
def test_flipped_bits_are_found() -> None:
    done = subprocess.run([sys.executable, str(BENCHMARK), "--flips", "24", "--seed", "5"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["missed"] == []
    assert told["found"] + told["same"] == told["flips"] == 24
    assert told["found"] >= 20
