"""Runs at rest: one owner at a time, counts from the rows, slots opened again, rows beyond the target set aside."""

from __future__ import annotations

from typing import Any

import pytest
from buying import RECIPE, Buyer, a_run, change, place, query, wish, wrong
from sqlalchemy import text

from rowsmith.core.errors import Conflict, NotFound
from rowsmith.core.slots import CANCELLED, DROPPED, EXPANDED, FAILED, KEPT, KEPT_STAGE, OVER_STAGE, PENDING, WAITING, Tally
from rowsmith.store import budgets, events, projects, slots
from rowsmith.store.database import Database
from rowsmith.store.processes import register
from rowsmith.store.runs import Asked, Run, Runs, use_prompts
from rowsmith.store.slots import Known


def opened(db: Database, run: int, *states: int | tuple[int, str]) -> None:
    """Slots 0, 1, ... of these states (with reasons); kept ones with their rows."""
    with db.write() as conn:
        for number, told in enumerate(states):
            state, reason = told if isinstance(told, tuple) else (told, None)
            values = {"n": run, "o": place(number), "i": number.to_bytes(16, "big"), "s": state, "r": reason}
            conn.execute(text("INSERT INTO slot (run, ord, id, made, step, state, reason, wave) VALUES (:n, :o, :i, 0, 1, :s, :r, 0)"), values)
            if state == KEPT:
                conn.execute(text(f"INSERT INTO row (run, stage, ord, id, data, meta) VALUES (:n, {KEPT_STAGE}, :o, :i, :i, :i)"), values)


def states(db: Database, run: int) -> list[int]:
    return [r[0] for r in query(db, "SELECT state FROM slot WHERE run = :n ORDER BY ord", n=run)]


@pytest.fixture
def run(database: Database) -> Run:
    return a_run(database)


def test_a_record_says_what_was_given(database: Database) -> None:
    projects.ensure(database, "p")
    recipe = {"name": "r", "steps": [{"kind": "z", "b": 1, "a": 2}]}
    made = Runs(database).create("p", recipe, "identity", {"inputs": {}}, {"target": 3})
    assert Runs(database).get(made.id) == Runs(database).get(made.n) == made
    assert (made.id, made.state, made.recipe, made.lock, made.options) == (f"r{made.n}", "queued", recipe, {"inputs": {}}, {"target": 3})
    assert list(made.recipe["steps"][0]) == ["kind", "b", "a"]  # the order of a recipe's keys is kept
    assert (Tally.load(made.totals), made.totals["seq"], made.owner, made.started_at, made.version) == (Tally(), 0, None, None, None)


@pytest.mark.parametrize("name", ["r99", "12x", "", "r", "latest", "r-1"])
def test_what_is_no_run_is_not_found(database: Database, name: str) -> None:
    with pytest.raises(NotFound, match="no run"):
        Runs(database).get(name)


def test_newest_latest_and_begin(database: Database) -> None:
    runs = Runs(database)
    first, second, third = [runs.create("p", RECIPE, identity, {}, {}) for identity in ("a", "b", "a")]
    other = runs.create("q", RECIPE, "a", {}, {})
    assert [r.n for r in runs.newest("p")] == [third.n, second.n, first.n]
    assert [r.n for r in runs.newest("p", 1)] == [third.n]
    assert runs.latest("p", "a") == third
    assert runs.latest("q", "a") == other
    assert runs.latest("p", "c") is None
    assert runs.begin("p", RECIPE, "a", {}, {}) is None
    begun = runs.begin("p", RECIPE, "c", {}, {})
    assert begun is not None
    assert runs.begin("p", RECIPE, "c", {}, {}) is None


