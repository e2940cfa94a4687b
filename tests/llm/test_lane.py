from __future__ import annotations

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from rowsmith.llm.lane import Lane


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_places_are_given_in_order_of_arrival() -> None:
    async def run() -> list[int]:
        lane, order = Lane(2), []

        async def one(number: int) -> None:
            if lane.take_now() is None:
                await lane.take()
            order.append(number)
            await asyncio.sleep(0)
            lane.give()

        await asyncio.gather(*(one(number) for number in range(20)))
        assert lane.in_flight == lane.waiting == 0
        return order

    assert asyncio.run(run()) == list(range(20))


@given(st.lists(st.sampled_from(["take", "give", "cancel", "cut", "ok"]), max_size=60))
def test_never_more_than_the_cap_and_no_place_is_lost(acts: list[str]) -> None:
    async def run() -> None:
        clock = Clock()
        lane, tasks = Lane(3, clock), list[asyncio.Task[None]]()
        for act in acts:
            clock.now += 1
            if act == "take":
                tasks.append(asyncio.ensure_future(lane.take()))
            elif act == "cancel" and tasks:
                tasks[-1].cancel()
            elif act == "give" and any(_holds(task) for task in tasks):
                tasks.remove(next(task for task in tasks if _holds(task)))
                lane.give()
            elif act == "cut":
                lane.throttled()
            elif act == "ok":
                lane.succeeded()
            await asyncio.sleep(0)
            assert 1 <= lane.limit <= 3
            assert lane.in_flight <= 3
        while any(not task.done() for task in tasks) or lane.in_flight:
            await asyncio.sleep(0)
            for task in [task for task in tasks if _holds(task)]:
                tasks.remove(task)
                lane.give()
        assert lane.take_now() is not None

    asyncio.run(run())


def test_throttling_cuts_a_quarter_once_per_event_and_half_when_it_is_most_of_what_comes() -> None:
    clock = Clock()
    lane = Lane(64, clock)
    clock.now = 10
    lane.throttled()
    lane.throttled()
    assert lane.limit == 48
    for _ in range(3):
        lane.succeeded()
    clock.now = 12
    lane.throttled()
    assert lane.limit == 36
    lane.throttled()
    lane.throttled()
    clock.now = 14
    lane.throttled()
    assert lane.limit == 18


def test_successes_raise_the_limit_by_one_in_25() -> None:
    clock = Clock()
    lane = Lane(64, clock)
    lane.throttled()
    for _ in range(50):
        lane.succeeded()
    assert lane.limit == 50


def test_the_ceiling_is_not_tried_again_at_once() -> None:
    clock = Clock()
    lane = Lane(64, clock)
    waits = []
    for _ in range(4):
        clock.now += 2
        lane.throttled()
    for _ in range(4):
        ceiling, start = lane.limit / 0.75, clock.now
        while lane.limit < ceiling:
            clock.now += 0.1
            for _ in range(int(lane.limit)):
                lane.succeeded()
        waits.append(clock.now - start)
        lane.throttled()
    assert waits == sorted(waits)
    assert waits[0] >= 5
    assert waits[-1] >= 20


def test_after_a_long_storm_90_percent_come_back_within_a_minute() -> None:
    clock = Clock()
    lane = Lane(64, clock)
    for _ in range(100):
        clock.now += 2
        lane.throttled()
    assert lane.limit == 2
    calm_since, latency = clock.now, 2.0
    while lane.limit < 58:
        clock.now += latency
        for _ in range(int(lane.limit)):
            lane.succeeded()
    assert clock.now - calm_since <= 60


def _holds(task: asyncio.Task[None]) -> bool:
    return task.done() and not task.cancelled()
