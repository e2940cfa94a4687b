"""A run that is spread takes parts from all over its sources first: what a target, a limit or a cap leaves out is left out everywhere alike."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from running import Bench, ask, texts

from rowsmith.app.proof import verify
from rowsmith.app.results import Result
from rowsmith.core.slots import SPREAD
from rowsmith.engine.recipe_file import loads
from rowsmith.engine.routes import routes
from rowsmith.engine.terms import Stopping
from rowsmith.testing import Request

DOCUMENTS, PARAGRAPHS = 10, 12
SPREADING = {"spread": True}


@pytest.fixture
def steps(tmp_path: Path) -> tuple[dict[str, Any], ...]:
    """Ten documents of twelve chunks each, and a question about each chunk."""
    (tmp_path / "docs").mkdir()
    for number in range(DOCUMENTS):
        told = [f"Paragraph {n} of document {number} says what no other one says, namely {number * 100 + n}." for n in range(PARAGRAPHS)]
        (tmp_path / "docs" / f"{number:02}.md").write_text("\n\n".join(told), encoding="utf-8")
    return {"kind": "read.files", "paths": ["docs"]}, {"kind": "chunk.tokens", "size": 30, "overlap": 0}, ask(forward="all")


def covered(bench: Bench) -> list[float]:
    """The share of each document that rows came from, in the order of the documents."""
    return [one.share for one in bench.lab.project().sources.coverage("t")]


def test_a_target_is_reached_all_over_the_sources_and_not_in_the_first_documents(tmp_path: Path, steps: tuple[dict[str, Any], ...]) -> None:
    with Bench(tmp_path) as bench:
        plain = bench.run(*steps, target=36)
        first = covered(bench)
        assert plain.kept == 36 and first[:3] == [1.0, 1.0, 1.0] and not any(first[3:])
    (tmp_path / "other").mkdir()
    with Bench(tmp_path / "other") as bench:
        (tmp_path / "other" / "docs").symlink_to(tmp_path / "docs")
        spread = bench.run(*steps, target=36, top=SPREADING)
        shares = covered(bench)
        assert (spread.state, spread.kept, len(bench.asked)) == ("finished", 36, 36)
        assert min(shares) > 0 and max(shares) < 0.6, shares
        assert verify(bench.lab, rebuild=True).ok


def test_a_cap_pauses_it_with_every_document_covered_and_more_goes_to_what_is_not(tmp_path: Path, steps: tuple[dict[str, Any], ...]) -> None:
    with Bench(tmp_path) as bench:
        one = bench.run(*steps, limit=1, top=SPREADING)
        a_row = one.tokens_in + one.tokens_out
        paused = bench.run(*steps, top=SPREADING, budget_tokens=2_000 + 50 * a_row, commit_partial=True)
        assert (one.run, paused.state) == (paused.run, "paused") and 40 <= paused.kept < 110
        before = {row.id for row in bench.rows(paused)}
        shares = covered(bench)
        assert min(shares) > 0 and max(shares) < 1, shares
        whole = bench.runs.resume(paused.run, budget_tokens=10_000_000)
        assert (whole.state, whole.kept) == ("finished", DOCUMENTS * PARAGRAPHS)
        assert before <= {row.id for row in bench.rows(whole)} and set(covered(bench)) == {1.0}
        assert len(bench.asked) == whole.kept and bench.server.calls.repeated() == {}


def test_without_a_target_everything_comes_once_and_in_its_order(tmp_path: Path, steps: tuple[dict[str, Any], ...]) -> None:
    with Bench(tmp_path) as bench:
        plain = bench.run(*steps)
        told = [(row.id, row.order, row.data) for row in bench.rows(plain)]
        spread = bench.run(*steps, top=SPREADING, into="spread")
        assert spread.run != plain.run and (spread.calls, spread.calls_reused) == (0, plain.kept)
        assert [(row.id, row.order, row.data) for row in bench.rows(spread)] == told


def stopped(bench: Bench, steps: tuple[dict[str, Any], ...], after: int, **how: Any) -> Result:
    """Stopped when so many questions have come, then carried on to the end."""
    stopping = Stopping()
    bench._reply = lambda request: stopping.stop() if len(bench.asked) == after else None
    first = bench.run(*steps, top=SPREADING, stopping=stopping, **how)
    assert first.state == "stopped"
    bench._reply = None
    return bench.run(*steps, top=SPREADING, **how)


@pytest.mark.slow
@pytest.mark.parametrize("after", [1, 30, 70])
@pytest.mark.parametrize("how", [{}, {"target": 90}])
def test_stopped_anywhere_and_resumed_it_is_as_if_it_had_never_stopped(
    tmp_path: Path, steps: tuple[dict[str, Any], ...], after: int, how: dict[str, Any]
) -> None:
    with Bench(tmp_path) as bench:
        resumed = stopped(bench, steps, after, **how)
        assert resumed.state == "finished" and bench.server.calls.repeated() == {}
        never = bench.run(*steps, top=SPREADING, new=True, into="never", **how)
        assert never.run != resumed.run
        assert [(row.id, row.data) for row in bench.rows(resumed)] == [(row.id, row.data) for row in bench.rows(never)]
        assert verify(bench.lab, rebuild=True).ok


def test_limits_one_after_the_other_come_to_the_same_rows(tmp_path: Path, steps: tuple[dict[str, Any], ...]) -> None:
    with Bench(tmp_path) as bench:
        for limit in (5, 23, 77):
            done = bench.run(*steps, top=SPREADING, limit=limit)
            assert (done.state, done.requested) == ("finished", limit)
        whole = bench.run(*steps, top=SPREADING)
        assert (whole.run, whole.kept, len(bench.asked)) == (done.run, 120, 120)


def few(request: Request) -> Any:
    return {"answer": "the very same words"} if "document 3" in request.text else None


@pytest.mark.slow
def test_barriers_see_the_rounds_as_waves_and_further_rounds_follow(tmp_path: Path, steps: tuple[dict[str, Any], ...]) -> None:
    """A step that sees all rows stands behind; the target lies beyond what one question a part can give."""
    with Bench(tmp_path, few, vary=True) as bench:
        result = bench.run(*steps, {"kind": "filter.duplicates", "columns": ["answer"]}, target=125, top=SPREADING)
        assert (result.state, result.kept) == ("finished", 125)
        assert result.dropped["duplicate"] >= 10
        assert verify(bench.lab, rebuild=True).ok


def test_rows_of_a_source_are_parts_where_nothing_is_cut_of_them(tmp_path: Path) -> None:
    said = [f"text {n}" for n in range(160)]
    with Bench(tmp_path) as bench:
        result = bench.run(texts(*said), ask(forward="all"), target=20, top=SPREADING)
        places = [said.index(text) for text in bench.said(result)]
        assert places == sorted(places) and max(places) > 100 and bench.texts != [f"Say {text}" for text in said[:20]]


def test_branches_take_the_parts_of_every_round(tmp_path: Path) -> None:
    said = [" ".join(f"w{n}x{k}" for k in range(40)) for n in range(20)]
    two = ({"kind": "chunk.tokens", "size": 40, "overlap": 0}, {"kind": "chunk.whole", "size": 800, "name": "all", "from": "read.rows"})
    with Bench(tmp_path) as bench:
        plain = bench.run(texts(*said), *two, {**ask(forward="all"), "from": ["chunk.tokens", "all"]})
        spread = bench.run(texts(*said), *two, {**ask(forward="all"), "from": ["chunk.tokens", "all"]}, top=SPREADING, into="s")
        assert spread.state == "finished" and sorted(bench.said(spread)) == sorted(bench.said(plain)) and plain.kept > 40


def test_parts_are_the_last_rows_before_a_model_is_asked() -> None:
    def parts(*steps: str) -> set[str]:
        recipe = loads("name: t\nmodels: {writer: {model: openai/m, base_url: 'http://x'}}\nsteps:\n" + "".join(f"  - {step}\n" for step in steps))
        return {recipe.steps[at].title for at in routes(recipe).parts}

    read, cut = "{kind: read.rows, rows: [{text: a}]}", "{kind: chunk.tokens}"
    write = "{kind: generate.columns, prompt: 'x {{ text }}', output: {answer: string}, forward: all}"
    assert parts(read) == {"read.rows"}
    assert parts(read, cut) == {"chunk.tokens"}
    assert parts(read, "{kind: chunk.whole}", cut, "{kind: filter.duplicates}", write) == {"chunk.tokens"}
    assert parts(read, write, cut) == {"read.rows"}
    whole, both = "{kind: chunk.whole, name: w, from: read.rows}", "{kind: filter.duplicates, from: [chunk.tokens, w]}"
    assert parts(read, cut, whole, both) == {"chunk.tokens", "w"}
    assert SPREAD[1] < 0
