"""`make demo`: what it makes, and what it says about models."""

from __future__ import annotations

import json
import os
import re
import runpy
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rowsmith.testing import ModelServer

ROOT = Path(__file__).parents[2]


pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder in which the demo ran, and what it said. It runs over a copy of the documentation, twice, the second time with a key."""
    home = tmp_path_factory.mktemp("clone")
    for name in ("docs", "examples", "scripts"):
        shutil.copytree(ROOT / name, home / name, ignore=shutil.ignore_patterns("__pycache__"))
    env = {name: value for name, value in os.environ.items() if name != "OPENAI_API_KEY"}
    said = ""
    for more in ({}, {"OPENAI_API_KEY": "sk-never-sent"}):
        done = subprocess.run([sys.executable, "scripts/demo.py"], cwd=home, env={**env, **more}, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        said += done.stdout
    return home, said


def rows(home: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (home / ".demo" / "docs.jsonl").read_text(encoding="utf-8").splitlines()]


def test_it_makes_rows_without_a_key_and_says_where_they_are(demo: tuple[Path, str]) -> None:
    home, said = demo
    assert len(rows(home)) >= 50
    for name in (".demo/docs.jsonl", ".demo/docs-alpaca.jsonl"):
        assert (home / name).stat().st_size
        assert name in said
    assert len((home / ".demo" / "docs-alpaca.jsonl").read_text(encoding="utf-8").splitlines()) == len(rows(home))
    assert said.count("  question  ") == 6
    assert "\nok\n" in said
    assert "sk-never-sent" not in said


def test_its_answers_stand_word_for_word_in_the_documents(demo: tuple[Path, str]) -> None:
    home, _ = demo
    for row in rows(home):
        origin = row["provenance"]["origin"]
        text = (home / "docs" / origin["source"]["file"]).read_text(encoding="utf-8")
        start, end = origin["answer"]["span"]
        assert text[start:end] == row["answer"]


def test_it_says_how_to_use_a_key(demo: tuple[Path, str]) -> None:
    first, second = demo[1].split("OPENAI_API_KEY is set")[:2]
    assert "--set base_url=" in first
    command = re.findall(r"rowsmith run (\S+) .*--set model=\S+ .*--budget", second)
    assert command == ["examples/docs_with_model.yaml"]


def test_a_model_server_on_this_machine_is_found() -> None:
    first_model: Callable[[int], str | None] = runpy.run_path(str(ROOT / "scripts" / "demo.py"))["first_model"]
    with ModelServer(models=["nomic-embed-text", "llama3.2"]) as server:
        port = int(re.findall(r":(\d+)", server.url)[0])
        assert first_model(port) == "llama3.2"
    assert first_model(port) is None
