"""Keys at the terminal: typed unseen or on standard input, never on the command line, and never shown."""

from __future__ import annotations

import io
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from running import Bench, ask, called, texts

from rowsmith.cli.main import main
from rowsmith.testing import rowsmith

KEY = "sk-canary-7d2f9a41c6e85b30"
NAME = "OPENAI_API_KEY"


@pytest.fixture(autouse=True)
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A configuration folder of this test."""
    monkeypatch.setenv("ROWSMITH_CONFIG", str(tmp_path / "config"))
    monkeypatch.delenv(NAME, raising=False)


def say(folder: Path, *words: str, stdin: str = "", code: int = 0) -> str:
    done = called([*words], {"COLUMNS": "200"}, folder, stdin)
    assert done.returncode == code, (done.stdout, done.stderr)
    return done.stdout + done.stderr


def test_a_key_on_standard_input(tmp_path: Path) -> None:
    assert say(tmp_path, "keys", "add", NAME, stdin=f"{KEY}\n") == f"{NAME} for https://api.openai.com is kept in the store (it ends with 5b30).\n"
    assert KEY not in say(tmp_path, "keys", "list") + say(tmp_path, "keys", "list", "--json")


def test_a_key_that_is_typed_is_not_echoed(tmp_path: Path) -> None:
    """On a terminal of its own: what the terminal shows is all that anyone can see."""
    terminal, inside = pty.openpty()
    words = [sys.executable, "-m", "rowsmith.cli.main", "keys", "add", NAME]
    child = subprocess.Popen(words, cwd=tmp_path, stdin=inside, stdout=inside, stderr=inside, start_new_session=True)
    os.close(inside)
    shown = b""
    while b"https://api.openai.com: " not in shown:
        shown += os.read(terminal, 1024)
    os.write(terminal, f"{KEY}\n".encode())
    try:
        while part := os.read(terminal, 1024):
            shown += part
    except OSError:  # the terminal ends with the process
        pass
    assert child.wait() == 0, shown
    os.close(terminal)
    assert KEY.encode() not in shown
    assert b"it ends with 5b30" in shown


@pytest.mark.parametrize(
    "words",
    [
        ["keys", "add", NAME, KEY], ["keys", "add", NAME, "--", KEY], ["keys", "add", KEY], ["keys", "add", NAME, f"--key={KEY}"],
        ["keys", "add", NAME, "--key", KEY], ["keys", "add", NAME, "--url", KEY], ["keys", "add", f"{NAME}={KEY}"], ["keys", "allow", NAME, KEY],
        ["keys", "allow", KEY, "http://h"], ["keys", "disallow", KEY, KEY], ["keys", "remove", KEY], ["keys", "remove", NAME, "--url", KEY],
    ],
)  # fmt: skip
@pytest.mark.parametrize("more", [[], ["--json"]])
def test_a_key_on_the_command_line_is_refused_and_not_repeated(tmp_path: Path, words: list[str], more: list[str]) -> None:
    say(tmp_path, "project", "create", "p")
    done = called([*words, *more], {}, tmp_path, stdin=KEY)
    assert done.returncode in (1, 2)
    assert KEY not in done.stdout + done.stderr
    assert '"keys":[]' in say(tmp_path, "keys", "list", "--json")


@pytest.mark.parametrize("given", [b"", b"\n", b"one two", b"\xff\xfe\xfd", b"k" * 50_000])
def test_what_is_no_key_is_told(tmp_path: Path, given: bytes) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path)
        patch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(given), encoding="utf-8"))
        with pytest.raises(SystemExit) as end:
            main(["keys", "add", NAME])
    assert end.value.code == 1
    assert '"keys":[]' in say(tmp_path, "keys", "list", "--json")


def test_an_allowed_address_that_is_not_encrypted_is_told(tmp_path: Path) -> None:
    assert "unencrypted" in say(tmp_path, "keys", "allow", NAME, "http://gpu:8000/v1")
    assert "unencrypted" not in say(tmp_path, "keys", "allow", NAME, "https://gpu:8000/v1")


def test_a_mistyped_home_is_told(tmp_path: Path) -> None:
    assert "no home in nowhere" in say(tmp_path, "keys", "list", "--home", "nowhere")
    assert not (tmp_path / "nowhere").exists()
    assert "There is no home" in say(tmp_path, "keys", "rotate", "--home", "nowhere", code=1)
    assert "No such key" in say(tmp_path, "keys", "remove", NAME, "--home", "nowhere", code=1)


def test_check_finds_the_keys_of_the_home_and_makes_none(tmp_path: Path) -> None:
    with Bench(tmp_path) as bench:
        recipe = str(bench.recipe(texts("a"), ask(), models={"writer": {"model": "openai/m"}}))
    assert NAME in say(tmp_path, "check", recipe, code=1)
    assert not (tmp_path / ".rowsmith").exists()
    say(tmp_path, "keys", "add", NAME, stdin=KEY)
    assert "no problems" in say(tmp_path, "check", recipe)
    assert NAME in say(tmp_path, "check", recipe, "--home", "elsewhere", code=1)
    assert "no project called 'nowhere'" in say(tmp_path, "check", recipe, "--project", "nowhere", code=1)


def test_a_restored_home_names_the_keys_to_be_entered(tmp_path: Path) -> None:
    say(tmp_path, "keys", "add", NAME, stdin=KEY)
    say(tmp_path, "backup", "b")
    assert say(tmp_path, "restore", "b", "--home", "here").count("\n") == 1
    (tmp_path / "config" / "kek").unlink()
    assert "entered again: `rowsmith keys add OPENAI_API_KEY --url https://api.openai.com`" in say(tmp_path, "restore", "b", "--home", "there")
    assert "locked" in say(tmp_path, "keys", "list", "--home", "there")
    assert "does not open here" in say(tmp_path, "keys", "rotate", "--home", "there")


def test_in_a_process_of_its_own(tmp_path: Path) -> None:
    """Where nothing stands on standard input, it is said and not waited for."""
    done = rowsmith("keys", "add", NAME, cwd=tmp_path)
    assert (done.returncode, "holds nothing" in done.stderr) == (1, True)
