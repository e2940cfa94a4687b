"""Limits that all processes of a home share: spacing exact, days by UTC, silence for everybody, nothing forgotten at a restart."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from itertools import pairwise

import pytest
from buying import NOON, Buyer, wish
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rowsmith.core.calls import Limits, Usage
from rowsmith.store.database import Database, open_database
from rowsmith.store.rates import DAY, MINUTE_S, Rates, day_begins, day_of, take_all

MIDNIGHT = NOON - 43_200 + DAY
"""The end of the day of NOON."""


def take(db: Database, limits: Limits, tokens: int = 0, *, now: float = NOON, profile: str = "a") -> float:
    """When one request may be sent, in seconds after NOON."""
    with db.write() as conn:
        rates = Rates(conn, profile, now)
        wait = rates.take(limits, tokens)
        rates.save()
    return now + wait - NOON


def block(db: Database, seconds: float, *, now: float = NOON) -> None:
    with db.write() as conn:
        rates = Rates(conn, "a", now)
        rates.block(seconds)
        rates.save()


def test_requests_a_minute_are_spaced_evenly(database: Database) -> None:
    limits = Limits(rpm=61)
    assert [take(database, limits) for _ in range(4)] == [0.0, 1.0, 2.0, 3.0]
    assert take(database, limits, now=NOON + 3.5) == 4.0  # what waits keeps its turn
    assert [take(database, limits, now=NOON + 100) for _ in range(2)] == [100.0, 101.0]  # what was not used is not saved up


def test_tokens_a_minute_are_spaced_by_size(database: Database) -> None:
    limits = Limits(tpm=610)
    assert [take(database, limits, n) for n in (100, 300, 50)] == [0.0, 10.0, 40.0]
    assert take(database, limits, 1) == 45.0


def test_the_narrower_of_two_limits_counts_and_both_hold(database: Database) -> None:
    limits = Limits(rpm=61, tpm=61)
    assert [take(database, limits, n) for n in (10, 0, 0, 30, 0, 0)] == [0.0, 10.0, 11.0, 12.0, 42.0, 43.0]


def test_requests_a_day_go_by_the_day_in_utc(database: Database) -> None:
    limits = Limits(rpd=2)
    last = MIDNIGHT - NOON
    assert [take(database, limits) for _ in range(5)] == [0.0, 0.0, last, last, last + DAY]
    assert take(database, limits, now=MIDNIGHT + 5) == last + DAY  # tomorrow's are promised already
    assert take(database, limits, now=MIDNIGHT + 2 * DAY) == last + 2 * DAY


def test_what_waits_for_midnight_is_spaced_too(database: Database) -> None:
    limits = Limits(rpm=61, rpd=1)
    assert take(database, limits) == 0.0
    limits = Limits(rpm=61, rpd=3)
    found = [take(database, limits) for _ in range(5)]
    last = MIDNIGHT - NOON
    assert found == [1.0, 2.0, last, last + 1, last + 2]


def test_a_day_begins_at_midnight_where_the_provider_is(database: Database) -> None:
    limits = Limits(rpd=2, zone="America/Los_Angeles")  # NOON is 05:00 there, in October
    there = MIDNIGHT - NOON + 7 * 3600
    assert [take(database, limits) for _ in range(5)] == [0.0, 0.0, there, there, there + DAY]
    assert take(database, limits, now=NOON + there + 5) == there + DAY


@given(st.floats(0, 2**32), st.sampled_from(["UTC", "America/Los_Angeles", "Asia/Kolkata", "Pacific/Apia"]))
def test_every_moment_lies_in_its_day(at: float, zone: str) -> None:
    day = day_of(at, zone)
    assert day_begins(day, zone) <= at < day_begins(day + 1, zone)


def test_nothing_is_taken_for_who_does_not_wait(database: Database) -> None:
    limits = Limits(rpd=1, longest_wait_s=600)
    assert take(database, limits) == 0.0
    assert [take(database, limits) for _ in range(3)] == [MIDNIGHT - NOON] * 3  # the run pauses, however often it is tried
    assert [take(database, limits, now=MIDNIGHT) for _ in range(2)] == [MIDNIGHT - NOON, MIDNIGHT - NOON + DAY]


def test_what_was_never_sent_counts_to_no_day_and_with_no_tokens(database: Database) -> None:
    limits = Limits(rpd=2, tpm=61)
    assert [take(database, limits, 30) for _ in range(2)] == [0.0, 30.0]
    with database.write() as conn:
        rates = Rates(conn, "a", NOON)
        rates.unsent(limits, 30, NOON + 30)
        rates.unsent(limits, 30, MIDNIGHT - DAY - 1)  # of a day that is over: its tokens alone come back
        rates.save()
    assert [take(database, limits) for _ in range(2)] == [0.0, MIDNIGHT - NOON]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(1, 120), st.lists(st.floats(0, 1), min_size=40, max_size=130))
def test_no_minute_holds_one_too_many_though_each_may_be_a_second_late(database: Database, rpm: int, late: list[float]) -> None:
    with database.write() as conn:
        rates = Rates(conn, "late", NOON)
        sent = sorted(NOON + rates.take(Limits(rpm=rpm), 0) + delay for delay in late)
    for first, beyond in zip(sent, sent[rpm:], strict=False):
        assert beyond - first >= 60 - 1e-3


def test_tokens_that_were_not_used_come_back(database: Database) -> None:
    buyer, limits = Buyer(database), Limits(tpm=61)
    (first,) = buyer.claim(wish(1, tokens=30, limits=limits))
    assert first is not None
    buyer.settle(first, usage=Usage(6, 4))
    (second,) = buyer.claim(wish(2, tokens=30, limits=limits))
    assert second is not None
    assert (first.delay_s, second.delay_s) == (0.0, 10.0)
    buyer.settle(second, usage=Usage())  # not reported: it stays at its reservation
    (third,) = buyer.claim(wish(3, tokens=30, limits=limits))
    assert third is not None
    assert third.delay_s == 40.0


def test_two_ledgers_share_one_limit(database: Database) -> None:
    limits = Limits(rpm=61)
    one, other = Buyer(database), Buyer(open_database(database.url), project="q")
    waits = []
    for row, buyer in enumerate([one, other, other, one]):
        waits += [claimed.delay_s for claimed in buyer.claim(wish(2 * row, limits=limits), wish(2 * row + 1, limits=limits)) if claimed]
    assert waits == [1.0 * n for n in range(8)]
    other.db.close()


def test_two_processes_share_one_limit(database: Database) -> None:
    limits = Limits(rpm=1)
    script = (
        "import sys; from rowsmith.store.database import open_database; from rowsmith.store.rates import take_all; "
        "from rowsmith.core.calls import Limits\n"
        "db = open_database(sys.argv[1])\n"
        "with db.write() as conn: print(take_all(conn, db.now(conn), [('a', Limits(rpm=1), 0)] * 2))"
    )
    told = subprocess.run([sys.executable, "-c", script, database.url], capture_output=True, text=True, check=True).stdout
    assert told.strip() == "[0.0, 61.0]"
    with database.write() as conn:
        (wait,) = take_all(conn, database.now(conn), [("a", limits, 0)])
    assert 61 < wait <= 122


def test_limits_survive_a_restart(database: Database) -> None:
    limits = Limits(rpm=1, rpd=2)
    take(database, limits)
    database.close()
    again = open_database(database.url)
    assert take(again, limits) == 61.0
    assert take(again, limits) == MIDNIGHT - NOON
    again.close()


def test_profiles_do_not_touch_each_other(database: Database) -> None:
    assert [take(database, Limits(rpm=1), profile=name) for name in ("a", "b", "a")] == [0.0, 0.0, 61.0]
    with database.write() as conn:
        found = take_all(conn, NOON, [("b", Limits(rpm=1), 0), ("c", Limits(rpm=1), 0), ("c", Limits(rpm=1), 0)])
    assert found == [61.0, 0.0, 61.0]


def test_silence_is_kept_by_all(database: Database) -> None:
    other = open_database(database.url)
    block(database, 20)
    block(other, 5)  # a shorter one does not end a longer one
    assert take(other, Limits()) == 20.0
    assert [take(other, Limits(rpm=61)) for _ in range(2)] == [20.0, 21.0]
    assert take(other, Limits(), now=NOON + 21) == 21.0
    with other.write() as conn:
        assert Rates(conn, "a", NOON + 4).blocked() == 16.0
    other.close()


ARRIVALS = st.lists(
    st.tuples(st.sampled_from([0.0, 0.5, 3.0, 40.0, 20_000.0]), st.sampled_from([0, 1, 30, 100]), st.sampled_from([0, 0, 0, 90])),
    min_size=3,
    max_size=30,
)
LIMITS = st.builds(Limits, st.sampled_from([6, 20, None]), st.sampled_from([60, 500, None]), st.sampled_from([1, 4, None]))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(arrivals=ARRIVALS, limits=LIMITS)
def test_no_minute_and_no_day_holds_more_than_the_limit(database: Database, arrivals: list[tuple[float, int, int]], limits: Limits) -> None:
    now, sent = NOON, list[tuple[float, int]]()
    kinds: dict[str, dict[str, float]] = {}
    with database.write() as conn:
        for pause, tokens, silence in arrivals:
            now += pause
            rates = Rates(conn, "law", now)
            rates.kinds = kinds  # as another process finds them
            if silence:
                rates.block(silence)
            at = now + rates.take(limits, tokens)
            assert at >= now + rates.blocked()
            sent.append((at, tokens))
    assert [at for at, _ in sent] == sorted(at for at, _ in sent)  # first come, first served
    for (at, tokens), (after, _) in pairwise(sent):
        assert limits.rpm is None or after - at >= MINUTE_S / limits.rpm - 1e-4
        assert limits.tpm is None or after - at >= tokens * MINUTE_S / limits.tpm - 1e-4
    days = Counter(int((at + 1e-4) // DAY) for at, _ in sent)
    assert limits.rpd is None or max(days.values()) <= limits.rpd


@pytest.mark.parametrize("limits", [None, Limits()])
def test_without_limits_nothing_waits(database: Database, limits: Limits | None) -> None:
    assert [c.delay_s for c in Buyer(database).claim(wish(1, limits=limits), wish(2, limits=limits)) if c] == [0.0, 0.0]
