"""Reading stored answers."""

from __future__ import annotations

from buying import Buyer, place, query, wish

from rowsmith.core.calls import PICO, Usage
from rowsmith.store import calls
from rowsmith.store.calls import Stored
from rowsmith.store.database import Database
from rowsmith.store.spending import measured


def test_one_call_by_its_key(database: Database) -> None:
    buyer = Buyer(database)
    bought = buyer.buy(wish(1), b"raw", cost=60, usage=Usage(4, 2, 1, 7, 3))
    found = calls.get(database, bought.key.hex())
    assert found is not None
    assert found["at"] == buyer.now
    columns = ("key", "profile", "model", "raw", "tokens_in", "tokens_out", "cached_in", "reasoning_out", "cache_write_in", "cost")
    assert {name: found[name] for name in columns} == {
        "key": bought.key.hex(), "profile": "profile", "model": "m", "raw": b"raw", "tokens_in": 4, "tokens_out": 2, "cached_in": 1,
        "reasoning_out": 7, "cache_write_in": 3, "cost": 60,
    }  # fmt: skip


def test_what_is_claimed_only_has_no_answer(database: Database) -> None:
    buyer = Buyer(database)
    (held,) = buyer.claim(wish(1))
    assert held is not None
    assert calls.get(database, held.key.hex()) is None
    assert calls.get(database, "00" * 16) is None
    assert calls.used(database, buyer.run.n, place(1), 1, 0, 0) is None


def test_what_calls_cost(database: Database) -> None:
    buyer = Buyer(database)
    keys = [buyer.buy(wish(row), cost=cost).key.hex() for row, cost in enumerate([60, 0, None])]
    assert calls.costs(database, [*keys, "00" * 16]) == {keys[0]: 60, keys[1]: 0, keys[2]: None}
    assert calls.costs(database, []) == {}


def test_the_answer_that_a_place_used(database: Database) -> None:
    buyer = Buyer(database)
    first = buyer.buy(wish(1, "first"), b"one", usage=Usage(4, 2))
    buyer.buy(wish(1, "second", retry=1), b"two")
    buyer.buy(wish(1, "third", seq=1), b"three")
    other = Buyer(database)
    other.claim(wish(8, "second"))  # asked before the first: another place, the same answer
    used = [calls.used(database, buyer.run.n, place(1), 1, retry, seq) for retry, seq in ((0, 0), (1, 0), (0, 1), (1, 1))]
    assert [found.raw if found else None for found in used] == [b"one", b"two", b"three", None]
    assert used[0] == Stored(first.key, 0, b"one", Usage(4, 2, None))
    assert calls.used(database, other.run.n, place(8), 1, 0, 0).raw == b"two"  # type: ignore[union-attr]
    assert calls.used(database, other.run.n, place(1), 1, 0, 0) is None


def test_the_last_attempt_at_a_place_counts(database: Database) -> None:
    buyer = Buyer(database)
    (first,) = buyer.claim(wish(1))
    assert first is not None
    buyer.part(first, maybe_billed=True, again=True)
    buyer.settle(first, b"second try")
    assert calls.used(database, buyer.run.n, place(1), 1, 0, 0).raw == b"second try"  # type: ignore[union-attr]
    assert query(database, "SELECT count(*) FROM spend")[0][0] == 2


def test_what_each_row_has_cost(database: Database) -> None:
    """Reused answers count at what they cost at the time, attempts of unknown outcome at their reservation, released ones not at all."""
    before = Buyer(database)
    before.buy(wish(1), cost=3 * PICO, usage=Usage(30, 3))
    buyer = Buyer(database)
    buyer.claim(wish(1))
    buyer.buy(wish(2), cost=PICO, usage=Usage(10, 1))
    buyer.buy(wish(2, seq=1), cost=PICO, usage=Usage(10, 1))
    (lost, kept) = buyer.claim(wish(3, reserve=2 * PICO), wish(4))
    buyer.part(lost, maybe_billed=True)  # type: ignore[arg-type]
    buyer.part(kept, maybe_billed=False)  # type: ignore[arg-type]
    found = {name: sorted(values) for name, values in measured(database, buyer.run.n).items()}
    assert found == {"calls": [1, 1, 2], "tokens_in": [0, 20, 30], "tokens_out": [0, 2, 3], "cost_usd": [2, 2, 3]}
