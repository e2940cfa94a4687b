"""Batches against the clock: what they will not bring in time is asked live, once, and within the cap."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shops import HALF, Make
from sqlalchemy import text

from rowsmith.core.models import Model
from rowsmith.engine.deadline import Deadline, live_s
from rowsmith.engine.terms import Progress, Stopping


def test_what_a_batch_will_not_bring_in_time_is_cancelled_there_and_asked_live(shop: Make) -> None:
    one = shop(batch_s=3600.0, batch_first=0.4)
    assert one.buy(wait=False).state == "paused"
    done = one.buy(deadline_s=0.0)
    assert (done.state, done.kept, one.bought.total()) == ("finished", 10, 10)
    (batch,) = done.batches
    assert (batch.reason, batch.answered, batch.returned, one.in_batches(), one.live()) == ("cancelled", 4, 6, 4, 6)
    assert done.cost_usd == pytest.approx(one.server.calls.cost())
    one.sound()


def test_a_batch_that_is_done_after_all_is_used_whole(shop: Make) -> None:
    one = shop(batch_s=0.3, batch_cancel_s=3600.0)
    assert one.buy(wait=False).state == "paused"
    done = one.buy(deadline_s=0.0)
    assert (done.state, one.live(), done.batches[0].answered) == ("finished", 0, 10)
    one.sound()


def test_with_time_enough_nothing_is_asked_live(shop: Make) -> None:
    one = shop(batch_s=0.3)
    done = one.buy(deadline_s=86_400.0)
    assert (done.state, one.live(), done.batches[0].reason) == ("finished", 0, "completed")
    one.sound()


def test_too_near_for_a_batch(shop: Make) -> None:
    one = shop(batch_s=3600.0)
    done = one.buy(deadline_s=0.0)
    assert (done.state, one.live(), done.batches) == ("finished", 10, ())
    one.sound()


def test_a_batch_that_was_not_sent_is_let_go(shop: Make) -> None:
    one = shop(batch_creations=["quota"])
    assert one.buy().state == "paused"
    done = one.buy(deadline_s=0.0)
    assert (done.state, one.live(), [(b.state, b.reason) for b in done.batches]) == ("finished", 10, [("rejected", "cancelled")])
    one.sound()


def test_how_long_the_last_batches_took_is_remembered(shop: Make) -> None:
    one = shop()
    assert (one.buy().kept, one.live()) == (10, 0)
    assert (one.buy(deadline_s=86_400.0, fresh=True).kept, one.live()) == (10, 0)
    with one.lab.db.write() as conn:
        conn.execute(text("UPDATE batch SET submitted_at = ended_at - 86000"))
    assert (one.buy(deadline_s=86_400.0, fresh=True).kept, one.live()) == (10, 10)


def test_what_the_cap_leaves_no_room_for_stays_in_the_batch(shop: Make) -> None:
    one, notes, stopping = shop(batch_s=3600.0, batch_first=0.3), list[str](), Stopping()

    def seen(progress: Progress) -> None:
        notes.append(progress.note)
        if "the cap leaves no room to ask the rest live" in progress.note:
            stopping.stop()

    assert one.buy(wait=False, budget_usd=0.06).state == "paused"
    done = one.buy(deadline_s=0.0, budget_usd=0.06, on_progress=seen, stopping=stopping)
    assert (done.state, one.server.batches()[0]["status"], one.live()) == ("stopped", "in_progress", 0)
    done = one.buy(deadline_s=0.0, budget_usd=0.6)
    assert (done.state, done.batches[0].reason, one.live()) == ("finished", "cancelled", 7)
    one.sound()


def test_the_deadline_counts_from_the_start_of_the_run(shop: Make) -> None:
    one = shop(batch_s=3600.0)
    assert one.buy(deadline_s=86_400.0, wait=False).state == "paused"
    with one.lab.db.write() as conn:
        conn.execute(text("UPDATE run SET started_at = started_at - 86400"))
    done = one.buy(deadline_s=86_400.0)
    assert (done.state, one.live()) == ("finished", 10)
    one.sound()


@given(st.integers(1, 10_000), st.floats(0, 1), st.floats(0, 1e5), st.integers(1, 5), st.floats(1, 1e6))
def test_law_the_more_is_done_the_longer_it_may_be_waited_for(requests: int, share: float, elapsed_s: float, depth: int, whole_s: float) -> None:
    model, deadline = Model(model="openai/m", **HALF), Deadline(time.monotonic() + whole_s, whole_s)
    done = int(share * requests)
    began = time.monotonic()
    none, some, all_, left = (*(deadline.spare(model, requests, n, elapsed_s, depth) for n in (0, done, requests)), deadline.left())
    passed = time.monotonic() - began + 1e-3
    assert none <= some + passed
    assert some <= all_ + passed
    assert all_ <= left + passed


def test_live_calls_take_as_long_as_the_limits_say() -> None:
    assert live_s(Model(model="openai/m", concurrency=30), 100) == pytest.approx(15)
    assert live_s(Model(model="openai/m", concurrency=30, rpm=60), 100) == pytest.approx(150)
