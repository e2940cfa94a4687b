"""The same command again: who follows a run that is stopped, and what is written when only the place of a file changes."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from running import Bench, ask, texts

from rowsmith import Lab
from rowsmith.engine.terms import Progress


@pytest.mark.parametrize("end", ["stop", "cancel"])
def test_who_follows_a_run_that_is_asked_to_end_ends_with_it(tmp_path: Path, end: str) -> None:
    with Bench(tmp_path, latency=0.2) as bench, Lab(tmp_path / "home") as other, ThreadPoolExecutor(2) as threads:
        models = {"writer": bench.model(concurrency=1)}
        recipe = bench.recipe(texts(*(f"text {n}" for n in range(200))), ask(), models=models)
        first = threads.submit(bench.runs.start, recipe)
        bench.server.wait_for(2)
        following = threading.Event()

        def seen(progress: Progress) -> None:
            if "another process" in progress.note:
                following.set()

        second = threads.submit(other.project().runs.start, recipe, on_progress=seen)
        assert following.wait(30)
        getattr(bench.runs, end)("r1")
        asked = len(bench.asked)
        state = {"stop": "stopped", "cancel": "cancelled"}[end]
        assert (first.result(30).state, second.result(30).state) == (state, state)
        assert len(bench.asked) <= asked + 1 < 200


def test_a_finished_run_whose_file_goes_elsewhere_is_made_again_from_stored_answers(tmp_path: Path) -> None:
    with Bench(tmp_path) as bench:

        def run(name: str, **more: str) -> str:
            step = {"kind": "write.files", "path": str(tmp_path / name), **more}
            return str(bench.run(texts("a", "b"), ask(), step).run)

        assert [run("one.jsonl"), run("one.jsonl"), run("two.jsonl"), run("two.jsonl", format="csv")] == ["r1", "r1", "r2", "r3"]
        assert (tmp_path / "one.jsonl").read_text(encoding="utf-8").count("\n") == 2
        assert (tmp_path / "two.jsonl").read_text(encoding="utf-8-sig").startswith("answer")
        assert len(bench.asked) == 2


def test_replace_is_done_for_a_finished_run_too(tmp_path: Path) -> None:
    with Bench(tmp_path) as bench:
        bench.run(texts("a"), top={"into": "d"})
        merged = bench.run(texts("b"), top={"into": "d"})
        replaced = bench.run(texts("b"), top={"into": "d"}, replace=True)
        datasets = bench.lab.project().datasets
        assert (merged.run, replaced.run) == ("r2", "r2")
        assert [row.data["text"] for row in datasets.rows("d")] == ["b"]
        assert len(list(datasets.rows(f"d@{merged.version}"))) == 2
        assert bench.run(texts("b"), top={"into": "d"}, replace=True).version == replaced.version
