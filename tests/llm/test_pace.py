"""The pace against servers whose limit nobody tells, on a clock of their own: what share of it is used, and how often a call is refused."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import pairwise

import pytest
from pace_world import FORMS, Window, World, meter

from rowsmith.llm.pace import ASIDE_S, Pace


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("latency", [0.02, 1.0])
@pytest.mark.parametrize(("per_second", "burst"), [(20, 8), (100, 20), (5, 10), (1, 10), (1, 1)])
def test_the_permitted_rate_is_used_and_few_calls_are_refused(per_second: float, burst: int, latency: float, form: str) -> None:
    for seed in range(3):
        places = 16 if latency < 0.1 else max(16, int(2 * per_second))
        world = World(meter(per_second, burst), places=places, latency=latency, form=form, seed=seed).run(120)
        first = sum(at < 1 for at in world.refused)
        assert first <= places + 20  # those that were on their way when the first was refused, and a few to find the rate
        assert len(world.refused) - first <= 30
        assert world.used(per_second, 0, 60) >= 0.8
        assert world.used(per_second, 60, 120) >= 0.9


@pytest.mark.parametrize("form", FORMS)
def test_a_server_without_any_burst_is_learned_within_the_minute(form: str) -> None:
    """Each call that is a little late makes the next one too early for it, and each refusal costs the silence after it."""
    world = World(meter(20, 1), form=form).run(120)
    assert world.used(20, 0, 60) >= (0.8 if form == "exact" else 0.6)
    assert world.used(20, 60, 120) >= 0.8
    assert len(world.refused) <= 40


@pytest.mark.parametrize("rpm", [15, 60, 600])
def test_a_quota_of_each_minute_is_used_up_and_no_more_is_asked(rpm: int) -> None:
    world = World(Window(rpm).ask, form="seconds").run(300)
    assert [sum(start <= at < start + 60 for at in world.passed) for start in range(0, 300, 60)] == [rpm] * 5
    assert len(world.refused) <= 20


@pytest.mark.parametrize("form", FORMS)
def test_two_processes_share_a_limit_that_neither_knows(form: str) -> None:
    worlds = [World(meter(20, 8), form=form, seed=seed).run(180, clients=2) for seed in range(4)]
    assert sum(world.used(20, 0, 60) for world in worlds) / 4 >= 0.8
    assert sum(world.used(20, 60, 180) for world in worlds) / 4 >= 0.85


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("later", [5.0, 60.0])
def test_a_limit_that_changes_is_found_again(later: float, form: str) -> None:
    before, after = meter(20, 8), meter(later, 8)
    world = World(lambda now: before(now) if now < 60 else after(now), form=form).run(240)
    assert world.used(later, 60, 120) >= (0.9 if later < 20 else 0.3)
    assert world.used(later, 160, 240) >= 0.9
    assert len(world.refused) <= 200


@pytest.mark.parametrize(("share", "wait_s"), [(0.1, 0.2), (0.5, 0.2), (0.9, 0.2), (0.5, 1.0), (0.3, 1.0)])
def test_refusals_that_are_not_about_the_rate_do_not_slow_it_down_for_long(share: float, wait_s: float) -> None:
    """A share of all calls is refused, however few are sent: what gets through is compared with a client that only keeps the silences."""
    through = [len(World(storm(share, wait_s, seed), form="exact").run(600).passed) for seed in range(3)]
    plain = [len(World(storm(share, wait_s, seed), form="exact", pace=Silences).run(600).passed) for seed in range(3)]
    assert sum(through) >= 0.6 * sum(plain)


def storm(share: float, wait_s: float, seed: int) -> Callable[[float], float]:
    chance = random.Random(seed)
    return lambda now: wait_s if chance.random() < share else 0.0


class Silences(Pace):
    """No pace at all."""

    def refused(self, sent_at: float, silence_s: float, *, told: bool = True) -> bool:
        return False


def test_without_a_refusal_there_is_no_pace() -> None:
    pace = Pace(Clock())
    for _ in range(1000):
        assert pace.ready_in() == 0
        pace.sent()
    assert pace.rate is None


def test_calls_are_sent_evenly_after_a_refusal_and_not_before_the_silence_is_over() -> None:
    clock = Clock()
    pace = Pace(clock)
    for _ in range(10):
        sent = pace.sent()
        clock.now += 0.1
    assert pace.refused(sent, 1.0)
    assert pace.ready_in() == 1.0
    assert pace.rate == pytest.approx(9 / 2.0)  # nine calls in the second before and the second of silence
    times = []
    for _ in range(3):
        clock.now += pace.ready_in()
        times.append(clock.now)
        pace.sent()
    assert [after - at for at, after in pairwise(times)] == pytest.approx([1 / 4.5] * 2)


def test_refusals_of_calls_that_were_on_their_way_are_one_event() -> None:
    clock = Clock()
    pace = Pace(clock)
    sent = [pace.sent() for _ in range(16)]
    clock.now = 0.1
    for at in sent[8:]:
        pace.refused(at, 0.4)
    assert pace.rate == pytest.approx(8 / 0.5)  # the eight that got through, whatever was thought of the others at first


def test_a_call_that_was_not_sent_after_all_gives_its_time_back() -> None:
    clock = Clock()
    pace = Pace(clock)
    pace.refused(pace.sent(), 1.0)
    clock.now = 1.0
    before = pace.ready_in()
    pace.unsent(pace.sent())
    assert pace.ready_in() == before


def test_a_trial_ends_with_a_single_place_too() -> None:
    world = World(storm(0.9, 0.2, 3), form="exact", places=1).run(300)
    plain = World(storm(0.9, 0.2, 3), form="exact", places=1, pace=Silences).run(300)
    assert len(world.passed) >= 0.5 * len(plain.passed)
    assert all(pace._trial is None or len(pace._past) < 16 for pace in world.paces)


def test_it_stands_aside_for_a_while_only() -> None:
    world = World(storm(0.9, 0.2, 1), form="exact")
    world.run(30)
    (pace,) = world.paces
    assert pace.rate is None
    assert 0 < pace._aside_until - world.now <= ASIDE_S[0]
