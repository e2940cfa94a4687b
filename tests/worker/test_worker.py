"""What is left to a worker is carried out once, whoever looks for work, and none of it is carried out for ever."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from running import Bench, ask, texts

from rowsmith import Lab
from rowsmith.app.results import Result
from rowsmith.worker.worker import Worker


@contextmanager
def working(lab: Lab, at_once: int = 2) -> Iterator[Worker]:
    worker = Worker(lab, at_once)
    worker.start()
    try:
        yield worker
    finally:
        worker.stop(1)


def ended(bench: Bench, run: str) -> Result:
    until = time.monotonic() + 60
    while (told := bench.runs.result(run)).state in ("queued", "running"):
        assert time.monotonic() < until, told
        time.sleep(0.05)
    return told


def test_two_workers_of_one_home_buy_each_answer_once(tmp_path: Path) -> None:
    with Bench(tmp_path) as bench, working(bench.lab), working(bench.lab):
        made = [bench.runs.start(bench.recipe(texts(*word), ask()), queue=True, into=word) for word in ("abcd", "efgh", "ijkl")]
        told = [ended(bench, one.run) for one in made]
    assert [(one.state, one.kept, one.dataset) for one in told] == [
        ("finished", 4, "abcd"), ("finished", 4, "efgh"), ("finished", 4, "ijkl"),
    ]  # fmt: skip
    assert len(bench.asked) == 12


def test_a_run_that_nobody_left_to_a_worker_is_let_alone(tmp_path: Path) -> None:
    with Bench(tmp_path) as bench:
        stopped = bench.run(texts("a"), ask(), budget_tokens=1)
        assert stopped.state == "paused"
        with working(bench.lab):
            time.sleep(1.2)
        assert bench.runs.result(stopped.run).state == "paused"


def test_a_run_that_cannot_begin_stands_as_failed(tmp_path: Path) -> None:
    with Bench(tmp_path) as bench:
        made = bench.runs.start(bench.recipe(texts("a"), ask()), queue=True)
        bench.runs.store.set_options(int(made.run[1:]), {**bench.runs.get(made.run).options, "into": "a/b"})
        with working(bench.lab):
            told = ended(bench, made.run)
    assert told.state == "failed" and "cannot be the name" in told.reason


def test_a_queued_run_is_cancelled_before_anybody_takes_it(tmp_path: Path) -> None:
    with Bench(tmp_path) as bench:
        made = bench.runs.start(bench.recipe(texts("a"), ask()), queue=True)
        assert bench.runs.cancel(made.run).state == "cancelled"
        with working(bench.lab):
            time.sleep(1.2)
        assert (bench.runs.result(made.run).state, bench.asked) == ("cancelled", [])


def test_a_person_may_take_a_queued_run_and_failed_rows_are_tried_again(tmp_path: Path) -> None:
    says = iter(["broken", "broken", "broken", *["fine"] * 9])
    with Bench(tmp_path, lambda request: {"answer": "x"} if next(says) == "fine" else "no JSON") as bench:
        first = bench.run(texts("a"), ask())
        assert (first.state, first.kept) == ("shortfall", 0)
        bench.runs.resume(first.run, queue=True)
        with working(bench.lab):
            told = ended(bench, first.run)
    assert (told.state, told.kept) == ("finished", 1)
