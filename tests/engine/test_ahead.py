"""What of a run is still to be done: told where it can be known, and nothing where it cannot."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from running import Bench, ask, texts

from rowsmith.core.slots import Tally
from rowsmith.engine.ahead import Ahead
from rowsmith.engine.routes import Routes
from rowsmith.engine.terms import Progress

SAID = [f"text number {n}" for n in range(20)]
APART = {"kind": "filter.duplicates"}


def ahead(*shapes: str, makes: int | None = None, **terms: Any) -> Ahead:
    """Of a recipe whose steps follow one another and have these shapes."""
    steps: Any = tuple(SimpleNamespace(shape=shape, makes=at == makes) for at, shape in enumerate(shapes))
    following = tuple((at + 1,) if at + 1 < len(shapes) else () for at in range(len(shapes)))
    given: Any = SimpleNamespace(**{"target": None, "limit": None, **terms})
    return Ahead(Routes(steps, following), given)


def test_before_the_last_set_step_nothing_is_known() -> None:
    found = ahead("source", "row", "set", "set", "row")
    for root in (0, 2):
        found.at(root, first=True, whole=True)
        found.fed()
        assert (found.left(Tally(0, 100)), found.ending) == (None, False)
    found.at(3, first=True, whole=True)
    assert (found.left(Tally(30, 70)), found.ending) == (70, True)


def test_rows_that_are_made_behind_it_are_known_when_all_are_asked_for() -> None:
    found = ahead("source", "set", "asking", makes=2)
    found.at(1, first=True, whole=True)
    assert found.left(Tally(30, 70)) is None
    found.fed()
    assert found.left(Tally(30, 70)) == 70


def test_without_a_set_step_the_sources_have_to_be_read() -> None:
    found = ahead("source", "asking")
    assert found.left(Tally(30, 64)) is None
    found.fed()
    assert found.left(Tally(30, 64)) == 64
    found.at(0, first=True, whole=False)
    found.fed()
    assert found.left(Tally(30, 64)) is None  # a part of the sources has its turn later


def test_a_target_and_a_limit_are_known_from_the_beginning() -> None:
    assert ahead("source", "asking", target=100).left(Tally(20, 64)) == 80
    lossy = Tally(20, 64)
    lossy.dropped["weak"] = 20
    assert ahead("source", "asking", target=100).left(lossy) == 160
    assert ahead("source", "asking", target=100, limit=90).left(lossy) == 50
    assert ahead("source", "asking", limit=90).left(lossy) == 50


def test_a_wave_that_is_still_to_come_is_not_guessed_at() -> None:
    found = ahead("source", "asking", "set", target=100)
    found.at(2, first=True, whole=True)
    assert found.left(Tally(50, 50)) == 50
    lossy = Tally(50, 20)
    lossy.dropped["near_duplicate"] = 30
    assert found.left(lossy) is None
    found.at(0, first=False, whole=True)  # now a whole wave has shown what a row costs
    assert (found.left(lossy), found.ending) == (80, False)


def test_a_real_run_through_set_steps(tmp_path: Path) -> None:
    seen: list[Progress] = []
    with Bench(tmp_path, latency=0.1) as bench:
        models = {"writer": bench.model(concurrency=1)}
        result = bench.run(texts(*SAID), APART, {**APART, "name": "again"}, ask(), top={"models": models}, on_progress=seen.append)
    assert result.kept == len(SAID)
    assert all(one.left is None for one in seen if not one.ending)
    known = [one for one in seen if one.left is not None and one.tally.kept]
    assert known
    assert all(one.left == one.tally.pending == len(SAID) - one.tally.kept for one in known)


def test_a_real_run_with_a_target(tmp_path: Path) -> None:
    seen: list[Progress] = []
    with Bench(tmp_path, latency=0.1) as bench:
        models = {"writer": bench.model(concurrency=1)}
        bench.run(texts(*SAID), ask(), top={"models": models}, target=12, on_progress=seen.append)
    known = [one for one in seen if one.tally.kept]
    assert known
    assert all(one.left == 12 - one.tally.kept and not one.ending for one in known)
