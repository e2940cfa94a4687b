"""The example of docs/testing-recipes.md: recorded once with a model, and run again where there is none."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from running import Bench, ask, called, texts
from terminal import ROOT

from rowsmith import Lab

PAGE = (ROOT / "docs" / "testing-recipes.md").read_text(encoding="utf-8").partition("## Recorded answers")[2].partition("\n## ")[0]


def block(language: str) -> str:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)[0]


@pytest.mark.slow
def test_the_example_works(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    with Bench(here) as bench:
        recipe = bench.recipe(texts("one", "two"), ask())
        for line in block("").splitlines():
            done = called(line.split()[1:], {}, here)
            assert done.returncode == 0, done.stderr
        for name in ("recipe.yaml", "recorded.jsonl"):
            (there / name).write_bytes((here / name).read_bytes())
    assert recipe.exists()
    steps = [step["run"] for step in yaml.safe_load(block("yaml"))["jobs"]["recipe"]["steps"] if step.get("run", "").startswith("rowsmith ")]
    assert len(steps) == 2
    for line in steps:
        done = called(line.split()[1:], {}, there)
        assert done.returncode == 0, done.stderr
    made = []
    for folder in (here, there):
        with Lab(folder / ".rowsmith") as lab:
            made.append([(row.id, row.data) for row in lab.project().datasets.rows("t")])
    assert made[0] == made[1]
    (there / "test_page.py").write_text(block("python"), encoding="utf-8")
    ran = subprocess.run([sys.executable, "-m", "pytest", "-q", "test_page.py"], cwd=there, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout
