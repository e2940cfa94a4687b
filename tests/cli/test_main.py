"""The command line is put together for the command that is spoken."""

from __future__ import annotations

import io
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
