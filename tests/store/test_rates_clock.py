"""Rate limits when the clock is set: back by a month, forward, and not at all."""

from __future__ import annotations

import pytest

from rowsmith.core.calls import Limits
from rowsmith.store.database import Database
from rowsmith.store.rates import Rates, blocked

NOON = 1_750_000_000.0
MONTH = 30 * 86_400.0
LIMITS = Limits(rpm=60, tpm=6000, rpd=2)


def wait(database: Database, now: float, limits: Limits = LIMITS) -> float:
    with database.write() as conn:
        rates = Rates(conn, "server", now)
        seconds = rates.take(limits, 100)
        rates.save()
        return seconds


def test_limits_hold_while_the_clock_goes_on(database: Database) -> None:
    limits = Limits(rpm=61)
    assert [wait(database, NOON, limits) for _ in range(3)] == pytest.approx([0, 1, 2])
    assert wait(database, NOON + 10, limits) == 0


@pytest.mark.parametrize("back", [3600.0, MONTH])
def test_a_clock_set_back_does_not_stop_everything(database: Database, back: float) -> None:
    with database.write() as conn:
        rates = Rates(conn, "server", NOON)
        rates.block(30)
        rates.save()
    for _ in range(3):
        assert wait(database, NOON) >= 30
    assert wait(database, NOON - back) == 0
    with database.read() as conn:
        assert blocked(conn, NOON - back) == []


def test_a_small_correction_of_the_clock_changes_nothing(database: Database) -> None:
    with database.write() as conn:
        rates = Rates(conn, "server", NOON)
        rates.block(30)
        rates.save()
    with database.read() as conn:
        assert blocked(conn, NOON - 5) == [("server", 35.0)]


def test_a_clock_set_forward_lets_requests_through(database: Database) -> None:
    assert [wait(database, NOON) for _ in range(3)][-1] > 60  # the limit of the day is used up
    assert wait(database, NOON + MONTH) == 0
