"""`rowsmith serve` as a real process: its options, its link, its end, and its death."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from running import Bench, ask, texts

COMMAND = [sys.executable, "-m", "rowsmith.cli.main", "serve", "--no-open", "--port", "0"]


@contextmanager
def process(home: Path, *more: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server, and the launch link that it prints."""
    env = {**os.environ, "ROWSMITH_HOME": str(home)}
    with subprocess.Popen([*COMMAND, *more], env=env, stdout=subprocess.PIPE, text=True) as running:
        try:
            assert running.stdout is not None
            yield running, running.stdout.readline().split()[-1]
        finally:
            running.kill()


@contextmanager
def browser(link: str, cookies: httpx.Cookies | None = None) -> Iterator[httpx.Client]:
    """Let in by the link, or by the cookies that an earlier one left."""
    with httpx.Client(base_url=link.partition("/launch")[0], cookies=cookies, timeout=60, trust_env=False) as client:
        assert cookies or client.get(link).status_code == 303
        yield client


def test_the_options_of_serve(tmp_path: Path) -> None:
    with Bench(tmp_path, latency=0.3) as bench, process(tmp_path / "home", "--runs", "1", "--grace", "0") as (running, link), browser(link) as client:
        assert client.get(link).status_code == 401
        runs = "/api/v1/projects/default/runs"
        for name in "ab":
            told = client.post(runs, json={"recipe": str(bench.recipe(texts(*"pqrstu"), ask(f"{name} {{{{ text }}}}"), file=f"{name}.yaml"))})
            assert told.status_code == 202, told.text
        while (one := client.get(f"{runs}/r1").json())["state"] == "queued":
            time.sleep(0.05)
        assert (one["state"], client.get(f"{runs}/r2").json()["state"]) == ("running", "queued")
        running.send_signal(signal.SIGTERM)
        assert running.wait(30) in (0, -signal.SIGTERM)
    taken = subprocess.run([*COMMAND[:-2], "--port", "1", "--host", "0.0.0.0"], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert taken.returncode == 1 and "reached by others" in taken.stderr


def test_a_killed_server_comes_back_with_its_run(tmp_path: Path) -> None:
    with Bench(tmp_path, latency=0.1) as bench:
        recipe = bench.recipe(texts(*map(str, range(40))), ask(), models={"writer": bench.model(concurrency=2)})
        with process(tmp_path / "home") as (running, link), browser(link) as client:
            run = client.post("/api/v1/projects/default/runs", json={"recipe": str(recipe)}).json()["run"]
            while client.get(f"/api/v1/projects/default/runs/{run}").json()["kept"] < 5:
                time.sleep(0.05)
            running.kill()
            running.wait()
        with process(tmp_path / "home") as (_, link), browser(link, client.cookies) as again:
            until = time.monotonic() + 100
            while (told := again.get(f"/api/v1/projects/default/runs/{run}").json())["state"] in ("queued", "running"):
                assert time.monotonic() < until, json.dumps(told)
                time.sleep(0.1)
        assert (told["state"], told["kept"]) == ("finished", 40)
        assert len(bench.asked) <= 42  # those in flight at the kill
