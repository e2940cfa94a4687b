"""The code on docs/python.md does what the page says."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from terminal import ROOT

PAGE = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")


def block(language: str, nth: int = 0) -> str:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)[nth]


def ran(*words: str, folder: Path) -> str:
    env = {**os.environ, "ROWSMITH_CONFIG": str(folder / "config")}
    done = subprocess.run([sys.executable, *words], cwd=folder, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_recipe_in_python(tmp_path: Path) -> None:
    (tmp_path / "page.py").write_text(block("python"), encoding="utf-8")
    said = ran("page.py", folder=tmp_path)
    assert said == "finished 2 {'nameless': 1}\nHello, Ada!\nHello, Grace!\n"
    assert "`finished 2 {'nameless': 1}`" in PAGE
    assert (tmp_path / "greetings.jsonl").read_text(encoding="utf-8").count("\n") == 2


def test_it_works_within_a_running_loop(tmp_path: Path) -> None:
    code = block("python").replace("\n", "\n    ")
    (tmp_path / "page.py").write_text(f"import asyncio\nasync def cell():\n    {code}\nasyncio.run(cell())\n", encoding="utf-8")
    assert ran("page.py", folder=tmp_path).startswith("finished 2 ")


def test_a_step_of_your_own(tmp_path: Path) -> None:
    (tmp_path / "plugins").mkdir()
    (tmp_path / "plugins" / "shout.py").write_text(block("python", 1), encoding="utf-8")
    (tmp_path / "recipe.yaml").write_text(block("yaml"), encoding="utf-8")
    rowsmith = ("-m", "rowsmith.cli.main")
    ran(*rowsmith, "plugins", "trust", "plugins", folder=tmp_path)
    assert "empty_text 1" in ran(*rowsmith, "run", "recipe.yaml", folder=tmp_path)
    assert ran(*rowsmith, "rows", "loud", folder=tmp_path) == '{"text":"HELLO"}\n'
