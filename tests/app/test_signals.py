"""Signals: seen by a run whichever thread the system hands them to."""

from __future__ import annotations

import signal
import threading
from pathlib import Path

from rowsmith import Lab
from rowsmith.cli.runs import Watched
from rowsmith.core.models import Model
from rowsmith.core.recipe import Recipe
from rowsmith.steps.generate.columns import Columns
from rowsmith.steps.read.rows import ReadRows
from rowsmith.testing import ModelServer, Request


def test_a_signal_that_another_thread_is_handed_stops_the_run(tmp_path: Path) -> None:
    released, sent = threading.Event(), threading.Event()

    def reply(request: Request) -> str:
        if not sent.is_set():
            sent.set()
            signal.pthread_kill(threading.get_ident(), signal.SIGTERM)  # not the main thread, which would be woken
        released.wait(60)
        return "late"

    with ModelServer(reply) as server, Lab(tmp_path) as lab:
        recipe = Recipe(
            name="t", models={"writer": Model(model="openai/m", base_url=server.url)},
            steps=[ReadRows(rows=[{"n": n} for n in range(4)]), Columns(prompt="Say {{ n }}")],
        )  # fmt: skip
        with Watched() as watched:
            done = lab.project().runs.start(recipe, grace_s=0.1, stopping=watched.stopping)
        assert sent.is_set() and not released.is_set()
        released.set()
    assert (done.state, done.kept) == ("stopped", 0)
