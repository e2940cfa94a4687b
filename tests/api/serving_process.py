"""`rowsmith serve` as a real process, and a browser that its link lets in."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

COMMAND = [sys.executable, "-m", "rowsmith.cli.main", "serve"]
QUIET = ("--no-open", "--port", "0")


@contextmanager
def process(home: Path, *more: str, **environ: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server, and the launch link that it prints. `environ` is added to its environment."""
    env = {**os.environ, "ROWSMITH_HOME": str(home), **environ}
    with subprocess.Popen([*COMMAND, *(more or QUIET)], env=env, stdout=subprocess.PIPE, text=True) as running:
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
