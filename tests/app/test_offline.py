"""Runs that send nothing: stored answers are used, the rest is told, and the same command later buys what is missing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from homes import Place, Workshop
from running import Bench, Plain, ask, conserved, texts

from rowsmith import Lab
from rowsmith.app.proof import verify
from rowsmith.app.results import Result
from rowsmith.core.errors import Invalid
from rowsmith.testing import CommandLine, Request

NEAR = {"kind": "filter.near_duplicates", "columns": ["answer"]}
MANY = [f"text number {n}" for n in range(30)]


def alike(request: Request) -> Any:
    """Every third row says nearly the same."""
    number = int(request.text.split()[-1])
    return {"answer": f"answer {number} of its own {number * 7}" if number % 3 else f"the very same words again and again and again, {number}"}


@pytest.fixture
def shop(where: Place) -> Iterator[Workshop]:
    with Workshop(where, alike) as made:
        yield made


def plain(rows: Any) -> list[tuple[str, Any]]:
    return [(row.id, row.data) for row in rows]


def never_offline(folder: Path, shop: Workshop, *steps: Plain, **options: Any) -> list[tuple[str, Any]]:
    """The rows of the same recipe in a home that was never offline."""
    with Lab(folder / "never") as lab:
        done = lab.project().runs.start(shop.recipe(*steps), **options)
        return plain(lab.project().runs.rows(done.run))


def test_nothing_is_sent_bought_or_reserved(shop: Workshop) -> None:
    models = {"writer": shop.model(rpm=1, price_in=1, price_out=1)}
    done = shop.run(texts(*MANY), ask(), top={"models": models}, offline=True, budget_usd=1)
    assert (done.state, done.exit_code, done.kept, done.failed) == ("shortfall", 3, 0, {"not_recorded": 30})
    assert (done.calls, done.calls_reused, done.cost_usd, done.maybe_billed, done.version) == (0, 0, 0, 0, None)
    assert done.reason == "30 of 30 rows are not recorded; the same command without --offline asks for them."
    assert (shop.asked, shop.where.query("SELECT * FROM rate"), shop.where.query('SELECT * FROM "call"')) == ([], [], [])
    assert shop.where.query("SELECT DISTINCT usd, tokens FROM budget") == [(0, 0)]
    assert verify(shop.lab).problems == []


def test_what_is_missing_is_named(shop: Workshop) -> None:
    done = shop.run(texts("text 1"), ask(name="write"), offline=True)
    (failed,) = shop.runs.troubles(done.run)
    (key, base) = (value.hex() for value in shop.where.query("SELECT key, base FROM spend")[0])
    assert (failed["reason"], failed["attempt"]) == ("not_recorded", 0)
    assert failed["detail"] == f"Step 'write' asks openai/m what no stored answer is to: call {key}, base {base}."
    shop.run(texts("text 1"), ask(name="write"))
    assert [value.hex() for value in shop.where.query('SELECT key, base FROM "call"')[0]] == [key, base]


def test_stored_answers_are_used_and_the_same_command_buys_the_rest(shop: Workshop, tmp_path: Path) -> None:
    shop.run(texts(*MANY[:10]), ask())
    done = shop.run(texts(*MANY), ask(), offline=True)
    assert (done.kept, done.failed, done.calls, done.calls_reused) == (10, {"not_recorded": 20}, 0, 10)
    assert verify(shop.lab).problems == []
    again = shop.run(texts(*MANY), ask())
    assert (again.run, again.state, again.kept, again.failed, again.calls, again.calls_reused) == (done.run, "finished", 30, {}, 20, 10)
    assert len(shop.asked) == 30
    assert plain(shop.rows(again)) == never_offline(tmp_path, shop, texts(*MANY), ask())
    assert shop.run(texts(*MANY), ask(), offline=True).state == "finished"
    assert verify(shop.lab).problems == []


def test_offline_twice_and_what_came_in_between(shop: Workshop) -> None:
    for known in (0, 10, 20):
        if known:
            shop.run(texts(*MANY[:known]), ask(), top={"name": "other"})
        done = shop.run(texts(*MANY), ask(), NEAR, offline=True)
        assert done.failed == {"not_recorded": 30 - known}
        assert verify(shop.lab).problems == []
    assert [len(past) for past in shop.runs.get(done.run).options["past"]] == [5, 5, 5]


def test_a_set_step_sees_what_was_there_at_the_time(shop: Workshop) -> None:
    """Offline only the later ones of the rows that say the same are there, and they stay; a rebuild finds them so again."""
    shop.run(texts(*MANY[12:]), ask(), top={"name": "other"})
    steps = (texts(*MANY), ask(forward="all"), NEAR)
    first = shop.run(*steps, offline=True)
    assert (first.kept, first.failed) == (13, {"not_recorded": 12})
    stays = shop.said(first)
    done = shop.run(*steps)
    assert (done.run, done.state, set(stays) < set(shop.said(done))) == (first.run, "finished", True)
    assert len(done.dropped) == 1
    assert verify(shop.lab).problems == []


@pytest.mark.parametrize("known", [0, 4, 12, 30])
def test_a_target_asks_for_no_more_than_it_would(shop: Workshop, tmp_path: Path, known: int) -> None:
    """What is not recorded holds its place: neither is a further row taken in for it, nor is one bought beyond the target later."""
    if known:
        shop.run(texts(*MANY[:known]), ask(), top={"name": "other"})
    steps = (texts(*MANY), ask(), {"kind": "filter.where", "where": "answer like 'answer%'"})
    done = shop.run(*steps, target=12, offline=True)
    assert (done.requested <= 18, len(shop.asked)) == (True, known)
    again = shop.run(*steps, target=12)
    assert (again.state, again.kept, again.failed) == ("finished", 12, {})
    assert plain(shop.rows(again)) == never_offline(tmp_path, shop, *steps, target=12)
    assert verify(shop.lab).problems == []


def test_further_rounds_are_found_again(shop: Workshop) -> None:
    """A target beyond the sources was reached by asking the same again."""
    shop.server.change(vary=True)
    shop._reply = lambda request: {"answer": f"{request.text} {request.nth}"}
    first = shop.run(texts("one", "two"), ask(), target=6)
    again = shop.run(texts("one", "two"), ask(), target=6, new=True, offline=True)
    assert (again.state, again.kept, again.calls, again.calls_reused, len(shop.asked)) == ("finished", 6, 0, 6, 6)
    assert plain(shop.rows(again)) == plain(shop.rows(first))
    empty = shop.run(texts("three"), ask(), target=6, offline=True)
    assert (empty.requested, empty.failed) == (6, {"not_recorded": 6})


def test_a_run_that_was_paused_goes_on_offline_and_back(shop: Workshop) -> None:
    shop._reply = None
    recipe = shop.recipe(texts(*MANY), ask(), {"kind": "score.judge", "required": False})
    paused = shop.runs.start(recipe, budget_tokens=9000)
    asked = len(shop.asked)
    assert (paused.state, 0 < asked < 60) == ("paused", True)
    done = shop.runs.resume(paused.run, offline=True)
    conserved(done)
    assert (done.state, set(done.failed), len(shop.asked)) == ("shortfall", {"not_recorded"}, asked)
    assert verify(shop.lab).problems == []
    end = shop.runs.resume(paused.run, budget_tokens=1_000_000)
    assert (end.state, end.kept, len(shop.asked), shop.server.calls.repeated()) == ("finished", 30, 60, {})
    assert verify(shop.lab).problems == []


def test_unusable_answers_are_as_unusable_offline(shop: Workshop) -> None:
    shop._reply = lambda request: "no JSON" if b"odd" in request.body else {"answer": request.text}
    top = {"models": {"writer": shop.model(reasks=1)}}
    first = shop.run(texts("a", "b odd"), ask(), top=top)
    again = shop.run(texts("a", "b odd"), ask(), top=top, new=True, offline=True)
    assert (first.failed, first.refused_draws, first.kept) == ({"malformed": 1}, {"malformed": 2}, 1)
    assert (again.failed, again.refused_draws, again.kept) == (first.failed, first.refused_draws, first.kept)
    assert verify(shop.lab).problems == []


def test_no_key_is_needed(tmp_path: Path) -> None:
    with Bench(tmp_path) as bench:
        recipe = bench.recipe(texts("a"), ask(), models={"writer": bench.model(api_key_env="NOT_THERE")})
        with pytest.raises(Invalid, match="NOT_THERE"):
            bench.runs.start(recipe)
        assert bench.runs.start(recipe, offline=True).failed == {"not_recorded": 1}
        assert bench.runs.resume("r1", offline=True).failed == {"not_recorded": 1}
        with pytest.raises(Invalid, match="NOT_THERE"):
            bench.runs.resume("r1")
        bench.environ["NOT_THERE"] = "secret"
        assert bench.runs.resume("r1").kept == 1


@pytest.mark.slow
@pytest.mark.parametrize("point", ["journal.before_commit:kill:3", "journal.committed:kill:5", "versions.blocks.after:kill"])
def test_killed_offline_and_carried_on(tmp_path: Path, point: str) -> None:
    name, _, deed = point.partition(":")
    with Bench(tmp_path, alike) as bench:
        bench.run(texts(*MANY[:15]), ask(), top={"name": "other"})
        recipe = bench.recipe(texts(*MANY), ask(), NEAR)
        words = ("run", recipe, "--home", tmp_path / "home", "--offline", "--json")
        with CommandLine(*words, env={"ROWSMITH_FAILPOINTS": f"{name}={deed}"}) as command:
            command.wait()
        done: Result = bench.runs.start(recipe, offline=True)
        conserved(done)
        assert (done.failed, len(bench.asked)) == ({"not_recorded": 15}, 15)
        assert verify(bench.lab).problems == []
        end = bench.runs.start(recipe)
        assert (end.state, len(bench.asked), bench.server.calls.repeated()) == ("finished", 30, {})
        assert verify(bench.lab).problems == []
