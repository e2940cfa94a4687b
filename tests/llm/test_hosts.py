"""Processes that hold a library: how they are started, what they say, how they die, and that none is left."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from rowsmith.core.ports import Paused
from rowsmith.llm.hosts.host import LOG, Host, Hosts

PROGRAMS = {
    "waits": "told = life.begin()\nlife.say(address=f\"{told['at']}/{told['token'] != ''}/{told['verbose']}\")\nthreading.Event().wait()",
    "refuses": "life.begin()\nlife.give_up('It will not.', 'Ask again.')",
    "breaks": "life.begin()\nprint('loading', flush=True)\nos.write(2, b'0.00.1 I fine\\n0.00.2 E the file is broken\\n')\nos._exit(3)",
    "crashes": "life.begin()\nos.kill(os.getpid(), 11)",
    "leaves": "life.begin()\nlife.say(address='here')\nos._exit(0)",
    "dawdles": "life.begin()\nopen(os.environ['STARTED'], 'w').close()\nthreading.Event().wait()",
}


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """An environment in which the programs are found."""
    for name, body in PROGRAMS.items():
        (tmp_path / f"host_{name}.py").write_text(f"import os, threading\nfrom rowsmith.llm.hosts import life\n{body}\n")
    return {"PYTHONPATH": str(tmp_path), "STARTED": str(tmp_path / "started")}


@pytest.fixture
def others() -> set[int]:
    """The processes that earlier tests of this worker keep warm."""
    return {process.pid for process in psutil.Process().children()}


def begun(others: set[int]) -> list[psutil.Process]:
    """Those that are there beside them."""
    return [process for process in psutil.Process().children() if process.pid not in others]


def with_host(name: str, environ: dict[str, str], act: Callable[[Host], Awaitable[Any]], **told: Any) -> tuple[Any, list[str]]:
    """What comes of an act with a host, and what was noted meanwhile."""
    notes: list[str] = []

    async def run() -> Any:
        hosts = Hosts()
        host = hosts.of(name, lambda: Host(f"host_{name}", told, title="the thing", environ=environ, note=notes.append))
        try:
            return await act(host)
        finally:
            await hosts.close()

    return asyncio.run(run()), notes


async def gone(host: Host) -> None:
    """Wait until the host's process is known to have ended."""
    assert host._process is not None
    await host._process.wait()


def test_it_is_told_and_says_where_it_answers(environ: dict[str, str], others: set[int]) -> None:
    async def act(host: Host) -> Any:
        found = await asyncio.gather(*(host.address() for _ in range(5)))
        assert len(begun(others)) == 1
        return {*found, await host.address()}

    assert with_host("waits", environ, act, at="http://127.0.0.1:1") == ({"http://127.0.0.1:1/True/False"}, ["loading the thing", ""])
    assert begun(others) == []


def test_what_it_refuses_pauses_the_run_in_its_own_words(environ: dict[str, str]) -> None:
    with pytest.raises(Paused) as paused:
        with_host("refuses", environ, lambda host: host.address())
    assert (paused.value.reason, paused.value.what, paused.value.fix) == ("model", "It will not.", "Ask again.")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("breaks", "the thing cannot be loaded. It ended with 3. the file is broken"),
        ("crashes", "the thing cannot be loaded. It was ended by signal 11."),
    ],
)
def test_when_it_dies_on_the_way_its_last_words_are_told(name: str, words: str, environ: dict[str, str]) -> None:
    with pytest.raises(Paused) as paused:
        with_host(name, environ, lambda host: host.address())
    assert paused.value.what == words


def test_one_that_dies_is_started_again_and_not_for_ever(environ: dict[str, str]) -> None:
    async def act(host: Host) -> None:
        for answers in (True, True, True, True, False, False):
            assert await host.address() == "here"
            if answers:
                host.worked()
            await gone(host)
        with pytest.raises(Paused, match=r"the thing has ended 3 times without an answer\. It ended with 0\."):
            await host.address()
        assert await host.address() == "here"

    with_host("leaves", environ, act)


def test_it_can_be_ended_in_the_middle_of_its_start(environ: dict[str, str], others: set[int]) -> None:
    async def act(host: Host) -> Any:
        asking = asyncio.create_task(host.address())
        while not Path(environ["STARTED"]).exists():
            await asyncio.sleep(0.01)
        await host.close()
        return (await asyncio.gather(asking, return_exceptions=True))[0]

    found, notes = with_host("dawdles", environ, act)
    assert isinstance(found, asyncio.CancelledError)
    assert notes == ["loading the thing", ""]
    assert begun(others) == []


def test_whoever_asked_may_give_up_while_others_wait(environ: dict[str, str]) -> None:
    async def act(host: Host) -> str:
        first = asyncio.create_task(host.address())
        await asyncio.sleep(0)
        first.cancel()
        return await host.address()

    assert with_host("waits", environ, act, at="there")[0].startswith("there")


def test_what_it_says_goes_into_the_log(environ: dict[str, str], tmp_path: Path) -> None:
    log = tmp_path / "host.log"
    log.write_text("earlier\n")
    with pytest.raises(Paused):
        with_host("breaks", {**environ, LOG: str(log)}, lambda host: host.address())
    assert log.read_text() == "earlier\nloading\n0.00.1 I fine\n0.00.2 E the file is broken\n"
    with pytest.raises(Paused, match="The process of the thing cannot be started: No such file or directory"):
        with_host("waits", {**environ, LOG: str(tmp_path / "nowhere" / "log")}, lambda host: host.address())


STARTS = """
import asyncio, os, sys
from rowsmith.llm.hosts.host import Host
async def main():
    host = Host("host_waits", {"at": "there"}, title="it", environ={}, note=lambda said: None)
    await host.address()
    print(host._process.pid, flush=True)
    await asyncio.sleep(60)
asyncio.run(main())
"""


def test_it_ends_with_whoever_started_it_and_not_by_ctrl_c(environ: dict[str, str]) -> None:
    starter = subprocess.Popen(
        [sys.executable, "-c", STARTS], env={**os.environ, **environ}, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        start_new_session=True,
    )  # fmt: skip
    with starter:
        assert starter.stdout is not None
        host = psutil.Process(int(starter.stdout.readline()))
        assert os.getpgid(host.pid) != os.getpgid(starter.pid)
        starter.send_signal(signal.SIGKILL)
        starter.wait()
    host.wait(10)
    assert not host.is_running()


def test_a_host_whose_gate_was_forgotten_ends_when_nobody_is_at_the_other_end(environ: dict[str, str]) -> None:
    """Where the kernel does not see to it, the host reads its standard input."""
    read, write = os.pipe()
    code = "from rowsmith.llm.hosts import life; life._end_with_parent_thread = lambda: None; import host_waits"
    host = subprocess.Popen([sys.executable, "-c", code], stdin=read, stdout=subprocess.PIPE, env={**os.environ, **environ})
    with host:
        os.close(read)
        os.write(write, b'{"at":"there","token":"t","verbose":false}\n')
        assert host.stdout is not None
        assert host.stdout.readline()
        os.close(write)
        assert host.wait(60) == 0