def test_one_live_process_has_the_run(database: Database, run: Run) -> None:
    runs = Runs(database)
    assert (run.state, run.fence, runs.held(run)) == ("running", 1, True)
    other = register(database)
    with pytest.raises(Conflict, match="another process"):
        runs.take(run.n, other)
    change(database, "DELETE FROM process WHERE id = :id", id=run.owner)
    assert not runs.held(run)
    taken = runs.take(run.n, other)
    assert (taken.owner, taken.fence, taken.started_at) == (other, 2, run.started_at)
    runs.end(run, "finished", "", 5.0, dataset="d", version="v")  # the first one's word counts no more
    assert runs.get(run.n) == taken
    runs.end(taken, "paused", "budget", 2.0)
    ended = runs.get(run.n)
    assert (ended.state, ended.reason, ended.owner, ended.active_s, ended.dataset) == ("paused", "budget", None, 2.0, None)
    assert runs.take(run.n, run.owner or "").fence == 3
    assert runs.get(run.n).reason == ""


def test_time_adds_up_and_a_version_stays(database: Database, run: Run) -> None:
    runs = Runs(database)
    runs.end(run, "finished", "", 1.5, dataset="d", version="v1")
    again = runs.take(run.n, str(run.owner))
    runs.end(again, "stopped", "asked to", 2.0)
    assert (runs.get(run.n).active_s, runs.get(run.n).version) == (3.5, "v1")
    runs.set_outcome(run.n, "e", "v2")
    assert (runs.get(run.n).dataset, runs.get(run.n).version) == ("e", "v2")


def test_requests_options_and_state(database: Database, run: Run) -> None:
    runs = Runs(database)
    runs.ask(run, "cancel", "ann")
    runs.set_options(run.n, {"target": 9})
    assert (runs.get(run.n).request, runs.get(run.n).options) == ("cancel", {"target": 9})
    tally = Tally(kept=3)
    runs.set_state(run, "cancelled", "asked to", tally)
    found = runs.get(run.n)
    assert (found.state, found.reason, found.owner, Tally.load(found.totals)) == ("cancelled", "asked to", None, tally)
    assert runs.take(run.n, register(database)).request == ""


def test_the_tally_is_made_from_the_rows(database: Database) -> None:
    buyer = Buyer(database)
    opened(database, buyer.run.n, KEPT, KEPT, PENDING, WAITING, CANCELLED, EXPANDED, (DROPPED, "where"), (DROPPED, "where"), (FAILED, "schema"))
    buyer.buy(wish(0), cost=60)
    Buyer(database).buy(wish(1))
    buyer.claim(wish(1))
    (lost,) = buyer.claim(wish(2))
    buyer.part(lost, maybe_billed=True)  # type: ignore[arg-type]
    tally = slots.tally(database, buyer.run.n)
    assert (tally.requested, tally.kept, tally.pending, tally.cancelled) == (8, 2, 2, 1)
    assert (tally.dropped, tally.failed) == ({"where": 2}, {"schema": 1})
    assert (tally.calls, tally.calls_reused, tally.maybe_billed, tally.cost, tally.tokens_in, tally.tokens_out) == (1, 1, 1, 160, 4, 2)
    Runs(database).save_totals(buyer.run, tally)
    assert Tally.load(Runs(database).get(buyer.run.n).totals) == tally


def test_slots_known_pending_and_ended(database: Database, run: Run) -> None:
    opened(database, run.n, KEPT, PENDING, (FAILED, "schema"), PENDING, KEPT)
    change(database, "UPDATE slot SET wave = 3 WHERE ord = :o", o=place(3))
    with database.write() as conn:  # a descendant of slot 2
        values = {"n": run.n, "o": place(2) + b"\1\0\0\5", "i": b"c" * 16}
        conn.execute(text("INSERT INTO slot (run, ord, id, made, step, state) VALUES (:n, :o, :i, 1, 2, 1)"), values)
    assert slots.pending(database, run.n) == (place(1), place(3))
    known = slots.known(database, run.n, place(1), place(2))
    assert list(known) == [place(1), place(2), place(2) + b"\1\0\0\5"]
    assert known[place(2)] == Known(FAILED, 1, 0, "schema", 0)
    ends = [(0, 1, KEPT, None, 2), (0, 1, PENDING, None, 2), (0, 1, FAILED, "schema", 1), (1, 2, KEPT, None, 1)]
    assert sorted(slots.ends(database, run.n)) == sorted(ends)
    (trouble,) = slots.troubles(database, run.n)
    assert (trouble["id"], trouble["step"], trouble["reason"]) == ((2).to_bytes(16, "big").hex(), 1, "schema")
    assert len(slots.troubles(database, run.n, PENDING)) == 2
    assert len(slots.troubles(database, run.n, PENDING, limit=1)) == 1


