"""Asking steps that cannot say beforehand how many rows they make (chunk.semantic): slots open when the rows are there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from running import Bench, ask, texts

from rowsmith.engine.terms import Progress, Stopping

TEXTS = [
    " ".join(f"The {one} of number {n} grows in the {one} garden." for n in range(6)) + " "
    + " ".join(f"Trains to {two} leave platform {n} at noon, says the {two} office." for n in range(6))
    for one, two in (("rose", "Rome"), ("lily", "Lyon"), ("palm", "Pisa"))
]  # fmt: skip
MORE = [text.replace("garden", "yard") for text in TEXTS]
SEMANTIC = {"kind": "chunk.semantic", "embedder": "embedder", "min_size": 0}
MODELS = {"embedder": {"model": "builtin/hashing"}}


def run(bench: Bench, *steps: Any, **options: Any) -> Any:
    return bench.run(*steps, top={"models": {**MODELS, "writer": bench.model(concurrency=1)}}, **options)


def test_as_many_slots_as_there_are_rows(tmp_path: Path) -> None:
    with Bench(tmp_path) as bench:
        done = run(bench, texts(*TEXTS, "  "), SEMANTIC)
        rows = bench.rows(done)
        assert done.state == "finished"
        assert done.kept == len(rows) == 6  # each text has two subjects
        assert done.requested == done.kept + 1
        assert done.dropped == {"empty_text": 1}
        assert [row.origin["chunk"]["index"] for row in rows] == [0, 1] * 3
        again = run(bench, texts(*TEXTS, "  "), SEMANTIC, new=True)
        assert [row.id for row in bench.rows(again)] == [row.id for row in rows]
        assert done.cost_usd == again.cost_usd


def test_stopped_and_resumed_it_has_the_same_rows(tmp_path: Path) -> None:
    def ids(folder: str, most: int) -> list[str]:
        with Bench(tmp_path / folder, latency=0.03) as bench:
            stopping = Stopping()

            def stop(progress: Progress) -> None:
                if progress.tally.kept >= most:
                    stopping.stop(0)

            result = run(bench, texts(*TEXTS, *MORE), SEMANTIC, ask(), stopping=stopping, on_progress=stop)
            if most < 100:  # the server takes its time, so that a stop comes before the end
                assert result.state == "stopped"
                result = run(bench, texts(*TEXTS, *MORE), SEMANTIC, ask())
            assert result.state == "finished"
            assert len(bench.asked) <= result.kept + 1
            return [row.id for row in bench.rows(result)]

    for name in ("whole", "stopped early", "stopped late"):
        (tmp_path / name).mkdir()
    whole = ids("whole", 1000)
    assert len(whole) == 12
    assert ids("stopped early", 1) == ids("stopped late", 4) == whole


def test_two_steps_take_its_rows_and_those_of_its_parent(tmp_path: Path) -> None:
    with Bench(tmp_path) as bench:
        source = {**texts(*TEXTS), "name": "source"}
        tokens = {"kind": "chunk.tokens", "size": 40, "overlap": 0, "from": "source"}
        done = run(bench, source, {**SEMANTIC, "from": "source"}, tokens)
        alone = [len(bench.rows(run(bench, source, one, new=True))) for one in ({**SEMANTIC, "from": "source"}, tokens)]
        assert done.kept == sum(alone)


def test_a_target_that_is_not_reached_asks_no_second_time(tmp_path: Path) -> None:
    with Bench(tmp_path) as bench:
        done = run(bench, texts(*TEXTS), SEMANTIC, {"kind": "filter.duplicates"}, target=1000)
        assert (done.state, done.requested) == ("shortfall", done.kept)


@pytest.mark.parametrize("share", [0.3, 0.9])
def test_settings_reach_it(tmp_path: Path, share: float) -> None:
    with Bench(tmp_path) as bench:
        assert run(bench, texts(*TEXTS), {**SEMANTIC, "threshold": share, "window": 2}).kept >= 3
