"""Targets and limits: asked for N rows, a run gives N, or says what is missing and why."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from running import Bench, ask, texts

from rowsmith.testing import Reply, Request

MANY = [f"text number {n}" for n in range(40)]


def few_answers(request: Request) -> Any:
    """Every second row says the same."""
    if not request.text.startswith("Say "):
        return None
    number = int(request.text.split()[-1])
    return {"answer": "the very same words again" if number % 2 else f"answer {number} of its own {number * 7}"}


def test_a_target_is_met_exactly(tmp_path: Path) -> None:
    with Bench(tmp_path) as bench:
        result = bench.run(texts(*MANY), ask(forward="all"), target=7)
        assert (result.state, result.kept, result.target) == ("finished", 7, 7)
        assert bench.said(result) == MANY[:7]
        assert result.requested < 40
        assert bench.lab.project().datasets.count("t") == 7


def test_a_barrier_that_drops_many_is_made_up_for(tmp_path: Path) -> None:
    with Bench(tmp_path, few_answers) as bench:
        result = bench.run(texts(*MANY), ask(), {"kind": "filter.near_duplicates", "columns": ["answer"]}, target=10)
        assert (result.state, result.kept) == ("finished", 10)
        assert result.dropped["near_duplicate"] >= 7
        assert len(set(bench.said(result, "answer"))) == 10


def test_a_target_beyond_the_sources_asks_again_for_those_that_lack(tmp_path: Path) -> None:
    """Two texts, a target of 6: further rounds ask the same texts for further rows, other draws of the same request."""
    with Bench(tmp_path, vary=True) as bench:
        result = bench.run(texts("one", "two"), ask(), target=6)
        assert (result.state, result.kept, result.requested, len(bench.asked)) == ("finished", 6, 6, 6)
        assert len({row.id for row in bench.rows(result)}) == 6
        assert len(set(bench.said(result, "answer"))) == 6


def test_the_first_round_asks_only_parents_whose_rows_were_lost(tmp_path: Path) -> None:
    with Bench(tmp_path, lambda request: Reply(fault="400") if "two" in request.text and request.nth == 1 else None, vary=True) as bench:
        result = bench.run(texts("one", "two", "three"), ask(), target=3)
        assert (result.state, result.kept, result.failed, result.requested) == ("finished", 3, {"http_400": 1}, 4)
        assert [text.split()[-1] for text in sorted(bench.texts)] == ["one", "three", "two", "two"]


def test_attempts_end_it_and_the_shortfall_says_why(tmp_path: Path) -> None:
    with Bench(tmp_path, vary=True) as bench:
        steps = (texts("one", "two"), ask(), {"kind": "filter.where", "where": "length(answer) < 0", "reason": "never"})
        result = bench.run(*steps, target=4, top={"attempts": 2.5})
        assert (result.state, result.kept) == ("shortfall", 0)
        assert 10 <= result.requested <= 12
        assert result.dropped == {"never": result.requested}
        assert result.reason == "4 of 4 rows are missing: the limit of attempts is reached."


def test_sources_that_end_say_so(tmp_path: Path) -> None:
    with Bench(tmp_path) as bench:
        result = bench.run(texts("one", "two"), target=5)
        assert (result.state, result.kept, result.reason) == ("shortfall", 2, "3 of 5 rows are missing: the sources are exhausted.")


def test_the_same_command_with_a_larger_target_goes_on(tmp_path: Path) -> None:
    with Bench(tmp_path, few_answers) as bench:
        steps = (texts(*MANY), ask(), {"kind": "filter.duplicates", "columns": ["answer"]})
        first = bench.run(*steps, target=3)
        asked = len(bench.asked)
        more = bench.run(*steps, target=8)
        assert (more.run, more.state, more.kept) == (first.run, "finished", 8)
        assert len(set(bench.said(more, "answer"))) == 8
        assert bench.run(*steps, target=5).kept == 8
        assert len(bench.asked) > asked
        assert bench.server.calls.repeated() == {}


def test_a_limit_is_a_sample_and_the_run_goes_on_without_it(tmp_path: Path) -> None:
    with Bench(tmp_path) as bench:
        steps = (texts(*MANY[:12]), ask(forward="all"))
        first = bench.run(*steps, limit=5)
        assert (first.state, first.requested, first.kept) == ("finished", 5, 5)
        whole = bench.run(*steps)
        assert (whole.run, whole.kept, len(bench.asked)) == (first.run, 12, 12)
        assert bench.said(whole) == MANY[:12]


@pytest.mark.parametrize("target", [1, 39, 40])
def test_set_steps_before_and_after(tmp_path: Path, target: int) -> None:
    with Bench(tmp_path) as bench:
        steps = (texts(*MANY, *MANY), {"kind": "filter.duplicates"}, ask(), {"kind": "filter.duplicates", "name": "after"})
        result = bench.run(*steps, target=target)
        assert (result.state, result.kept) == ("finished", target)


def test_dropped_before_and_after_are_told_apart(tmp_path: Path) -> None:
    with Bench(tmp_path, lambda request: {"answer": request.text[-1]}) as bench:
        steps = (texts("a1", "b1", "a1", "c2"), {"kind": "filter.duplicates"}, ask(), {"kind": "filter.duplicates", "name": "after"})
        result = bench.run(*steps)
        assert (result.kept, result.dropped) == (2, {"duplicate": 2})
        assert [(p.step, p.came, p.made, p.passed) for p in result.funnel] == [
            ("read.rows", 0, 4, 4), ("filter.duplicates", 4, 0, 3), ("generate.columns", 3, 3, 3), ("after", 3, 0, 2),
        ]  # fmt: skip


def test_a_failed_row_behind_a_barrier_of_an_earlier_wave_is_tried_again(tmp_path: Path) -> None:
    """The judge, behind the barrier, fails a row of the first wave; `resume` carries it through, though the run has had later waves."""
    with Bench(tmp_path, few_answers) as bench:
        judge = {"kind": "score.judge", "criteria": {"good": "whether it is good"}}
        steps = (texts(*MANY), ask(), {"kind": "filter.duplicates", "columns": ["answer"]}, judge)
        bench.server.change(rules=[{"contains": "answer 2 of", "fault": "400"}])
        first = bench.run(*steps, target=10)
        assert (first.state, first.kept, first.failed) == ("finished", 10, {"http_400": 1})
        bench.server.change(rules=[])
        again = bench.runs.resume(first.run)
        assert (again.state, again.kept, again.failed, again.pending) == ("finished", 10, {}, 0)
        assert any("answer 2 of" in answer for answer in bench.said(again, "answer"))


@pytest.mark.parametrize("asked", [{"limit": 3}, {"target": 3}, {}])
def test_what_a_paused_run_has_open_goes_on_whatever_limit_and_target_say(tmp_path: Path, asked: dict[str, int]) -> None:
    with Bench(tmp_path, api_key="the-right-key") as bench:
        bench.environ["OPENAI_API_KEY"] = "the-wrong-key"
        steps = (texts(*"abcdef"), ask(forward="all"))
        first = bench.run(*steps, **asked)
        assert (first.state, first.kept, first.pending) == ("paused", 0, first.requested)
        bench.environ["OPENAI_API_KEY"] = "the-right-key"
        again = bench.run(*steps, **asked)
        assert (again.run, again.state, again.pending, again.kept) == (first.run, "finished", 0, first.requested)
        assert bench.said(again) == list("abcdef"[: first.requested])


def test_what_is_open_within_a_document_goes_on_and_no_more(tmp_path: Path) -> None:
    """Only the failed chunk is tried again; chunks that the limit kept out stay out until it grows, and then none is missing."""
    with Bench(tmp_path) as bench:
        long = "\n\n".join(f"Paragraph {n} says that number {n} is the number {n}." for n in range(30))
        steps = (texts(long), {"kind": "chunk.tokens", "size": 32, "overlap": 0}, ask(forward="all"))
        bench.server.change(rules=[{"contains": "Paragraph 2 ", "fault": "400"}])
        first = bench.run(*steps, limit=4)
        assert (first.state, first.requested, first.failed) == ("shortfall", 4, {"http_400": 1})
        bench.server.change(rules=[])
        again = bench.runs.resume(first.run)
        assert (again.state, again.requested, again.kept) == ("finished", 4, 4)
        whole = bench.run(*steps)
        assert (whole.run, whole.state, "".join(bench.said(whole)).replace("\n", "")) == (first.run, "finished", long.replace("\n", ""))
        assert bench.server.calls.repeated() == {}


@pytest.mark.parametrize("asked", [{"limit": 3}, {"target": 3}])
def test_limit_and_target_hold_where_no_model_is_asked(tmp_path: Path, asked: dict[str, int]) -> None:
    with Bench(tmp_path) as bench:
        result = bench.run(texts(*MANY), {"kind": "chunk.tokens"}, **asked)
        assert (result.state, result.requested, bench.said(result)) == ("finished", 3, MANY[:3])
        assert bench.run(texts(*MANY), {"kind": "chunk.tokens"}).kept == 40


def test_rows_dropped_before_the_model_count_against_the_attempts(tmp_path: Path) -> None:
    with Bench(tmp_path) as bench:
        never = {"kind": "filter.where", "where": "text = 'z'"}
        result = bench.run(texts(*MANY), never, ask(), target=2, top={"attempts": 2})
        assert (result.state, result.requested, result.reason) == ("shortfall", 4, "2 of 2 rows are missing: the limit of attempts is reached.")


def test_a_run_without_a_model_can_be_stopped(tmp_path: Path) -> None:
    from rowsmith.engine.run import Stopping

    with Bench(tmp_path) as bench:
        steps = (texts(*MANY), {"kind": "chunk.tokens"}, {"kind": "filter.duplicates"})
        stopping = Stopping()
        stopping.stop()
        result = bench.run(*steps, stopping=stopping)
        assert (result.state, result.requested) == ("stopped", 0)
        assert bench.run(*steps).kept == 40


def test_a_further_round_makes_rows_of_what_a_set_step_made_of_their_parents(tmp_path: Path) -> None:
    """Two texts with a partner each: what a set step has put beside them is there when they are asked again, now and when the run goes on."""
    steps = (texts("one", "two"), {"kind": "transform.partner", "columns": ["text"]}, ask(prompt="Say {{ text }} beside {{ other_text }}"))
    with Bench(tmp_path, vary=True) as bench:
        result = bench.run(*steps, target=4)
        assert (result.state, result.kept, result.failed) == ("finished", 4, {})
        result = bench.run(*steps, target=8)
        assert (result.state, result.kept, result.failed) == ("finished", 8, {})
        assert sorted(bench.texts) == ["Say one beside two"] * 4 + ["Say two beside one"] * 4
