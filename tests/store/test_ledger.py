"""The ledger's law: an answer is bought once, at most for what the caps allow, and the budgets say what the ledger's rows say."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from buying import Buyer, change, place, query, wish, wrong
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rowsmith.core.calls import Claim, Claimed, Usage
from rowsmith.core.ids import digest
from rowsmith.store import calls, draws, projects, slots
from rowsmith.store.attempts import MAYBE_BILLED, NOT_THERE, RELEASED, RESERVED, REUSED, SETTLED, Where
from rowsmith.store.database import Database, open_database
from rowsmith.store.processes import heartbeat

SMALL = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def buyer(database: Database) -> Buyer:
    return Buyer(database)


def states(found: list[Claimed | None]) -> list[str | None]:
    return [claimed.state if claimed else None for claimed in found]


# -- who has a key ------------------------------------------------------------------------------------------------------------------


def test_a_free_key_is_mine_and_reserved(buyer: Buyer) -> None:
    (claimed,) = buyer.claim(wish(1))
    assert claimed is not None
    assert (claimed.state, claimed.index, claimed.attempt, claimed.delay_s) == ("mine", 0, 0, 0.0)
    assert claimed.key == digest(wish(1).base, (0).to_bytes(4, "big"))
    assert buyer.counted() == (100, 10)
    assert buyer.outcomes() == [RESERVED]
    assert calls.get(buyer.db, claimed.key.hex()) is None  # it has no answer yet


def test_a_stored_answer_is_given_and_costs_nothing(buyer: Buyer) -> None:
    bought = buyer.buy(wish(1), b"raw \xff bytes", usage=Usage(7, 3, 2))
    other = Buyer(buyer.db)
    (again,) = other.claim(wish(1))
    assert again is not None
    assert (again.state, again.key, again.raw, again.usage) == ("stored", bought.key, b"raw \xff bytes", Usage(7, 3, 2))
    assert (other.counted(), other.outcomes(), other.tally.calls, other.tally.calls_reused) == ((0, 0), [REUSED], 0, 1)
    assert wrong(buyer.db) == []


def test_a_key_that_a_live_run_holds_is_waited_for(buyer: Buyer) -> None:
    other = Buyer(buyer.db)
    (held,) = buyer.claim(wish(1))
    assert held is not None
    assert other.claim(wish(1), wish(2)) != []
    assert states(other.claim(wish(1))) == [None]
    assert (other.counted(), other.tally.calls_reused) == ((100, 10), 0)  # row 2 alone
    buyer.settle(held)
    assert states(other.claim(wish(1))) == ["stored"]


def test_a_key_that_was_given_up_is_free_for_who_waits(buyer: Buyer) -> None:
    other = Buyer(buyer.db)
    (held,) = buyer.claim(wish(1))
    assert held is not None
    assert states(other.claim(wish(1))) == [None]
    buyer.part(held, maybe_billed=False)
    assert states(other.claim(wish(1))) == ["mine"]
    assert wrong(buyer.db) == []


def test_a_dead_holder_is_taken_over(buyer: Buyer) -> None:
    other = Buyer(buyer.db)
    buyer.claim(wish(1))
    assert states(other.claim(wish(1))) == [None]
    buyer.die()
    (mine,) = other.claim(wish(1))
    assert mine is not None
    assert mine.state == "mine"
    other.settle(mine, b"bought by the heir")
    assert calls.get(buyer.db, mine.key.hex())["raw"] == b"bought by the heir"  # type: ignore[index]
    assert (buyer.counted(), buyer.outcomes()) == ((100, 10), [RESERVED])  # its own attempt may have been billed, too
    assert wrong(buyer.db) == []


def test_an_answer_is_durable_when_it_is_settled(buyer: Buyer) -> None:
    bought = buyer.buy(wish(1), b"kept")
    other = open_database(buyer.db.url)
    assert calls.get(other, bought.key.hex())["raw"] == b"kept"  # type: ignore[index]
    assert calls.used(other, buyer.run.n, place(1), 1, 0, 0).raw == b"kept"  # type: ignore[union-attr]
    other.close()


# -- offline ------------------------------------------------------------------------------------------------------------------------


def test_offline_a_stored_answer_is_given_and_nothing_is_claimed(buyer: Buyer) -> None:
    bought = buyer.buy(wish(1), b"raw")
    other = Buyer(buyer.db)
    found = other.claim(*(replace(wish(row), offline=1) for row in (1, 2)), wish(3))
    assert states(found) == ["stored", "absent", "mine"]
    assert next((c.key, c.raw) for c in found if c) == (bought.key, b"raw")
    assert (other.counted(), other.outcomes(), other.tally.calls_reused) == ((100, 10), [REUSED, NOT_THERE, RESERVED], 1)
    assert query(buyer.db, 'SELECT count(*) FROM "call"')[0][0] == 2  # rows 1 and 3
    assert wrong(buyer.db) == []


def test_offline_what_another_run_is_buying_is_not_waited_for(buyer: Buyer) -> None:
    buyer.claim(wish(1))
    assert states(Buyer(buyer.db).claim(replace(wish(1), offline=1))) == ["absent"]
    assert wrong(buyer.db) == []


def test_the_last_carrying_out_that_found_nothing_is_written_down(buyer: Buyer) -> None:
    claim = wish(1)
    for number in (1, 2, 4):
        assert states(buyer.claim(replace(claim, offline=number))) == ["absent"]
        buyer = buyer.resumed()
    assert buyer.outcomes() == [NOT_THERE] * 3
    until = [calls.absent_until(buyer.db, buyer.run.n, place(row), 1, 0, 0, wish(row).base) for row in (1, 2)]
    assert until == [4, 0]
    bought = buyer.buy(claim, b"bought")
    assert (bought.attempt, buyer.outcomes()) == (3, [*[NOT_THERE] * 3, SETTLED])
    assert calls.used(buyer.db, buyer.run.n, place(1), 1, 0, 0, claim.base).raw == b"bought"  # type: ignore[union-attr]
    assert states(buyer.resumed().claim(replace(claim, offline=5))) == ["stored"]
    assert buyer.outcomes() == [*[NOT_THERE] * 3, SETTLED]
    assert wrong(buyer.db) == []


def test_offline_each_place_has_the_number_of_identical_requests_that_it_would_buy(buyer: Buyer) -> None:
    first = buyer.claim(*(replace(wish(row, "the same"), offline=1) for row in (1, 2)))
    later = buyer.claim(replace(wish(3, "the same"), offline=1))
    assert [c.index for c in (*first, *later) if c] == [0, 1, 2]
    after = buyer.resumed()
    assert [c.index for c in after.claim(wish(3, "the same"), wish(1, "the same")) if c] == [2, 0]


# -- identical requests -------------------------------------------------------------------------------------------------------------


def test_identical_requests_are_numbered_in_row_order(buyer: Buyer) -> None:
    claimed = buyer.claim(*(wish(row, "the same") for row in (3, 1, 2)))
    assert [c.index for c in claimed if c] == [2, 0, 1]
    assert len({c.key for c in claimed if c}) == 3
    later = buyer.claim(wish(0, "the same"), wish(9, "the same"), wish(9, "the same", retry=1))
    assert [c.index for c in later if c] == [3, 4, 5]  # those before have their numbers already


def test_a_resumed_run_finds_the_answer_that_each_row_had(buyer: Buyer) -> None:
    for row, claimed in enumerate(buyer.claim(*(wish(row, "the same") for row in range(4)))):
        if row != 2:
            buyer.settle(claimed, b"for row %d" % row)  # type: ignore[arg-type]
    after = buyer.resumed()
    found = after.claim(*(wish(row, "the same") for row in (3, 2, 0)))  # another order of arrival
    assert [(c.state, c.index, c.raw) for c in found if c] == [("stored", 3, b"for row 3"), ("mine", 2, b""), ("stored", 0, b"for row 0")]
    assert states(after.claim(wish(7, "the same"))) == ["mine"]
    assert after.tally.calls_reused == 0  # they are its own
    assert buyer.outcomes() == [SETTLED, SETTLED, MAYBE_BILLED, RESERVED, SETTLED, RESERVED]
    assert wrong(buyer.db) == []


def test_two_runs_share_answers_by_number(buyer: Buyer) -> None:
    for row, claimed in enumerate(buyer.claim(*(wish(row, "the same") for row in range(3)))):
        buyer.settle(claimed, b"%d" % row)  # type: ignore[arg-type]
    other = Buyer(buyer.db)
    found = other.claim(*(wish(row, "the same") for row in range(10, 14)))
    assert [(c.state, c.raw) for c in found if c] == [("stored", b"0"), ("stored", b"1"), ("stored", b"2"), ("mine", b"")]


def test_a_place_that_is_asked_something_else_starts_anew(buyer: Buyer) -> None:
    buyer.buy(wish(1, "one thing"))
    after = buyer.resumed()
    (other,) = after.claim(wish(1, "another thing"))
    assert other is not None
    assert (other.state, other.attempt) == ("mine", 1)
    after.settle(other, b"else")
    assert [c.raw for c in after.claim(wish(1, "one thing")) if c] == [b"answer"]
    assert wrong(buyer.db) == []


# -- caps ---------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("project", [False, True], ids=["run", "project"])
@pytest.mark.parametrize("cap", [{"usd": 250}, {"tokens": 29}], ids=["money", "tokens"])
def test_a_cap_is_never_passed_and_the_refusal_names_it(buyer: Buyer, project: bool, cap: dict[str, int]) -> None:
    buyer.cap(**cap, project=project)
    found = buyer.claim(wish(1), wish(2), wish(3))
    assert states(found) == ["mine", "mine", "over_budget"]
    assert found[2].scope == ("project:p" if project else f"run:{buyer.run.n}")  # type: ignore[union-attr]
    assert buyer.counted(project=project) == (200, 20)
    assert query(buyer.db, 'SELECT count(*) FROM "call"')[0][0] == 2  # the refused key is free again
    buyer.settle(found[0], cost=40)  # type: ignore[arg-type]
    assert buyer.counted(project=project) == (140, 16)
    assert states(buyer.claim(wish(3))) == ["mine"]  # settled below its reservation, it left room
    assert wrong(buyer.db) == []


def test_two_runs_of_a_project_draw_on_one_cap(buyer: Buyer) -> None:
    other = Buyer(buyer.db)
    elsewhere = Buyer(buyer.db, project="q")
    buyer.cap(usd=200, project=True)
    assert states(buyer.claim(wish(1))) == ["mine"]
    assert states(other.claim(wish(2), wish(3))) == ["mine", "over_budget"]
    assert states(elsewhere.claim(wish(4), wish(5))) == ["mine", "mine"]
    assert (buyer.counted(), other.counted(), buyer.counted(project=True)) == ((100, 10), (100, 10), (200, 20))
    assert wrong(buyer.db) == []


def test_a_stored_answer_needs_no_budget(buyer: Buyer) -> None:
    buyer.buy(wish(1))
    other = Buyer(buyer.db)
    other.cap(usd=0, tokens=0)
    assert states(other.claim(wish(1), wish(2))) == ["stored", "over_budget"]


def test_a_smaller_call_fits_where_a_larger_does_not(buyer: Buyer) -> None:
    buyer.cap(usd=150)
    assert states(buyer.claim(wish(1), wish(2), wish(3, reserve=50))) == ["mine", "over_budget", "mine"]


def test_a_release_gives_back(buyer: Buyer) -> None:
    buyer.cap(usd=100)
    (claimed,) = buyer.claim(wish(1))
    buyer.part(claimed, maybe_billed=False)  # type: ignore[arg-type]
    assert (buyer.counted(), buyer.counted(project=True), buyer.outcomes()) == ((0, 0), (0, 0), [RELEASED])
    assert states(buyer.claim(wish(1))) == ["mine"]
    assert buyer.outcomes() == [RELEASED, RESERVED]
    assert wrong(buyer.db) == []


def test_an_unknown_outcome_stays_counted_and_reserves_again(buyer: Buyer) -> None:
    buyer.cap(usd=250)
    (claimed,) = buyer.claim(wish(1))
    assert claimed is not None
    assert buyer.part(claimed, maybe_billed=True, again=True)
    assert (buyer.counted(), buyer.outcomes(), claimed.attempt) == ((200, 20), [MAYBE_BILLED, RESERVED], 1)
    assert not buyer.part(claimed, maybe_billed=True, again=True)  # a third would not fit
    assert (buyer.counted(), buyer.outcomes()) == ((200, 20), [MAYBE_BILLED, MAYBE_BILLED])
    assert (buyer.tally.maybe_billed, buyer.tally.cost) == (2, 200)
    assert states(buyer.claim(wish(1))) == ["over_budget"]  # the key was given up
    assert slots.tally(buyer.db, buyer.run.n).cost == 200
    assert wrong(buyer.db) == []


def test_the_second_attempt_settles_by_itself(buyer: Buyer) -> None:
    (claimed,) = buyer.claim(wish(1))
    buyer.part(claimed, maybe_billed=True, again=True)  # type: ignore[arg-type]
    buyer.settle(claimed, cost=30)  # type: ignore[arg-type]
    assert (buyer.counted(), buyer.outcomes()) == ((130, 16), [MAYBE_BILLED, SETTLED])
    assert calls.used(buyer.db, buyer.run.n, place(1), 1, 0, 0) is not None
    assert wrong(buyer.db) == []


@pytest.mark.parametrize(
    ("reserve", "cost", "usage", "counted", "told"),
    [
        (100, 60, Usage(4, 2), (60, 6), (60, 0)),
        (100, 0, Usage(0, 0), (0, 0), (0, 0)),
        (100, 130, Usage(9, 9), (130, 18), (130, 0)),  # more than was thought possible: the truth is counted
        (100, None, Usage(), (100, 10), (100, 0)),  # the server reported nothing: at its reservation
        (100, 60, Usage(None, 2), (60, 10), (60, 0)),
        (0, None, Usage(4, 2), (0, 6), (0, 1)),  # no price is known
        (0, 0, Usage(4, 2), (0, 6), (0, 0)),  # it costs nothing
    ],
)
def test_a_call_settles_at_what_it_cost(
    buyer: Buyer, reserve: int, cost: int | None, usage: Usage, counted: tuple[int, int], told: tuple[int, int]
) -> None:
    buyer.buy(wish(1, reserve=reserve), cost=cost, usage=usage)
    assert buyer.counted() == counted
    assert (buyer.tally.cost, buyer.tally.unpriced) == told
    fresh = slots.tally(buyer.db, buyer.run.n)
    assert (fresh.cost, fresh.unpriced, fresh.calls, fresh.tokens_in, fresh.tokens_out) == (
        *told, 1, buyer.tally.tokens_in, buyer.tally.tokens_out,
    )  # fmt: skip
    assert wrong(buyer.db) == []


def test_open_attempts_of_a_dead_process_stay_counted(buyer: Buyer) -> None:
    buyer.claim(wish(1), wish(2))
    after = buyer.resumed()
    assert (after.counted(), after.outcomes()) == ((200, 20), [MAYBE_BILLED, MAYBE_BILLED])
    assert (after.tally.maybe_billed, after.tally.cost) == (2, 200)
    assert states(after.claim(wish(1), wish(2))) == ["mine", "mine"]
    assert after.counted() == (400, 40)
    assert wrong(buyer.db) == []


def test_close_gives_back_the_keys_that_are_held(buyer: Buyer) -> None:
    buyer.buy(wish(1))
    buyer.claim(wish(2), wish(3))
    with buyer.db.write() as conn:
        buyer.ledger.close(conn)
    assert query(buyer.db, 'SELECT state, count(*) FROM "call" GROUP BY state') == [(1, 1)]


def test_a_draw_is_kept_once_with_its_reason(buyer: Buyer) -> None:
    claimed = buyer.buy(wish(1))
    for _ in range(2):
        with buyer.db.write() as conn:
            draws.write(conn, buyer.run.n, [(claimed, "schema", "x" * 5000)], [], buyer.tally)
    assert buyer.tally.refused_draws == {"schema": 1} == slots.tally(buyer.db, buyer.run.n).refused_draws
    (draw,) = draws.refused(buyer.db, buyer.run.n)
    assert (draw["reason"], len(draw["detail"]), draw["call"], draw["row"]) == ("schema", 2000, claimed.key.hex(), None)


def test_what_had_to_be_done_for_an_answer_is_noted_once(buyer: Buyer) -> None:
    bought = [buyer.buy(wish(row)) for row in (1, 2, 3)]
    for _ in range(2):
        with buyer.db.write() as conn:
            draws.write(conn, buyer.run.n, [], [(bought[0], "found"), (bought[1], "repaired")], buyer.tally)
    after = buyer.resumed()
    (again,) = after.claim(wish(1))
    assert again is not None
    with buyer.db.write() as conn:
        draws.write(conn, after.run.n, [], [(again, "repaired")], after.tally)
    assert after.tally.mended == {"found": 1, "repaired": 1}
    tally = slots.tally(buyer.db, buyer.run.n)
    assert buyer.tally.mended == {"found": 1, "repaired": 1} == tally.mended
    assert tally.answers == {"plain": 1, "found": 1, "repaired": 1, "asked_again": 0}
    assert wrong(buyer.db) == []


def test_a_run_that_reuses_an_answer_notes_it_for_itself(buyer: Buyer) -> None:
    buyer.buy(wish(1))
    other = Buyer(buyer.db, project="q")
    (claimed,) = other.claim(wish(1))
    assert claimed is not None
    assert claimed.state == "stored"
    with buyer.db.write() as conn:
        draws.write(conn, other.run.n, [], [(claimed, "found")], other.tally)
    assert (slots.tally(buyer.db, other.run.n).mended, slots.tally(buyer.db, buyer.run.n).mended) == ({"found": 1}, {})


# -- the law ------------------------------------------------------------------------------------------------------------------------

MOVES = st.lists(
    st.tuples(
        st.sampled_from(["claim", "claim", "claim", "settle", "settle", "dear", "unknown_cost", "again", "release", "doubt", "resume"]),
        st.integers(0, 1),
        st.integers(0, 5),
        st.sampled_from(["a", "b", ""]),
    ),
    max_size=24,
)


@SMALL
@given(moves=MOVES, caps=st.tuples(*[st.none() | st.integers(0, 900)] * 3))
def test_the_budgets_are_the_sums_of_the_ledger(database: Database, moves: list[tuple[str, int, int, str]], caps: tuple[Any, ...]) -> None:
    change(database, "DELETE FROM spend")
    change(database, 'DELETE FROM "call"')
    change(database, "DELETE FROM budget")
    projects.ensure(database, "p")
    buyers = [Buyer(database), Buyer(database)]
    buyers[0].cap(usd=caps[0], tokens=caps[2])
    buyers[0].cap(usd=caps[1], project=True)
    held: list[dict[Where, Claimed]] = [{}, {}]
    for act, who, row, said in moves:
        _carry_out(buyers, held, act, who, row, said)
        assert wrong(database) == []
        usd, tokens = buyers[0].counted()
        assert usd <= (caps[0] if caps[0] is not None else usd) + _dear(moves)
        assert tokens <= (caps[2] if caps[2] is not None else tokens)
        for buyer in buyers:
            assert slots.tally(database, buyer.run.n) == buyer.tally, act
    twice = query(database, "SELECT count(*) FROM (SELECT key FROM spend WHERE outcome = 1 GROUP BY key HAVING count(*) > 1) t")
    assert twice[0][0] == 0


def _where(claim: Claim) -> Where:
    return (claim.asker.order, claim.asker.step, claim.asker.retry, claim.asker.seq)


def _dear(moves: list[tuple[str, int, int, str]]) -> int:
    """What answers cost beyond their reservations."""
    return 50 * sum(act == "dear" for act, *_ in moves)


def _carry_out(buyers: list[Buyer], held: list[dict[Where, Claimed]], act: str, who: int, row: int, said: str) -> None:
    buyer, mine = buyers[who], held[who]
    if act == "claim":
        claims = [claim for claim in (wish(row, said), wish(row + 6, said)) if _where(claim) not in mine]
        for claimed in buyer.claim(*claims):
            if claimed is not None and claimed.state == "mine":
                mine[_where(claimed.claim)] = claimed
        buyer.ledger.revisited = True  # a place may come again
    elif act == "resume":
        buyers[who] = buyer.resumed()
        mine.clear()
    elif mine:
        claimed = mine.pop(sorted(mine)[row % len(mine)])
        if act in ("settle", "dear", "unknown_cost"):
            buyer.settle(claimed, cost={"settle": 70, "dear": 150, "unknown_cost": None}[act], usage=Usage() if act == "unknown_cost" else None)
        elif buyer.part(claimed, maybe_billed=act != "release", again=act == "again"):
            mine[_where(claimed.claim)] = claimed


def test_who_lost_a_key_in_its_sleep_counts_as_dead_from_then_on(database: Database) -> None:
    """Else it would wake, renew its lease, and go on with an answer that is not the one stored under the key."""
    slept, other = Buyer(database), Buyer(database)
    slept.claim(wish(1, "same"))
    change(database, "UPDATE process SET pid = 0, lease_until = 0 WHERE id = :id", id=slept.run.owner)
    (taken,) = other.claim(wish(1, "same"))
    assert taken is not None
    assert taken.state == "mine"
    with database.write() as conn:
        assert not heartbeat(database, conn, str(slept.run.owner))