@pytest.mark.parametrize(("failed", "after"), [(True, [KEPT, PENDING, PENDING, FAILED, DROPPED]), (False, [KEPT, PENDING, FAILED, FAILED, DROPPED])])
def test_reopening(database: Database, run: Run, failed: bool, after: list[int]) -> None:
    """What can come out differently is tried again; a line that cannot be read cannot."""
    opened(database, run.n, KEPT, CANCELLED, (FAILED, "schema"), (FAILED, "broken_line"), (DROPPED, "where"))
    slots.reopen(database, run, failed=failed)
    assert states(database, run.n) == after
    (third,) = query(database, "SELECT attempt, reason FROM slot WHERE ord = :o", o=place(2))
    assert tuple(third) == ((1, None) if failed else (0, "schema"))


def test_cancelling_what_is_open(database: Database, run: Run) -> None:
    opened(database, run.n, KEPT, PENDING, WAITING, (FAILED, "schema"), EXPANDED)
    slots.cancel_pending(database, run)
    assert states(database, run.n) == [KEPT, CANCELLED, CANCELLED, FAILED, EXPANDED]


def test_rows_beyond_the_target_are_set_aside_and_come_back(database: Database, run: Run) -> None:
    opened(database, run.n, KEPT, (DROPPED, "where"), KEPT, KEPT, KEPT)
    slots.fit_target(database, run, 2)
    assert states(database, run.n) == [KEPT, DROPPED, KEPT, DROPPED, DROPPED]  # the last in row order go
    assert slots.tally(database, run.n).dropped == {"over_target": 2, "where": 1}
    assert query(database, "SELECT stage, count(*) FROM row GROUP BY stage ORDER BY stage") == [(OVER_STAGE, 2), (KEPT_STAGE, 2)]
    slots.fit_target(database, run, 3)
    assert states(database, run.n) == [KEPT, DROPPED, KEPT, KEPT, DROPPED]
    slots.fit_target(database, run, None)
    assert states(database, run.n) == [KEPT, DROPPED, KEPT, KEPT, KEPT]
    assert query(database, "SELECT stage, count(*) FROM row GROUP BY stage") == [(KEPT_STAGE, 4)]
    assert slots.tally(database, run.n).dropped == {"where": 1}


def test_a_prompt_is_stored_once_and_noted_for_each_run(database: Database) -> None:
    from rowsmith.core.prompt import parse

    prompt = parse("Say {{ text }}")
    first, second = a_run(database), a_run(database)
    for run in (first, second, second):
        with database.write() as conn:
            use_prompts(conn, run.n, [(1, "prompt", prompt.hash, "Say {{ text }}", ["text"])], 0.0)
    assert [tuple(r) for r in query(database, "SELECT text, variables FROM prompt")] == [("Say {{ text }}", b'["text"]')]
    assert [tuple(r) for r in query(database, "SELECT run, step, field FROM run_prompt ORDER BY run")] == [
        (first.n, 1, "prompt"), (second.n, 1, "prompt"),
    ]  # fmt: skip
    assert wrong(database) == []


