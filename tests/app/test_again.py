"""The same command again: who follows a run that is stopped, and what is written when only the place of a file changes."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from running import Bench, ask, texts

from rowsmith import Lab
from rowsmith.app.proof import verify
from rowsmith.core.errors import Unavailable
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

        assert [run("one.jsonl"), run("one.jsonl"), run("two"), run("two", format="csv")] == ["r1", "r1", "r2", "r3"]
        assert (tmp_path / "one.jsonl").read_text(encoding="utf-8").count("\n") == 2
        assert (tmp_path / "two").read_text(encoding="utf-8-sig").startswith("answer")
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


def test_a_file_that_is_gone_is_written_again_from_stored_answers(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    with Bench(tmp_path) as bench:

        def run() -> str:
            return str(bench.run(texts("a", "b"), ask(), {"kind": "write.files", "path": str(path)}).run)

        assert (run(), run()) == ("r1", "r1")
        before = path.read_bytes()
        path.unlink()
        assert (run(), path.read_bytes(), run()) == ("r2", before, "r2")
        assert len(bench.asked) == 2


def test_no_rows_make_a_file_without_rows(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    with Bench(tmp_path) as bench:
        none = {"kind": "filter.where", "where": "text = 'z'"}
        assert [bench.run(texts("a"), none, {"kind": "write.files", "path": str(path)}).run for _ in range(2)] == ["r1", "r1"]
        assert path.read_bytes() == b""


def test_a_target_lowered_to_what_was_reached_finishes_the_run(tmp_path: Path) -> None:
    with Bench(tmp_path) as bench:
        short = bench.run(texts("a", "b", "c"), target=5)
        assert (short.state, short.kept) == ("shortfall", 3)
        enough = bench.run(texts("a", "b", "c"), target=2)
        assert (enough.run, enough.state, enough.kept, enough.reason) == (short.run, "finished", 2, "")
        assert enough.dropped == {"over_target": 1}
        assert len(list(bench.lab.project().datasets.rows("t"))) == 2
        assert verify(bench.lab).ok


def test_a_run_that_an_error_ended_says_so_and_goes_on_when_it_is_mended(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file where a folder is wanted")
    with Bench(tmp_path) as bench:
        steps = (texts("a", "b"), ask(), {"kind": "write.files", "path": str(tmp_path / "out" / "rows.jsonl")})
        with pytest.raises(Unavailable, match="cannot be written"):
            bench.run(*steps)
        failed = bench.runs.result("r1")
        assert (failed.state, failed.pending, failed.exit_code) == ("failed", 2, 1)
        assert "cannot be written" in failed.reason
        (tmp_path / "out").unlink()
        done = bench.run(*steps)
        assert (done.run, done.state, done.kept, len(bench.asked)) == ("r1", "finished", 2, 2)
        assert verify(bench.lab).ok
