"""The repository as someone finds it who has just cloned it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DECISIONS = sorted((ROOT / "decisions").glob("[0-9]*.md"))
needs_make = pytest.mark.skipif(shutil.which("make") is None, reason="no make")


def made(*words: str) -> str:
    """What make prints, by itself even where make runs these tests."""
    env = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "GNUMAKEFLAGS")}
    return subprocess.run(["make", "--no-print-directory", *words], cwd=ROOT, env=env, capture_output=True, text=True, check=True).stdout


@needs_make
def test_the_targets() -> None:
    assert {"demo", "test", "check", "bench", "battery", "help"} <= set(re.findall(r"^  make (\w+) ", made("help"), re.MULTILINE))


@needs_make
@pytest.mark.parametrize("target", ["check", "test"])
def test_make_check_lints_types_and_tests(target: str) -> None:
    plan = made("--dry-run", target)
    places = [plan.index(tool) for tool in ("scripts/setup.sh", "/ruff check", "/mypy", "/lint-imports", "scripts/services.sh", "/pytest")]
    assert places == sorted(places)
    assert plan.strip().splitlines()[-1].find("pytest") > 0
    assert ("not slow" in plan) == (target == "check")


def test_continuous_integration_runs_make_test() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    text = script.read_text(encoding="utf-8")
    assert text.startswith("#!/usr/bin/env bash\n")
    assert "set -euo pipefail" in text
    assert text.rstrip().endswith("make test\nmake test-consumers")


def bare(tmp_path: Path) -> Path:
    """A repository with what set-up looks at."""
    for name in ("uv.lock", "pyproject.toml", "scripts/setup.sh"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def test_setup_does_nothing_when_it_is_up_to_date(tmp_path: Path) -> None:
    home = bare(tmp_path)
    python = home / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.symlink_to(sys.executable)
    hashes = [sha256((home / name).read_bytes()).hexdigest() for name in ("uv.lock", "pyproject.toml", "scripts/setup.sh")]
    (home / ".venv" / "rowsmith.stamp").write_text("\n".join(hashes) + "\n", encoding="utf-8")
    done = subprocess.run([home / "scripts" / "setup.sh"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert sorted(path.name for path in python.parent.iterdir()) == ["python"]


def test_setup_says_when_python_is_too_old(tmp_path: Path) -> None:
    home = bare(tmp_path)
    tools = home / "tools"
    tools.mkdir()
    for tool in ("bash", "dirname"):
        (tools / tool).symlink_to(str(shutil.which(tool)))
    old = tools / "python3"
    old.write_text('#!/bin/sh\nif [ "$1" = --version ]; then echo Python 3.9.2; else exit 1; fi\n', encoding="utf-8")
    old.chmod(0o755)
    run = [tools / "bash", home / "scripts" / "setup.sh"]
    done = subprocess.run(run, env={"PATH": str(tools)}, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "Python 3.11 or newer is needed and not found (python3 is Python 3.9.2)" in done.stderr
    assert not (home / ".venv").exists()


def test_without_a_server_the_tests_of_postgresql_are_left_out_aloud_and_fail_in_ci(tmp_path: Path) -> None:
    nowhere = {**os.environ, "ROWSMITH_TEST_POSTGRES": f"postgresql+psycopg://nobody@localhost/none?host={tmp_path}"}
    for ci, code in (("", 0), ("true", 1)):
        done = subprocess.run([ROOT / "scripts" / "services" / "postgres.sh"], env={**nowhere, "CI": ci}, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout) == (code, "")
        assert "NOT TESTED ON POSTGRESQL" in done.stderr


def test_the_licence() -> None:
    assert sha256((ROOT / "LICENSE").read_bytes()).hexdigest() == "cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30"


def test_the_pages_are_there() -> None:
    for name in ("ARCHITECTURE", "CONTRIBUTING", "SECURITY", "CHANGELOG"):
        page = (ROOT / f"{name}.md").read_text(encoding="utf-8")
        assert page.startswith("# ")
        assert f"({name}.md)" in README, name
    assert len((ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8").split()) < 1000


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.name[:4])
def test_decisions_have_their_three_parts(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert re.match(rf"# {path.name[:4]} \S", text)
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences"]
    assert text.split("## Decision\n")[1].startswith("> ")
    assert f"]({path.name})" in (ROOT / "decisions" / "README.md").read_text(encoding="utf-8")


def test_the_readme_opens_with_the_two_commands() -> None:
    block = README.split("```")[1].strip().splitlines()
    assert [line.split("#")[0].strip() for line in block] == ["make demo", "make test"]
    assert README.split("```")[0].strip() == "# Rowsmith"


def test_the_first_screen_of_the_readme_is_real(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    (recipe,) = re.findall(r"^```yaml\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    assert (tmp_path / "examples" / "first" / "recipe.yaml").read_text(encoding="utf-8") == recipe
    shown = re.findall(r"^```console\n(.*?)^```", README, re.MULTILINE | re.DOTALL)[0]
    for part in shown.split("$ rowsmith ")[1:]:
        command, _, wanted = part.partition("\n")
        run = [str(Path(sys.executable).with_name("rowsmith")), *command.split()]
        env = {**os.environ, "ROWSMITH_HOME": ".rowsmith", "COLUMNS": "120"}
        done = subprocess.run(run, cwd=tmp_path, env=env, capture_output=True, text=True, check=True)
        assert lines(done.stdout) == lines(wanted), command


def lines(text: str) -> list[str]:
    """Lines without space at their ends and without the number of the version, which holds the time."""
    return [re.sub(r"version [0-9a-f]{12}", "version", line.rstrip()) for line in text.splitlines()]


def test_the_python_on_the_first_screen_runs(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    (code,) = re.findall(r"^```python\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert len(done.stdout.splitlines()) == 8
    assert "bread.md" in done.stdout


def test_the_core_is_light() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = {re.split(r"[<>=\[~! ]", item)[0].lower() for item in project["dependencies"]}
    assert names & {"torch", "litellm", "pyarrow", "pandas", "numpy", "transformers", "openai", "psycopg", "ray", "celery"} == set()
    assert "postgres" in project["optional-dependencies"]
