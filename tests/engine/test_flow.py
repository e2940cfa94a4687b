"""A run in motion: within a running loop, interrupted, stopped, with prompts stored and every call found again."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from pathlib import Path

import pytest
from running import Bench, ask, conserved, jsonl, texts
from sqlalchemy import text

from rowsmith.core.prompt import parse
from rowsmith.engine.context import choose_role
from rowsmith.engine.terms import Stopping
from rowsmith.testing import Reply


def test_within_a_running_loop(tmp_path: Path) -> None:
    """A notebook has a loop of its own."""

    async def cell() -> int:
        with Bench(tmp_path) as bench:
            return bench.run(texts("a", "b"), ask()).kept

    assert asyncio.run(cell()) == 2


def test_shares_are_as_given() -> None:
    chosen = [choose_role({"a": 3, "b": 1}, f"{n:032x}", "step") for n in range(2000)]
    assert 0.7 < chosen.count("a") / 2000 < 0.8
    assert chosen != [choose_role({"a": 3, "b": 1}, f"{n:032x}", "other step") for n in range(2000)]
    assert choose_role("a", "0" * 32, "step") == "a"


def test_ctrl_c_stops_in_good_order_and_the_run_goes_on(tmp_path: Path) -> None:
    with Bench(tmp_path, latency=0.05) as bench:
        steps = (texts(*(f"t{n}" for n in range(30))), ask())
        waiting = threading.Thread(target=lambda: (bench.server.wait_for(10), os.kill(os.getpid(), signal.SIGINT)))
        waiting.start()
        with pytest.raises(KeyboardInterrupt):
            bench.run(*steps, top={"models": {"writer": bench.model(concurrency=4)}})
        waiting.join()
        stopped = bench.runs.result("r1")
        conserved(stopped)
        assert (stopped.state, 10 <= stopped.kept < 30) == ("stopped", True)
        assert stopped.kept == len(bench.asked)
        bench.server.change(latency=0)
        done = bench.run(*steps, top={"models": {"writer": bench.model(concurrency=4)}})
        assert (done.run, done.state, done.kept, len(bench.asked)) == ("r1", "finished", 30, 30)


@pytest.mark.parametrize(("act", "state"), [("stop", "stopped"), ("cancel", "cancelled")])
def test_stopped_from_another_thread(tmp_path: Path, act: str, state: str) -> None:
    with Bench(tmp_path, latency=0.05) as bench:
        steps = (texts(*(f"t{n}" for n in range(30))), ask(), {"kind": "filter.duplicates"})
        stopping = Stopping()
        waiting = threading.Thread(target=lambda: (bench.server.wait_for(8), getattr(stopping, act)()))
        waiting.start()
        top = {"models": {"writer": bench.model(concurrency=4)}}
        stopped = bench.run(*steps, top=top, stopping=stopping)
        waiting.join()
        assert stopped.state == state
        assert stopped.cancelled + stopped.pending == stopped.requested
        assert (stopped.cancelled > 0) == (state == "cancelled")
        bench.server.change(latency=0)
        done = bench.run(*steps, top=top)
        assert (done.run, done.state, done.kept, done.cancelled, len(bench.asked)) == (stopped.run, "finished", 30, 0, 30)


def test_no_grace_cuts_calls_off(tmp_path: Path) -> None:
    with Bench(tmp_path, faults={"hang": 1}) as bench:
        stopping = Stopping()
        waiting = threading.Thread(target=lambda: (bench.server.wait_for(2), stopping.stop(0.05)))
        waiting.start()
        result = bench.run(texts("a", "b"), ask(), stopping=stopping)
        waiting.join()
        assert (result.state, result.pending, result.maybe_billed) == ("stopped", 2, 2)


def test_failed_rows_get_another_attempt(tmp_path: Path) -> None:
    with Bench(tmp_path, rules=[{"contains": "bad", "fault": "400"}]) as bench:
        first = bench.run(texts("good", "bad"), ask())
        assert (first.state, first.failed) == ("shortfall", {"http_400": 1})
        asked = len(bench.asked)
        assert bench.run(texts("good", "bad"), ask()).failed == {"http_400": 1}
        assert bench.runs.resume(first.run, retry_failed=False).failed == {"http_400": 1}
        assert len(bench.asked) == asked
        bench.server.change(rules=[])
        again = bench.runs.resume(first.run)
        assert (again.state, again.kept, again.failed, len(bench.asked)) == ("finished", 2, {}, asked + 1)


def test_an_answer_that_cannot_be_used_is_a_draw_with_its_reason(tmp_path: Path) -> None:
    with Bench(tmp_path, lambda request: Reply("no json at all") if request.n == 1 else None) as bench:
        result = bench.run(texts("a"), ask())
        assert (result.kept, result.calls, result.refused_draws) == (1, 2, {"malformed": 1})
        (draw,) = bench.runs.draws(result.run)
        (row,) = bench.rows(result)
        assert ([draw["row"]], draw["reason"]) == (row.origin["parents"], "malformed")
        assert draw["call"] not in row.origin["made"][-1]["calls"]


def test_every_row_can_be_traced_to_its_source_its_prompt_and_its_answer(tmp_path: Path) -> None:
    with Bench(tmp_path) as bench:
        document = "# Tea\n\nTea grows in Assam.\n\n# Coffee\n\nCoffee grows in Peru."
        (tmp_path / "drinks.md").write_text(document, encoding="utf-8")
        prompt = "Ask about {{ text }}."
        steps = ({"kind": "read.files", "paths": "drinks.md"}, {"kind": "chunk.markdown", "size": 32}, ask(prompt, forward=["text"]))
        result = bench.run(*steps, {"kind": "score.judge", "criteria": {"fit": "fit"}})
        project = bench.lab.project()
        rows = list(project.datasets.rows("t"))
        assert len(rows) == result.kept >= 1
        for row in rows:
            source = row.origin["source"]
            copy = bench.lab.files.path(source["hash"]).read_text(encoding="utf-8")
            assert copy == document
            assert copy[slice(*source["span"])] == row.data["text"]
            assert row.origin["made"][2]["prompt"] == parse(prompt).hash
            calls = project.provenance.origin(row.id).calls
            assert len(calls) == 2
            assert row.data["answer"] in calls[0]["raw"]
            assert {call["model"] for call in calls} == {"openai/m"}
        with bench.lab.db.read() as conn:
            stored = {bytes(found.hash).hex(): found.text for found in conn.execute(text("SELECT hash, text FROM prompt"))}
        assert all(stored[made["prompt"]] for row in rows for made in row.origin["made"] if "prompt" in made)
        assert stored[parse(prompt).hash] == prompt


def test_a_prompt_is_stored_once_for_its_content(tmp_path: Path) -> None:
    with Bench(tmp_path) as bench:
        bench.run(texts("a"), ask("Same {{ text }}", name="x"), ask("Same {{ text }}", name="y", columns=None, forward=[], **{"from": "read.rows"}))
        bench.run(texts("b"), ask("Same {{ text }}"))
        bench.run(texts("b"), ask("Other {{ text }}"))
        with bench.lab.db.read() as conn:
            assert sorted(conn.execute(text("SELECT text FROM prompt")).scalars()) == ["Other {{ text }}", "Same {{ text }}"]
            assert conn.execute(text("SELECT count(*) FROM run_prompt")).scalar_one() == 4


def test_the_same_question_twice_in_a_run_is_two_draws(tmp_path: Path) -> None:
    with Bench(tmp_path, vary=True) as bench:
        source = jsonl(tmp_path / "in.jsonl", [{"text": "same"}, {"text": "same"}, {"text": "other"}])
        steps = ({"kind": "read.files", "paths": str(source)}, ask())
        result = bench.run(*steps)
        rows = bench.rows(result)
        assert (len(bench.asked), len({row.id for row in rows}), len({row.data["answer"] for row in rows})) == (3, 3, 3)
        again = bench.run(*steps, new=True)
        assert (again.calls, again.calls_reused, bench.said(again, "answer")) == (0, 3, bench.said(result, "answer"))


def test_a_row_that_one_model_fails_does_not_stop_the_others(tmp_path: Path) -> None:
    with Bench(tmp_path, rules=[{"contains": f"t{n}", "fault": "422"} for n in range(3)]) as bench:
        result = bench.run(texts(*(f"t{n}" for n in range(9))), ask())
        assert (result.state, result.kept, result.failed) == ("shortfall", 6, {"http_422": 3})
