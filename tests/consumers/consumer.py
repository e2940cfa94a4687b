"""Asks a consumer, in an environment of its own, what it keeps of the files that we wrote for it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from written import Written, written

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
QUIET = {
    "HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1", "TRANSFORMERS_VERBOSITY": "error", "OMP_NUM_THREADS": "1",
    "HF_DATASETS_DISABLE_PROGRESS_BARS": "1", "DEEPEVAL_TELEMETRY_OPT_OUT": "YES", "DEEPEVAL_FILE_SYSTEM": "READ_ONLY", "RAGAS_DO_NOT_TRACK": "true",
    "AXOLOTL_DO_NOT_TRACK": "1", "PYTHONUTF8": "1",
}  # fmt: skip
"""Nobody of them goes to the network, or counts us."""


def asked(environment: str, reader: str, told: Any, folder: Path) -> Any:
    """What `readers/READER.py` says in an environment. One that is not there fails the test: nothing is proven without it."""
    python = ROOT / ".venvs" / environment / "bin" / "python"
    if not python.exists():
        pytest.fail(f"The environment {environment} is not there: make test-consumers makes it.")
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")} | QUIET
    env |= {"HF_HOME": str(folder / "hf"), "HOME": str(folder)}
    command = [str(python), str(HERE / "readers" / f"{reader}.py")]
    done = subprocess.run(command, input=json.dumps(told), capture_output=True, text=True, env=env, cwd=folder, timeout=280)
    assert done.returncode == 0, done.stderr[-8000:]
    sys.stderr.write(done.stderr)
    return json.loads(done.stdout.splitlines()[-1])


@dataclass(frozen=True)
class Read:
    """A file, and what its consumer says of it."""

    file: Written
    said: Any


Case = tuple[str, Sequence[dict[str, Any]], dict[str, Any]]
"""A format, the rows that it holds, and what else the reader is told."""


def read(environment: str, reader: str, cases: Mapping[str, Case], folder: Path) -> dict[str, Read]:
    """Write a file for each case, and let the consumer read all of them."""
    files = {name: written(folder, format, rows, name=name.replace(" ", "-")) for name, (format, rows, _) in cases.items()}
    said = asked(environment, reader, [{**more, "name": name, "path": str(files[name].path)} for name, (*_, more) in cases.items()], folder)
    return {name: Read(file, said[name]) for name, file in files.items()}
