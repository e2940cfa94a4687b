"""Events: what happened to runs, datasets and projects, in order, each written with what it tells."""

from __future__ import annotations

from pathlib import Path

import pytest
from running import Bench, ask, texts

from rowsmith.app.proof import verify
from rowsmith.core.errors import NotFound


def test_a_run_and_its_commit_are_told_in_order(tmp_path: Path) -> None:
    with Bench(tmp_path) as bench:
        first = bench.run(texts("a", "b"), ask(), target=2)
        second = bench.run(texts("c"))
        events = bench.lab.project().events
        assert [event.kind for event in events.list()] == [
            "project.created", "run.started", "dataset.committed", "run.ended", "run.started", "dataset.committed", "run.ended",
        ]  # fmt: skip
        started, committed, ended = events.list(run=first.run)
        assert (started.data["target"], started.data["by"], started.data["recipe"]) == (2, bench.lab.who, "t")
        assert (committed.data["version"], committed.data["rows"]) == (first.version, 2)
        assert (ended.data["state"], ended.data["kept"], ended.data["calls"], ended.data["version"]) == ("finished", 2, 2, first.version)
        assert [event.run for event in events.list(after=ended.n)] == [int(second.run[1:])] * 3
        assert [event.n for event in events.list(limit=2)] == [event.n for event in events.list()][-2:]
        assert verify(bench.lab).ok


def test_the_same_command_again_happens_to_nothing(tmp_path: Path) -> None:
    with Bench(tmp_path) as bench:
        bench.run(texts("a"))
        before = bench.lab.project().events.list()
        bench.run(texts("a"))
        assert bench.lab.project().events.list() == before


def test_a_server_that_throttles_is_told_once_for_a_while(tmp_path: Path) -> None:
    with Bench(tmp_path, fault_sequence=["429:0.05", "ok", "429:0.05", "ok"]) as bench:
        bench.run(texts(*"abcdef"), ask(), top={"models": {"writer": bench.model(concurrency=1)}})
        told = [event for event in bench.lab.project().events.list() if event.kind == "server.throttled"]
        assert len(told) == 1
        assert told[0].data["profile"] == bench.server.root
        assert told[0].run == 1


def test_caps_are_told(tmp_path: Path) -> None:
    with Bench(tmp_path) as bench:
        project = bench.lab.project()
        project.set_budget(usd=1.5)
        assert project.events.list()[-1].data == {"budget_tokens": None, "budget_usd": 1.5}


def test_a_run_that_is_not_there(tmp_path: Path) -> None:
    with Bench(tmp_path) as bench, pytest.raises(NotFound):
        bench.lab.project().events.list(run="r9")
