from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from rowsmith.llm.health import BREAKER, SAVED, Health


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def ends(work: Coroutine[Any, Any, Any]) -> bool:
    """Whether the work ends at once."""

    async def run() -> bool:
        task = asyncio.ensure_future(work)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        done = task.done()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return done

    return asyncio.run(run())


def test_the_breaker_opens_after_at_most_20_failures_in_a_row_and_a_success_closes_it() -> None:
    health = Health(Clock())
    assert [health.failed() for _ in range(BREAKER + 1)].index(True) <= 19
    assert health.open
    assert not ends(health.turn())
    health.succeeded()
    assert not health.open
    assert ends(health.turn())


def test_a_few_slow_failures_open_it_too() -> None:
    clock = Clock()
    health = Health(clock)
    for _ in range(6):
        health.failed()
        clock.now += 1
    assert health.open


def test_one_probe_at_a_time_and_rarer_each_time() -> None:
    clock = Clock()
    health = Health(clock)
    for _ in range(BREAKER):
        health.failed()

    async def run() -> list[float]:
        waits = []
        for _ in range(7):
            start = clock.now
            while not await _now(health.turn()):
                clock.now += 0.5
            assert not await _now(health.turn())
            health.failed()
            health.probed()
            waits.append(clock.now - start)
        return waits

    waits = asyncio.run(run())
    assert waits == sorted(waits)
    assert waits[0] == 1
    assert waits[-1] == 30


def test_a_full_outage_lets_few_repeats_through() -> None:
    clock = Clock()
    health = Health(clock)
    for _ in range(1000):
        clock.now += 0.01
        health.succeeded()
    allowed = 0
    for _ in range(300):
        clock.now += 1
        while health.may_retry():
            allowed += 1
    assert allowed <= SAVED + 0.1 * 100 * 300 * 1.05


def test_half_errors_are_within_the_budget() -> None:
    clock = Clock()
    health = Health(clock)
    for _ in range(1000):
        clock.now += 0.001
        health.failed()
        assert health.may_retry()
        health.succeeded()


def test_silence_without_a_figure_doubles_per_round_not_per_call() -> None:
    clock = Clock()
    health = Health(clock)
    first = [health.throttled(None, 1.0) for _ in range(50)]
    assert max(first) <= 2.0
    clock.now += 10
    assert 2.0 <= health.throttled(None, 1.0) <= 4.0
    health.succeeded()
    clock.now += 10
    assert health.throttled(0.0, 1.0) <= 2.0


def test_halt_lets_everybody_go() -> None:
    async def run() -> None:
        health = Health(Clock())
        for _ in range(BREAKER):
            health.failed()
        turn = asyncio.ensure_future(health.turn())
        await asyncio.sleep(0)
        health.halt()
        assert await asyncio.wait_for(turn, 1) is False

    asyncio.run(run())


async def _now(work: Coroutine[Any, Any, bool]) -> bool:
    task = asyncio.ensure_future(work)
    await asyncio.sleep(0)
    if task.done():
        return task.result()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    return False
