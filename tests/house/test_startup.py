"""`rowsmith --help` stays quick, because it loads little; benchmarks/startup.py has the figure."""

from __future__ import annotations

import subprocess
import sys

HEAVY = {"duckdb", "sqlglot", "sqlalchemy", "alembic", "pydantic", "aiohttp", "rich", "rensa", "semantic_text_splitter", "jinja2", "jsonschema"}


def test_help_loads_nothing_heavy() -> None:
    code = "import sys\nfrom rowsmith.cli.main import app\ntry: app(['--help'])\nexcept SystemExit: pass\nprint('\\n' + ' '.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert HEAVY & set(done.stdout.splitlines()[-1].split()) == set()
