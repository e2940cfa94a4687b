from __future__ import annotations

import random
import signal
from pathlib import Path

import psutil
import pytest

from rowsmith.testing import CommandLine, rowsmith

MAIN = """
import os, subprocess, sys, time
if sys.argv[1] == "child":
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    print(child.pid, flush=True)
if sys.argv[1] != "say":
    time.sleep(600)
print("first\\n" + '{"state": "%s"}' % os.environ.get("STATE", ""))
print("oops", file=sys.stderr)
"""


@pytest.fixture(autouse=True)
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A small program under the name of the command line, so that this test stands alone."""
    package = tmp_path / "path" / "rowsmith" / "cli"
    package.mkdir(parents=True)
    for folder in (package, package.parent):
        (folder / "__init__.py").write_text("")
    (package / "main.py").write_text(MAIN)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "path"))


def test_running_to_the_end() -> None:
    done = rowsmith("say")
    assert (done.returncode, done.stdout.splitlines()[0], done.stderr) == (0, "first", "oops\n")


def test_the_result_is_the_last_line() -> None:
    with CommandLine("say", env={"STATE": "done"}) as command:
        assert command.wait() == 0
        assert command.result == {"state": "done"}


def test_a_random_kill_and_what_it_leaves_behind() -> None:
    with CommandLine("sleep") as command:
        with pytest.raises(TimeoutError, match="`rowsmith sleep` still runs"):
            command.wait(0.01)
        with pytest.raises(ValueError, match="wrote no JSON line"):
            command.result  # noqa: B018
        assert command.kill_within(0.0, 0.01, random.Random(1))
        assert command.wait() == -signal.SIGKILL
    with CommandLine("say") as command:
        assert not command.kill_within(20, 30, random.Random(1))


def test_leaving_ends_children_too() -> None:
    with CommandLine("child") as command:
        while not command.out.strip():
            pass
        family = [psutil.Process(int(command.out))]
        command.terminate()
        assert command.wait() == -signal.SIGTERM
        assert family[0].is_running()
    psutil.wait_procs(family, timeout=10)
    assert not [process for process in family if process.is_running() and process.status() != psutil.STATUS_ZOMBIE]
