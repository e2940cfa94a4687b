"""In a run with a target no more is asked than the target lacks: what is behind a question or a set step rests until it is needed. Stopped anywhere
and carried on, the same rows are chosen as by a run that nobody stopped."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from running import Bench, ask, texts

from rowsmith.app.proof import verify
from rowsmith.app.results import Result
from rowsmith.core.ids import digest
from rowsmith.engine.recipe_file import loads
from rowsmith.engine.routes import routes
from rowsmith.engine.terms import Stopping
from rowsmith.testing import Request

Steps = tuple[dict[str, Any], ...]
JUDGE = {"kind": "score.judge", "criteria": {"good": "whether it is good"}}
GOOD = {"kind": "filter.where", "name": "good", "where": "scores.judge.overall >= 3", "reason": "weak"}


def reply(request: Request) -> Any:
    """A list where one is asked for, and every sixth or so of what is judged is weak."""
    said = request.text
    if said.startswith("List "):
        return {"item": [f"{said.split()[1]}.{n}" for n in range(6)]}
    if said.startswith("Say "):
        about = said.removeprefix("Say ")
        return {"answer": f"an answer about {int(about[1:]) % 25 if about[0] == 't' else about}"}
    return {"good": {"reason": "so", "score": 1 if digest(said.encode())[0] % 6 == 0 else 5}}


def listed() -> Steps:
    """A question gives a list, and each item is asked about."""
    asked = ask("List {{ text }} whole", name="list", output={"item": {"type": "array", "items": {"type": "string"}}})
    return texts(*"abcdefgh"), asked, {"kind": "transform.explode", "column": "item"}, ask("Say {{ item }}", forward="all"), JUDGE, GOOD


def planned() -> Steps:
    """One row comes through a set step, a plan of forty is made of it, and what comes of them meets another set step."""
    rows = {"kind": "read.rows", "rows": [{"item": [f"p{n}" for n in range(40)]}]}
    plan = {"kind": "transform.explode", "column": "item"}
    return rows, {"kind": "filter.duplicates", "name": "once"}, plan, ask("Say {{ item }}", forward="all"), JUDGE, GOOD, {
        "kind": "filter.duplicates", "columns": ["answer"]}  # fmt: skip


def sifted() -> Steps:
    """What a set step lets through is judged."""
    same = {"kind": "filter.duplicates", "columns": ["answer"]}
    return texts(*(f"t{n}" for n in range(40))), ask("Say {{ text }}", forward="all"), same, JUDGE, GOOD


def evolved() -> Steps:
    """Rounds: each row is kept and asked about once more."""
    steps: list[dict[str, Any]] = [texts(*"abcdefgh")]
    for n in (1, 2, 3):
        start = {"from": f"judged_{n - 1}"} if n > 1 else {}
        steps += [
            {"kind": "generate.variants", "name": f"round_{n}", "values": {f"at_{n}": [n]}, **start},
            ask(f"Say {{{{ text }}}} {n}", name=f"ask_{n}", forward=["text"]), {**JUDGE, "name": f"judge_{n}"},
            {"kind": "transform.columns", "name": f"judged_{n}", "compute": {"mark": "scores.judge.overall"}},
            {"kind": "generate.variants", "name": f"taken_{n}", "values": {"taken": [n]}},
        ]  # fmt: skip
    steps += [{**GOOD, "where": "mark >= 3", "from": ["taken_1", "taken_2", "taken_3"]}, {"kind": "filter.duplicates", "columns": ["answer"]}]
    return tuple(steps)


SHAPES = {"listed": listed, "planned": planned, "sifted": sifted, "evolved": evolved}
WHOLE = {"listed": 48, "planned": 40, "sifted": 25, "evolved": 24}
"""How many answers are there to be had."""


def bench_of(folder: Path) -> Bench:
    folder.mkdir(exist_ok=True)
    return Bench(folder, reply)


def told(bench: Bench, result: Result) -> list[tuple[str, Any]]:
    return [(row.id, row.data) for row in bench.rows(result)]


@pytest.mark.parametrize(("shape", "target", "most"), [("listed", 3, 12), ("planned", 3, 10), ("sifted", 3, 14), ("evolved", 3, 10)])
def test_no_more_is_asked_than_the_target_lacks(tmp_path: Path, shape: str, target: int, most: int) -> None:
    with bench_of(tmp_path) as bench:
        result = bench.run(*SHAPES[shape](), target=target, top={"attempts": 30})
        assert (result.state, result.kept, result.pending) == ("finished", target, 0)
        assert len(bench.asked) <= most
        assert verify(bench.lab, rebuild=True).ok


@pytest.mark.parametrize("shape", SHAPES)
def test_a_target_that_grows_goes_on_with_what_rests_and_keeps_what_was_kept(tmp_path: Path, shape: str) -> None:
    with bench_of(tmp_path) as bench:
        kept: set[str] = set()
        for target in (2, 3, 9, 15):
            result = bench.run(*SHAPES[shape](), target=target, top={"attempts": 30})
            assert (result.run, result.state, result.kept, result.pending) == ("r1", "finished", target, 0)
            now = {row.id for row in bench.rows(result)}
            assert len(kept - now) <= 1  # a row of an earlier place may come in its stead
            kept = now
        assert bench.server.calls.repeated() == {}
        assert verify(bench.lab, rebuild=True).ok
        whole = bench.run(*SHAPES[shape](), top={"attempts": 30})
        assert (whole.run, whole.state, whole.pending) == ("r1", "finished", 0)
        assert whole.kept + whole.dropped["weak"] == WHOLE[shape]
        assert bench.server.calls.repeated() == {}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_run_with_a_target_and_one_without_have_the_same_rows_in_the_end(tmp_path: Path, shape: str) -> None:
    with bench_of(tmp_path / "one") as one, bench_of(tmp_path / "other") as other:
        one.run(*SHAPES[shape](), target=4, top={"attempts": 30})
        assert told(one, one.run(*SHAPES[shape]())) == told(other, other.run(*SHAPES[shape]()))


def never_stopped(folder: Path, steps: Steps, target: int) -> tuple[list[tuple[str, Any]], dict[str, Any], int]:
    with bench_of(folder) as bench:
        result = bench.run(*steps, target=target, top={"attempts": 30})
        return told(bench, result), counts(result), len(bench.asked)


def counts(result: Result) -> dict[str, Any]:
    return {name: result.dump()[name] for name in ("state", "requested", "kept", "dropped", "failed", "pending", "cancelled")}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("target", [5, 14])
@pytest.mark.parametrize("grace", [None, 0.0])
def test_stopped_anywhere_it_comes_to_what_it_would_have_come_to(tmp_path: Path, shape: str, target: int, grace: float | None) -> None:
    steps = SHAPES[shape]()
    wanted, sums, calls = never_stopped(tmp_path / "never", steps, target)
    for after in sorted({1, calls // 2, calls - 2}):
        with bench_of(tmp_path / f"after{after}") as bench:
            assert stopped(bench, steps, target, after, lambda stopping: stopping.stop(grace)).state in ("stopped", "finished")
            result = bench.run(*steps, target=target, top={"attempts": 30})
            assert (counts(result), told(bench, result)) == (sums, wanted), after
            assert verify(bench.lab, rebuild=True).ok


@pytest.mark.parametrize("shape", SHAPES)
def test_cancelled_and_taken_up_again_it_delivers_its_target(tmp_path: Path, shape: str) -> None:
    with bench_of(tmp_path) as bench:
        stopped(bench, SHAPES[shape](), 9, 7, lambda stopping: stopping.cancel())
        result = bench.runs.resume("r1")
        assert (result.state, result.kept, result.pending, result.cancelled) == ("finished", 9, 0, 0)
        assert bench.server.calls.repeated() == {}


def stopped(bench: Bench, steps: Steps, target: int, after: int, how: Callable[[Stopping], None]) -> Result:
    """Carried out until so many questions have come."""
    stopping = Stopping()

    def answer(request: Request) -> Any:
        if len(bench.asked) == after:
            how(stopping)
        return reply(request)

    bench._reply = answer
    first = bench.run(*steps, target=target, top={"attempts": 30}, stopping=stopping)
    bench._reply = reply
    return first


def test_pairs_of_branches_come_together(tmp_path: Path) -> None:
    """Rows that a set step takes together are not held apart."""
    whole = {"item": {"type": "array", "items": {"type": "string"}}}
    steps = (
        texts(*"abcdef"), ask("List {{ text }} whole", name="list", output=whole, forward=["text"]),
        {"kind": "transform.explode", "column": "item", "into": "input", "keep": []},
        ask("Say {{ input }} well", name="strong", forward="all"),
        {**ask("Say {{ input }} badly", name="weak", forward="all"), "from": "transform.explode"},
        {**JUDGE, "from": ["strong", "weak"]}, {"kind": "transform.pair", "answer": "answer", "score": "scores.judge.overall"},
    )  # fmt: skip
    with bench_of(tmp_path) as bench:
        result = bench.run(*steps, target=2, top={"attempts": 30})
        assert (result.state, result.kept) == ("finished", 2)
        assert verify(bench.lab, rebuild=True).ok


def test_where_rows_rest() -> None:
    def where(*steps: str) -> set[str]:
        recipe = loads("name: t\nmodels: {writer: {model: openai/m, base_url: 'http://x'}}\nsteps:\n" + "".join(f"  - {step}\n" for step in steps))
        return {recipe.steps[at].title for at in routes(recipe).holds}

    read, once, cut = "{kind: read.rows, rows: [{text: a}]}", "{kind: filter.duplicates, name: once}", "{kind: chunk.tokens}"
    write = "{kind: generate.columns, prompt: 'x {{ text }}', output: {text: string}}"
    again = "{kind: generate.columns, name: again, prompt: 'y {{ text }}', output: {text: string}}"
    assert where(read, cut, write) == set()  # rows are taken in one by one anyway
    assert where(read, write, cut) == set()  # nothing is asked of what is made
    assert where(read, once, cut, write) == {"once", "chunk.tokens"}
    assert where(read, write, cut, again, once) == {"chunk.tokens"}
    assert where(read, write, cut, "{kind: generate.columns, name: other, from: generate.columns, prompt: 'y', output: {text: string}}") == {"other"}