def test_a_cap_changes_and_what_is_spent_stays(database: Database) -> None:
    buyer = Buyer(database)
    buyer.buy(wish(1), cost=60)
    for usd, tokens in ((100, 7), (None, 5), (0, None)):
        buyer.cap(usd=usd, tokens=tokens)
        row = query(database, "SELECT usd_cap, tokens_cap, usd, tokens FROM budget WHERE scope = :s", s=f"run:{buyer.run.n}")
        assert [tuple(r) for r in row] == [(usd, tokens, 60, 6)]
    with database.write() as conn:
        budgets.ensure(conn, f"run:{buyer.run.n}")
    assert buyer.counted() == (60, 6)


def test_what_a_run_is_asked_for_is_written_down_by_whoever_takes_it(database: Database, run: Run) -> None:
    runs = Runs(database)
    asked = Asked({"target": 5, "into": "d"}, [(1, "prompt", "0f" * 16, "Say {{ text }}", ["text"])], 70, 9, "ann")
    with pytest.raises(Conflict):
        runs.take(run.n, register(database), asked)
    assert (runs.get(run.n).options, query(database, "SELECT count(*) FROM run_prompt")[0][0]) == (run.options, 0)
    assert query(database, "SELECT count(*) FROM event WHERE kind = 'run.started'")[0][0] == 0
    assert runs.take(run.n, str(run.owner), asked).options == {"target": 5, "into": "d"}
    cap = query(database, "SELECT usd_cap, tokens_cap FROM budget WHERE scope = :s", s=f"run:{run.n}")
    assert [tuple(r) for r in cap] == [(70, 9)]
    assert query(database, "SELECT count(*) FROM run_prompt")[0][0] == 1


def test_what_happens_to_a_run_is_told_in_order(database: Database, run: Run) -> None:
    runs = Runs(database)
    taken = runs.take(run.n, str(run.owner), Asked({"target": 5}, by="ann"))
    runs.ask(taken, "stop", "ben")
    runs.end(run, "finished", "", 1.0)  # of an earlier owner: nothing happens, nothing is told
    runs.end(taken, "stopped", "asked to", 1.0, dataset="d", version="v")
    found = [event for event in events.found(database, run.project) if event.run == run.n]
    assert [event.kind for event in found] == ["run.started", "run.asked", "run.ended"]
    assert (found[0].data["by"], found[0].data["target"], found[1].data) == ("ann", 5, {"request": "stop", "by": "ben"})
    assert {"state": "stopped", "reason": "asked to", "dataset": "d", "version": "v", "kept": 0}.items() <= found[2].data.items()
    assert [event.n for event in found] == sorted(event.n for event in found)
    assert events.found(database, run.project, after=found[0].n, run=run.n, limit=1) == found[1:2]
    assert events.found(database, run.project, run=run.n, limit=2, newest=True) == found[1:]
    assert events.found(database, "q") == []


@pytest.mark.parametrize(
    "change_",
    [
        lambda db, run: Runs(db).save_totals(run, Tally(kept=9)), slots.cancel_pending, lambda db, run: slots.fit_target(db, run, 0),
        lambda db, run: slots.reopen(db, run, failed=True), lambda db, run: Runs(db).set_state(run, "stopped", "", Tally(kept=9)),
        lambda db, run: slots.gather(db, run, 1),
    ],
    ids=["totals", "cancel", "target", "reopen", "state", "gather"],
)  # fmt: skip
def test_a_process_that_slept_while_another_took_the_run_changes_nothing(database: Database, run: Run, change_: Any) -> None:
    runs = Runs(database)
    opened(database, run.n, KEPT, PENDING, (FAILED, "schema"))
    change(database, "DELETE FROM process WHERE id = :id", id=run.owner)
    taken = runs.take(run.n, register(database))
    before = slots.ends(database, run.n)
    with pytest.raises(Conflict, match="taken over"):
        change_(database, run)
    assert (runs.get(run.n), slots.ends(database, run.n)) == (taken, before)
