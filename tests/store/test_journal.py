"""The journal: what it says is in is durable and counted once, only for its owner, in bounded memory, on a full disk too."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import pytest
from buying import Buyer, a_run, change, place, query, wish, wrong
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from rowsmith.core.calls import Limits, Usage
from rowsmith.core.errors import RowsmithError, StorageBusy, StorageFull
from rowsmith.core.row import Row
from rowsmith.core.slots import CANCELLED, DROPPED, EXPANDED, FAILED, KEPT, KEPT_STAGE, PENDING, WAITING, Tally
from rowsmith.store import budgets, calls, slots
from rowsmith.store.attempts import MAYBE_BILLED, RELEASED, RESERVED, SETTLED
from rowsmith.store.commits import Lost
from rowsmith.store.database import Database, open_database
from rowsmith.store.journal import BACKLOG, EASY_S, TICK_S, Journal
from rowsmith.store.ledger import Ledger
from rowsmith.store.processes import register
from rowsmith.store.runs import Run, Runs


class Faulty(Database):
    """A database whose next write transactions go wrong: `busy` and `full` before they begin, `broken` once they are committed."""

    faults: list[str]

    @contextmanager
    def write(self) -> Iterator[Connection]:
        fault = self.faults.pop(0) if self.faults else ""
        if fault == "busy":
            raise StorageBusy("somebody holds it")
        if fault == "full":
            raise StorageFull("no space")
        with super().write() as conn:
            yield conn
        if fault == "broken":
            raise StorageBusy("the connection broke")


class Slow(Database):
    """A database whose next write transaction says that it has begun, waits to be let on, and then does something else first."""

    begun: threading.Event | None = None
    may_go_on: threading.Event
    then: Callable[[], object]

    @contextmanager
    def write(self) -> Iterator[Connection]:
        begun, self.begun = self.begun, None
        with super().write() as conn:
            if begun:
                begun.set()
                self.may_go_on.wait()
            yield conn
        if begun:
            self.then()


@pytest.fixture
def faulty(database: Database) -> Iterator[Faulty]:
    db = Faulty(database.url)
    db.faults = []
    yield db
    db.close()


class Heard:
    """What a journal has told the engine."""

    def __init__(self) -> None:
        self.requests: list[str] = []
        self.lost: list[RowsmithError] = []
        self.storage: list[RowsmithError | None] = []


@asynccontextmanager
async def journal(db: Database, run: Run | None = None, heard: Heard | None = None) -> AsyncIterator[Journal]:
    heard = heard or Heard()
    run = run or Buyer(db).run
    scopes = (f"project:{run.project}", f"run:{run.n}")
    with db.write() as conn:
        for scope in scopes:
            budgets.ensure(conn, scope)
    ledger = Ledger(db, run.n, str(run.owner), scopes, resumed=run.fence > 1)
    made = Journal(
        db, run, ledger, Tally.load(run.totals), on_request=heard.requests.append, on_lost=heard.lost.append, on_storage=heard.storage.append
    )
    try:
        yield made
    finally:
        await made.close()


def a_row(number: int, **data: Any) -> Row:
    return Row(f"{number:032x}", place(number), data or {"text": f"row {number}"}, {"good": number}, {"source": {"name": "s"}})


def opened(it: Journal, row: Row, made: int, step: int, wave: int, state: int = PENDING) -> None:
    it.open_many([(row.order, bytes.fromhex(row.id), made, step, wave, state)])


def totals(db: Database, run: int) -> Tally:
    return Tally.load(Runs(db).get(run).totals)


# -- whose word counts --------------------------------------------------------------------------------------------------------------


def test_what_is_said_is_durable_when_flush_returns(database: Database) -> None:
    async def told() -> int:
        async with journal(database) as it:
            opened(it, a_row(1), made=0, step=1, wave=2)
            it.open_many([(place(2), bytes(16), 0, 1, 2, KEPT)])
            it.move(place(1), DROPPED, 3, 1, "where", "x" * 5000)
            it.put(a_row(2), KEPT_STAGE, 2)
            await it.flush()
            other = open_database(database.url)
            slots = query(other, "SELECT ord, made, step, state, attempt, wave, reason, length(detail) FROM slot ORDER BY ord")
            assert [tuple(slot)[1:] for slot in slots] == [(0, 3, DROPPED, 1, 2, "where", 2000), (0, 1, KEPT, 0, 2, None, None)]
            assert query(other, "SELECT stage, wave FROM row") == [(KEPT_STAGE, 2)]
            assert totals(other, it.run).dump() == {**Tally().dump(), "requested": 2, "kept": 1, "dropped": {"where": 1}}
            other.close()
            return it.run

    run = asyncio.run(told())
    assert slots.tally(database, run) == totals(database, run)


class Counting(Database):
    """A database that counts its write transactions."""

    writes = 0

    @contextmanager
    def write(self) -> Iterator[Connection]:
        self.writes += 1
        with super().write() as conn:
            yield conn


def test_what_nobody_waits_for_is_committed_together(database: Database) -> None:
    """A commit for each of some rows that come one after the other would cost more than the rows."""
    db = Counting(database.url)

    async def work() -> None:
        async with journal(db) as it:
            await it.flush()
            before, begun = db.writes, time.monotonic()
            for number in range(60):
                opened(it, a_row(number), 0, 0, 0)
                await asyncio.sleep(0.005)
            assert db.writes - before <= (time.monotonic() - begun) / EASY_S + 2
            await it.flush()
            assert totals(db, it.run).pending == 60

    asyncio.run(work())
    db.close()


def test_a_second_owner_makes_the_first_ones_writes_vanish(database: Database) -> None:
    heard = Heard()

    async def told() -> None:
        run = a_run(database)
        async with journal(database, run, heard) as it:
            opened(it, a_row(1), 0, 1, 0)
            claimed = await it.claim(wish(1))
            change(database, "DELETE FROM process WHERE id = :id", id=run.owner)
            Runs(database).take(run.n, register(database))
            opened(it, a_row(2), 0, 1, 0)
            for said in (it.flush(), it.claim(wish(2)), it.answer(claimed, b"late", Usage(1, 1), 5), it.flush()):
                with pytest.raises(Lost, match="taken over"):
                    await said
            it.put(a_row(1), KEPT_STAGE, 0)

    asyncio.run(told())
    assert [type(error) for error in heard.lost] == [Lost]
    assert query(database, "SELECT count(*) FROM slot")[0][0] == 1
    assert query(database, "SELECT count(*) FROM row")[0][0] == 0
    assert query(database, 'SELECT state FROM "call"') == [(0,)]
    assert query(database, "SELECT outcome FROM spend") == [(RESERVED,)]


def test_a_request_of_another_process_is_heard(database: Database) -> None:
    heard = Heard()

    async def told() -> None:
        async with journal(database, None, heard) as it:
            await it.flush()
            assert heard.requests == []
            Runs(database).ask(Runs(database).get(it.run), "stop")
            opened(it, a_row(1), 0, 1, 0)
            await it.flush()

    asyncio.run(told())
    assert set(heard.requests) == {"stop"}


def test_an_error_of_ours_ends_it_and_is_told(database: Database) -> None:
    heard = Heard()

    async def told() -> None:
        async with journal(database, None, heard) as it:
            it.open_many([(place(1), None, 0, 1, 0, PENDING)])  # type: ignore[list-item]
            with pytest.raises(RowsmithError, match="journal stopped"):
                await it.flush()

    asyncio.run(told())
    assert [error.what[:19] for error in heard.lost] == ["The journal stopped"]


# -- once and only once -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("faults", [["busy"], ["broken"], ["busy", "broken"], ["broken", "busy"]], ids="-".join)
def test_a_batch_that_is_tried_again_is_applied_once(faulty: Faulty, faults: list[str]) -> None:
    async def told() -> tuple[int, Tally]:
        async with journal(faulty) as it:
            await it.flush()
            faulty.faults = faults.copy()
            opened(it, a_row(1), 0, 1, 0)
            opened(it, a_row(2), 0, 1, 0, KEPT)
            claimed = await it.claim(wish(1))
            assert claimed.state == "mine"
            assert faulty.faults == []
            faulty.faults = faults.copy()
            it.move(place(1), FAILED, 1, 0, "schema")
            it.refused(claimed, "schema", "not JSON")
            it.mended(claimed, "found")
            await it.answer(claimed, b"raw", Usage(4, 2), 60)
            await it.flush()
            assert faulty.faults == []
            return it.run, it.tally

    run, tally = asyncio.run(told())
    assert (tally.kept, tally.failed, tally.calls, tally.cost, tally.refused_draws) == (1, {"schema": 1}, 1, 60, {"schema": 1})
    assert tally.mended == {"found": 1}
    assert tally == slots.tally(faulty, run) == totals(faulty, run)
    assert query(faulty, "SELECT usd, tokens FROM budget") == [(60, 6)] * 2
    assert wrong(faulty) == []


def test_every_answer_to_a_commit_may_be_lost(faulty: Faulty) -> None:
    """A try after a lost answer finds its batch there and commits nothing more; an idle look at the run is worth no try."""

    async def told() -> int:
        async with journal(faulty) as it:
            await it.flush()
            faulty.faults = ["broken"] * 60
            for number in range(1, 26):
                opened(it, a_row(number), 0, 1, 0)
                await it.flush()
            await asyncio.sleep(3 * TICK_S)
            left = len(faulty.faults)
            faulty.faults = []
            return left

    assert asyncio.run(told()) < 60 - 25
    assert query(faulty, "SELECT count(*) FROM slot")[0][0] == 25


def test_what_had_to_be_done_for_an_answer_is_in_the_last_commit_at_the_latest(database: Database) -> None:
    async def told() -> int:
        async with journal(database) as it:
            claimed = await it.claim(wish(1))
            await it.answer(claimed, b"raw", Usage(4, 2), 60)
            it.mended(claimed, "repaired")
            return it.run

    run = asyncio.run(told())
    assert slots.tally(database, run).mended == {"repaired": 1} == totals(database, run).mended


def test_counts_that_were_written_meanwhile_hide_no_batch(faulty: Faulty) -> None:
    """The end of a run writes its counts itself; what is said after that is still written, though its first try fails."""

    async def told() -> None:
        async with journal(faulty) as it:
            opened(it, a_row(1), 0, 1, 0)
            await it.flush()
            Runs(faulty).save_totals(Runs(faulty).get(it.run), it.tally)
            faulty.faults = ["busy"]
            opened(it, a_row(2), 0, 1, 0)
            await it.flush()

    asyncio.run(told())
    assert query(faulty, "SELECT count(*) FROM slot")[0][0] == 2


MOVES = st.lists(
    st.tuples(st.sampled_from(["open", "open", "keep", "drop", "fail", "cancel", "wait", "expand", "retry", "flush"]), st.integers(0, 9)), max_size=40
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=MOVES)
def test_the_tally_is_what_the_rows_say(database: Database, moves: list[tuple[str, int]]) -> None:
    ends = {"keep": KEPT, "drop": DROPPED, "fail": FAILED, "cancel": CANCELLED, "wait": WAITING, "expand": EXPANDED, "retry": PENDING}

    async def told() -> tuple[int, Tally]:
        async with journal(database) as it:
            open_: list[int] = []
            count = 0
            for act, chosen in moves:
                if act == "flush":
                    await it.flush()
                elif act == "open":
                    opened(it, a_row(count), 0, 1, chosen)
                    open_.append(count)
                    count += 1
                elif open_:
                    number = open_[chosen % len(open_)]
                    it.move(place(number), ends[act], 2, chosen, f"why {chosen % 2}" if act in ("drop", "fail") else None)
                    if act == "keep":
                        it.put(a_row(number), KEPT_STAGE, 0)
                    if act not in ("wait", "retry"):
                        open_.remove(number)
            await it.flush()
            assert it.tally == slots.tally(database, it.run)
            assert it.tally.requested == count - sum(state == EXPANDED for (state,) in query(database, _STATES, n=it.run))
            assert it.tally.kept == query(database, "SELECT count(*) FROM row WHERE run = :n", n=it.run)[0][0]
            return it.run, it.tally

    run, tally = asyncio.run(told())
    assert totals(database, run) == tally


_STATES = "SELECT state FROM slot WHERE run = :n"


# -- calls --------------------------------------------------------------------------------------------------------------------------


def test_who_waits_for_another_runs_answer_gets_it(database: Database) -> None:
    async def told() -> None:
        async with journal(database) as one, journal(database) as other:
            held = await one.claim(wish(1))
            waiting = asyncio.create_task(other.claim(wish(1)))
            await other.flush()
            assert not waiting.done()
            await one.answer(held, b"shared", Usage(4, 2), 60)
            got = await waiting
            assert (got.state, got.raw) == ("stored", b"shared")
            await other.flush()
            assert (one.tally.calls, other.tally.calls, other.tally.calls_reused, other.tally.cost) == (1, 0, 1, 0)

    asyncio.run(told())


def test_who_waits_for_a_dead_runs_answer_takes_over(database: Database) -> None:
    async def told() -> None:
        dead = Buyer(database)
        async with journal(database) as it:
            dead.claim(wish(1))
            waiting = asyncio.create_task(it.claim(wish(1)))
            await it.flush()
            assert not waiting.done()
            dead.die()
            assert (await waiting).state == "mine"

    asyncio.run(told())


def test_an_answer_is_stored_though_who_gave_it_is_cancelled(database: Database) -> None:
    async def told() -> str:
        async with journal(database) as it:
            claimed = await it.claim(wish(1))
            giving = asyncio.create_task(it.answer(claimed, b"raw", Usage(1, 1), 7))
            await asyncio.sleep(0)
            giving.cancel()
            with pytest.raises(asyncio.CancelledError):
                await giving
            return claimed.key.hex()

    found = calls.get(database, asyncio.run(told()))
    assert found is not None
    assert (found["raw"], found["cost"]) == (b"raw", 7)


def test_the_ends_of_attempts(database: Database) -> None:
    async def told() -> None:
        async with journal(database) as it:
            first, second = [await it.claim(wish(row)) for row in (1, 2)]
            assert await it.unknown(first, "cut off")
            assert first.attempt == 1
            await it.release(first, "stopped", maybe_billed=True)
            await it.release(second, "not sent", maybe_billed=False)
            assert (it.tally.maybe_billed, it.tally.cost) == (2, 200)

    asyncio.run(told())
    found = query(database, "SELECT outcome, detail FROM spend ORDER BY ord, attempt")
    assert found == [(MAYBE_BILLED, "cut off"), (MAYBE_BILLED, "stopped"), (RELEASED, "not sent")]
    assert query(database, 'SELECT count(*) FROM "call"')[0][0] == 0
    assert wrong(database) == []


def test_what_was_never_sent_is_left_to_its_day(database: Database) -> None:
    limits = Limits(rpd=2, longest_wait_s=60)

    async def told() -> None:
        async with journal(database) as it:
            claimed = [await it.claim(wish(row, limits=limits)) for row in (1, 2, 3)]
            assert [claim.due > 0 for claim in claimed] == [True, True, False], "the third is for tomorrow, and nobody waits so long"
            for claim, sent in zip(claimed, (True, False, False), strict=True):
                await it.release(claim, "stopped", maybe_billed=False, sent=sent)

    asyncio.run(told())
    assert query(database, "SELECT used FROM rate WHERE kind = 'rpd'") == [(1,)]


def test_a_claim_that_nobody_waits_for_any_more_is_given_back(database: Database) -> None:
    async def told() -> None:
        async with journal(database) as it:
            await it.flush()
            claiming = asyncio.create_task(it.claim(wish(1)))
            await asyncio.sleep(0)
            claiming.cancel()
            await it.flush()
            await it.flush()
            assert (await it.claim(wish(1))).state == "mine"

    asyncio.run(told())
    assert query(database, "SELECT outcome FROM spend ORDER BY attempt") == [(RELEASED,), (RESERVED,)]
    assert wrong(database) == []


def test_close_gives_back_what_was_claimed_at_the_last_moment(database: Database) -> None:
    """The claim is being committed when its asker goes away and the journal is closed; the loop hears of it after the thread has ended."""

    async def told() -> None:
        begun, may_go_on = threading.Event(), threading.Event()
        db = Slow(database.url)
        async with journal(db) as it:
            await it.flush()
            db.begun, db.may_go_on, db.then = begun, may_go_on, lambda: it._loop.call_soon_threadsafe(time.sleep, 0.2)
            claiming = asyncio.create_task(it.claim(wish(1)))
            await asyncio.to_thread(begun.wait)
            claiming.cancel()
            closing = asyncio.create_task(it.close())
            await asyncio.sleep(0)
            may_go_on.set()
            await closing
        db.close()

    asyncio.run(told())
    assert query(database, 'SELECT count(*) FROM "call"')[0][0] == 0
    assert query(database, "SELECT outcome FROM spend") == [(RELEASED,)]
    assert query(database, "SELECT usd, tokens FROM budget") == [(0, 0)] * 2


def test_close_frees_the_keys_that_are_held(database: Database) -> None:
    async def told() -> None:
        async with journal(database) as it:
            await it.claim(wish(1))
            bought = await it.claim(wish(2))
            await it.answer(bought, b"raw", Usage(1, 1), 1)

    asyncio.run(told())
    assert query(database, 'SELECT state FROM "call"') == [(1,)]
    assert query(database, "SELECT outcome FROM spend ORDER BY ord") == [(RESERVED,), (SETTLED,)]


def test_permits_and_silence_are_shared(database: Database) -> None:
    async def told() -> None:
        async with journal(database) as one, journal(database) as other:
            waits = [await it.permit("profile", Limits(rpm=1), 0) for it in (one, other, one)]
            assert waits[0] == 0
            assert 50 < waits[1] <= 61
            assert 110 < waits[2] <= 122
            assert one.blocked("profile") == 0
            await one.block("profile", 300)
            assert 290 < one.blocked("profile") <= 300
            assert await other.permit("profile", Limits(rpm=600), 0) > 290
            claimed = await other.claim(wish(1, limits=Limits(rpm=600)))
            assert claimed.delay_s > 290
            assert one.blocked("another") == 0

    asyncio.run(told())


# -- memory and disk ----------------------------------------------------------------------------------------------------------------


def test_hold_bounds_what_waits_for_a_commit(database: Database) -> None:
    said = 0

    async def told() -> int:
        nonlocal said
        async with journal(database) as it:

            def say() -> None:
                nonlocal said
                for number in range(4 * BACKLOG):
                    it.hold()
                    opened(it, a_row(number), 0, 1, 0)
                    said += 1

            working = threading.Thread(target=say)
            with database.write() as conn:  # nobody else can commit
                conn.exec_driver_sql("UPDATE run SET reason = ''")
                working.start()
                await asyncio.to_thread(working.join, 1.0)
                assert working.is_alive()
                assert said <= 2 * (BACKLOG + 1)  # one part on its way, one waiting
            await asyncio.to_thread(working.join)
            return it.run

    run = asyncio.run(told())
    assert query(database, "SELECT count(*) FROM slot WHERE run = :n", n=run)[0][0] == 4 * BACKLOG
    assert totals(database, run).pending == 4 * BACKLOG


def test_a_full_disk_is_waited_for(faulty: Faulty) -> None:
    heard = Heard()

    async def told() -> None:
        async with journal(faulty, None, heard) as it:
            await it.flush()
            faulty.faults = ["full"]
            assert (await it.claim(wish(1))).state == "mine"
            await it.flush()

    asyncio.run(told())
    assert [type(error) for error in heard.storage] == [StorageFull, type(None)]
    assert heard.lost == []
    assert query(faulty, "SELECT usd FROM budget") == [(100,)] * 2


def test_patience_with_a_full_disk_ends(faulty: Faulty) -> None:
    heard = Heard()

    async def told() -> None:
        async with journal(faulty, None, heard) as it:
            opened(it, a_row(1), 0, 1, 0)
            await it.flush()
            faulty.faults = ["full"] * 3
            opened(it, a_row(2), 0, 1, 0)
            it.give_up = True
            with pytest.raises(StorageFull):
                await it.flush()
            with pytest.raises(StorageFull):
                await it.claim(wish(1))

    asyncio.run(told())
    assert [type(error) for error in heard.lost] == [StorageFull]
    assert query(faulty, "SELECT count(*) FROM slot")[0][0] == 1  # what was acknowledged
