"""A batch holds its keys by its record: whoever dies, what is in it is bought once, and comes back when it was not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from buying import Buyer, a_run, change, query, wish, wrong
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rowsmith.core.calls import Claim, Claimed, Usage
from rowsmith.core.errors import Conflict
from rowsmith.core.slots import Tally
from rowsmith.store import audit, events
from rowsmith.store.attempts import MAYBE_BILLED, RELEASED, RESERVED, RETURNED, SETTLED
from rowsmith.store.batches import Answered, Batch, Batches
from rowsmith.store.database import Database, open_database
from rowsmith.store.processes import forget, register
from rowsmith.store.runs import Runs

SMALL = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


class Packer(Buyer):
    """A buyer that buys in a batch, too."""

    def batch(self) -> Batch:
        return Batches(self.db).open(self.run.n, "profile", {"model": "openai/m"}, str(self.run.owner))

    def pack(self, batch: Batch, *wishes: Claim) -> list[Claimed | None]:
        return self.claim(*(replace(claim, batch=batch.n) for claim in wishes))

    def again(self) -> Packer:
        """The same run in another process after this one has died."""
        after = super().resumed()
        return Packer(self.db, after.run)


@pytest.fixture
def packer(database: Database) -> Packer:
    return Packer(database)


def answered(claimed: Claimed | None, raw: bytes = b"answer", cost: int | None = 30) -> Answered:
    assert claimed is not None
    return Answered(claimed.key, raw, Usage(4, 2), cost)


def key(claimed: Claimed | None) -> bytes:
    assert claimed is not None
    return claimed.key


def state(found: list[Claimed | None]) -> str | None:
    (one,) = found
    return one.state if one else None


def test_what_is_put_into_a_batch_outlives_the_process(packer: Packer) -> None:
    batch = packer.batch()
    (claimed,) = packer.pack(batch, wish(1))
    assert claimed is not None
    assert (claimed.state, packer.outcomes(), packer.counted()) == ("mine", [RESERVED], (100, 10))
    after = packer.again()
    assert (after.outcomes(), after.tally.maybe_billed, after.counted()) == ([RESERVED], 0, (100, 10))
    (again,) = after.claim(wish(1))
    assert again is not None
    assert (again.state, again.batch, again.key) == ("parked", batch.n, claimed.key)
    (other,) = Packer(packer.db).claim(wish(1))
    assert other is not None
    assert (other.state, other.batch) == ("parked", batch.n)


def test_answers_are_stored_once_however_often_they_come(packer: Packer) -> None:
    batch, batches = packer.batch(), Batches(packer.db)
    one, two = packer.pack(batch, wish(1), wish(2))
    batch, tally, unknown = batches.reconcile(batch, [answered(one), answered(one, b"second"), Answered(b"?" * 16, b"", Usage(), 5)], [])
    assert (tally.calls, tally.cost, tally.tokens_in, unknown, batch.answered, batch.cost) == (1, 30, 4, 1, 1, 30)
    batch, tally, unknown = batches.reconcile(batch, [answered(one, b"third"), answered(two)], [(key(one), "late")])
    assert (tally.calls, unknown, batch.answered, batch.returned) == (1, 0, 2, 0)
    assert (packer.outcomes(), packer.counted(), wrong(packer.db)) == ([SETTLED, SETTLED], (60, 12), [])
    packer.ledger.revisited = True
    (stored,) = packer.pack(packer.batch(), wish(1))
    assert stored is not None
    assert (stored.state, stored.raw, packer.outcomes()) == ("stored", b"answer", [SETTLED, SETTLED])


def test_what_came_back_unanswered_is_asked_live_or_in_the_next_batch(packer: Packer) -> None:
    batch, batches = packer.batch(), Batches(packer.db)
    one, two = packer.pack(batch, wish(1), wish(2))
    batch, _, _ = batches.reconcile(batch, [answered(one)], [(key(two), "http_400: no")])
    batch, _ = batches.close(batch, "fetched", "completed", "")
    assert (packer.outcomes(), packer.counted(), batch.answered, batch.returned) == ([SETTLED, RETURNED], (30, 6), 1, 1)
    packer.ledger.revisited = True
    later = packer.batch()
    (back,) = packer.pack(later, wish(2))
    assert back is not None
    assert (back.state, back.returns, back.detail) == ("returned", 1, "http_400: no")
    (again,) = packer.claim(replace(wish(2), batch=later.n, again=True))
    assert again is not None
    assert (again.state, again.attempt, again.key) == ("mine", 1, key(two))
    batches.close(later, "fetched", "expired", "")
    (back,) = packer.pack(packer.batch(), wish(2))
    assert back is not None
    assert (back.returns, back.detail) == (2, "expired")
    assert state(packer.claim(wish(2))) == "mine"
    assert wrong(packer.db) == []


def test_a_batch_of_which_nothing_was_sent_leaves_no_doubt(packer: Packer) -> None:
    batch = packer.batch()
    packer.pack(batch, *(wish(n) for n in range(1200)))
    after = packer.again()
    taken = Batches(packer.db).take(batch.n, str(after.run.owner))
    assert taken is not None
    assert (taken.keeper, taken.fence) == (after.run.owner, 2)
    Batches(packer.db).dissolve(taken)
    assert set(after.outcomes()) == {RELEASED}
    assert (after.counted(), Batches(packer.db).get(batch.n), query(packer.db, "SELECT * FROM batch_item")) == ((0, 0), None, [])
    assert state(after.claim(wish(1))) == "mine"


def test_one_keeper_at_a_time(packer: Packer) -> None:
    batches = Batches(packer.db)
    batch, other = packer.batch(), register(packer.db)
    (claimed,) = packer.pack(batch, wish(1))
    assert batches.take(batch.n, other) == batch
    packer.die()
    taken = batches.take(batch.n, other)
    assert taken is not None
    assert taken.keeper == other
    for act in (
        lambda: batches.change(batch, "tried_at", state="uploading"),
        lambda: batches.reconcile(batch, [answered(claimed)], []),
        lambda: batches.dissolve(batch),
        lambda: batches.close(batch, "fetched", "", ""),
    ):
        with pytest.raises(Conflict, match="looked after by another"):
            act()
    changed = batches.change(taken, "tried_at", state="uploading")
    assert batches.get(batch.n) == changed
    assert changed.tried_at is not None


def test_the_counts_of_a_run_that_nobody_carries_out(packer: Packer) -> None:
    batches, batch = Batches(packer.db), packer.batch()
    one, two = packer.pack(batch, wish(1), wish(2))
    batch, _, _ = batches.reconcile(batch, [answered(one)], [])
    assert Runs(packer.db).get(packer.run.n).totals["calls"] == 0  # it is carried out, and counts for itself
    packer.die()
    batch = batches.take(batch.n, register(packer.db)) or batch
    batches.reconcile(batch, [answered(two, cost=None)], [])
    totals = Runs(packer.db).get(packer.run.n).totals
    assert (totals["calls"], totals["cost"], totals["seq"]) == (1, 100, 0)


def test_requests_to_cancel(packer: Packer) -> None:
    batches = Batches(packer.db)
    one, done = packer.batch(), packer.batch()
    batches.close(done, "fetched", "completed", "")
    assert [batch.n for batch in batches.ask_to_cancel(packer.run.n)] == [one.n]
    assert [batch.request for batch in batches.of_run(packer.run.n)] == ["cancel", ""]


def test_equal_questions_of_two_batches_each_go_where_they_belong(packer: Packer) -> None:
    """The keys are written before it is known which of the equal questions has which index."""
    first, second = packer.batch(), packer.batch()
    packer.claim(wish(1, "same"))
    found = packer.claim(replace(wish(3, "same"), batch=second.n), replace(wish(2, "same"), batch=first.n), wish(4, "same"))
    assert [claimed and claimed.state for claimed in found] == ["mine"] * 3
    items = {bytes(row.key): row.batch for row in query(packer.db, "SELECT batch, key FROM batch_item")}
    owners = {bytes(row.key): row.owner for row in query(packer.db, 'SELECT key, owner FROM "call"')}
    assert items == {key(found[0]): second.n, key(found[1]): first.n}
    assert [owners[key(claimed)] for claimed in found] == [f"batch:{second.n}", f"batch:{first.n}", packer.run.owner]


Act = st.tuples(st.sampled_from(["live", "pack", "answer", "return", "close", "die"]), st.integers(0, 5))


@SMALL
@given(acts=st.lists(Act, max_size=25), cap=st.one_of(st.none(), st.integers(0, 500)))
def test_law_whatever_happens_nothing_is_bought_twice_and_the_budget_is_the_ledger(tmp_path_factory: pytest.TempPathFactory, acts, cap) -> None:
    db = open_database(f"sqlite:///{tmp_path_factory.mktemp('law')}/a.db")
    packer, batches = Packer(db, a_run(db)), Batches(db)
    packer.cap(usd=cap)
    batch, inside, bought = packer.batch(), dict[bytes, Claimed](), set[bytes]()
    for act, row in acts:
        asked = wish(row, f"text {row % 3}")
        if act in ("live", "pack"):
            (claimed,) = packer.pack(batch, asked) if act == "pack" else packer.claim(asked)
            if claimed is not None and claimed.state == "mine":
                assert claimed.key not in bought
                if act == "live":
                    packer.settle(claimed)
                    bought.add(claimed.key)
                else:
                    inside[claimed.key] = claimed
        elif act in ("answer", "return") and inside:
            claimed = inside.pop(sorted(inside)[row % len(inside)])
            bought |= {claimed.key} if act == "answer" else set()
            answers, back = ([answered(claimed)], []) if act == "answer" else ([], [(claimed.key, "why")])
            batch, _, _ = batches.reconcile(batch, answers, back)
        elif act == "close":
            batches.close(batch, "fetched", "expired", "")
            inside.clear()
            packer.ledger.revisited = True
            batch = packer.batch()
        elif act == "die":
            packer = packer.again()
            batch = batches.take(batch.n, str(packer.run.owner)) or batch
        assert wrong(db) == []
        usd, _ = packer.counted()
        assert cap is None or usd <= cap
    twice = query(db, "SELECT key FROM spend WHERE outcome = 1 GROUP BY key HAVING count(*) > 1")
    assert (twice, MAYBE_BILLED in packer.outcomes()) == ([], False)
    db.close()


def test_counting_one_tally_to_another() -> None:
    one = Tally(calls=1, cost=2, tokens_in=3)
    two = Tally(calls=10, calls_reused=20, tokens_in=30, tokens_out=40, cost=50, maybe_billed=60, unpriced=70)
    one.count(two)
    assert (one.calls, one.calls_reused, one.tokens_in, one.tokens_out, one.cost, one.maybe_billed, one.unpriced) == (11, 20, 33, 40, 52, 60, 70)


def test_a_dead_keeper_that_was_forgotten(packer: Packer) -> None:
    batch = packer.batch()
    with packer.db.write() as conn:
        forget(conn, str(batch.keeper))
    taken = Batches(packer.db).take(batch.n, "x" * 32)
    assert taken is not None
    assert taken.keeper == "x" * 32
    assert list(audit.run_problems(packer.db, packer.run.n, "r")) == []


@pytest.mark.parametrize(
    ("damage", "said"),
    [("DELETE FROM batch_item", "holds 2 questions that are not reserved"), ('DELETE FROM "call"', "not 2 that are"),
     ("UPDATE batch SET state = 'fetched'", "settled and holds 2"), ("DELETE FROM batch", "a batch that is not there"),
     ("UPDATE spend SET outcome = 4", "holds 2 questions that are not reserved")],
)  # fmt: skip
def test_books_that_do_not_agree_are_found(packer: Packer, damage: str, said: str) -> None:
    packer.pack(packer.batch(), wish(1), wish(2))
    assert wrong(packer.db) == []
    change(packer.db, damage)
    assert any(said in problem["what"] for problem in wrong(packer.db) if problem["kind"] == "batch")


def test_what_a_completed_batch_says_nothing_of_may_have_been_billed(packer: Packer) -> None:
    batch = packer.batch()
    packer.pack(batch, wish(1), wish(2))
    batch, tally = Batches(packer.db).close(batch, "fetched", "completed", "", left="missing", outcome=MAYBE_BILLED)
    assert (tally.maybe_billed, tally.cost, packer.counted(), packer.outcomes()) == (2, 200, (200, 20), [MAYBE_BILLED] * 2)
    packer.ledger.revisited = True
    assert state(packer.pack(packer.batch(), wish(1))) == "returned"
    assert wrong(packer.db) == []


def test_what_a_run_may_still_spend(packer: Packer) -> None:
    batches, batch = Batches(packer.db), packer.batch()
    packer.pack(batch, wish(1), wish(2))
    assert (batches.money_left(packer.run.n), batches.reserved(batch)) == (None, (200, 2))
    packer.cap(usd=1000)
    packer.cap(usd=900, project=True)
    assert batches.money_left(packer.run.n) == 700


def test_events_tell_how_a_batch_goes_on(packer: Packer) -> None:
    batch = Batches(packer.db).change(packer.batch(), state="uploading")
    batch = Batches(packer.db).change(batch, "submitted_at", state="submitted", remote="batch_1")
    Batches(packer.db).close(batch, "fetched", "completed", "")
    told = [event for event in events.found(packer.db, "p") if event.kind.startswith("batch.")]
    assert [(event.kind, event.data["batch"], event.data["remote"]) for event in told] == [
        ("batch.submitted", batch.id, "batch_1"), ("batch.fetched", batch.id, "batch_1")
    ]  # fmt: skip
