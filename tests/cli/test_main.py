"""The command line is put together for the command that is spoken."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pytest
import typer.main
from running import called
from terminal import commands

from rowsmith.cli.main import app


@pytest.fixture(scope="module")
def whole() -> Any:
    """The command line with every command."""
    return typer.main.get_command(app)


@pytest.mark.parametrize("name", commands())
def test_a_command_alone_is_what_it_is_among_all(name: str, whole: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    said = io.StringIO()
    with redirect_stdout(said):
        whole(args=[*name.split(), "--help"], standalone_mode=False, prog_name="rowsmith")
    assert called([*name.split(), "--help"], {}, tmp_path).stdout == said.getvalue()


def test_a_command_that_is_none_is_held_against_all(tmp_path: Path) -> None:
    done = called(["exprt"], {}, tmp_path)
    assert (done.returncode, "Did you mean" in done.stderr, "'export'" in done.stderr) == (2, True, True)


@pytest.mark.parametrize(
    ("words", "fix"),
    [
        (["convert", "a.csv", "-o", "b.jsonl", "--to", "jsonl"], "Write it without -o: rowsmith convert IN OUT"),
        (["convert", "a.csv", "--output", "b.jsonl", "--to", "jsonl"], "Write it without --output: rowsmith convert IN OUT"),
        (["calls", "export", "-o", "calls.bin"], "Write it without -o: rowsmith calls export PATH"),
        (["backup", "-o", "home.tar"], "Write it without -o: rowsmith backup PATH"),
        (["calls", "import", "-o", "calls.bin"], "-o is an option of: rowsmith guide, rowsmith export, "),
        (["rows", "t", "--target", "3"], "--target is an option of: rowsmith run, rowsmith plan."),
        (["models", "list", "--max-tokens", "3"], "--max-tokens is an option of: rowsmith chunk."),
        (["read", "a.pdf", "--nonsense"], "See rowsmith read --help."),
    ],
)  # fmt: skip
def test_an_option_that_others_have(tmp_path: Path, words: list[str], fix: str) -> None:
    done = called([*words, "--json"], {}, tmp_path)
    told = json.loads(done.stdout)
    assert (done.returncode, told["error"], told["fix"][: len(fix)]) == (2, "Usage", fix)
    assert ("option of" in fix or "without" in fix) == (told["fix"] in called(words, {}, tmp_path).stderr)
