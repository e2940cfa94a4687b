"""`rowsmith --help` stays quick. benchmarks/startup.py has the figure; here the bound is loose, because tests share a machine."""

from __future__ import annotations

import runpy
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
HEAVY = {"duckdb", "sqlglot", "sqlalchemy", "alembic", "pydantic", "aiohttp", "rich", "rensa", "semantic_text_splitter", "jinja2", "jsonschema"}


def test_help_costs_little_cpu() -> None:
    found = runpy.run_path(str(ROOT / "benchmarks" / "startup.py"))["measured"](7)
    sys.stdout.write(f"rowsmith --help: {found['above_ms']} ms of CPU above a bare interpreter\n")
    assert found["above_ms"] <= 250, found


def test_help_loads_nothing_heavy() -> None:
    code = "import sys\nfrom rowsmith.cli.main import app\ntry: app(['--help'])\nexcept SystemExit: pass\nprint('\\n' + ' '.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert HEAVY & set(done.stdout.splitlines()[-1].split()) == set()
