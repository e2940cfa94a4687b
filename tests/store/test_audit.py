"""What must agree across tables, and that each disagreement is found and named."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from buying import Buyer, change, place, query, wish, wrong
from sqlalchemy import text

from rowsmith.core.prompt import parse
from rowsmith.core.slots import DROPPED, EXPANDED, FAILED, KEPT, KEPT_STAGE, OVER_STAGE
from rowsmith.store import audit
from rowsmith.store.database import Database
from rowsmith.store.runs import use_prompts

PROMPT = parse("Say {{ text }}")


@pytest.fixture
def buyer(database: Database) -> Buyer:
    """A run whose books are in order: slots in every state, rows, three purchases (one of unknown outcome), a reused answer, a prompt."""
    made = Buyer(database)
    with database.write() as conn:
        for number, state in enumerate([KEPT, KEPT, FAILED, DROPPED, EXPANDED]):
            values = {"n": made.run.n, "o": place(number), "i": number.to_bytes(16, "big"), "s": state}
            values["r"] = {FAILED: "schema", DROPPED: "over_target"}.get(state)
            conn.execute(text("INSERT INTO slot (run, ord, id, made, step, state, reason) VALUES (:n, :o, :i, 0, 1, :s, :r)"), values)
            if state in (KEPT, DROPPED):
                values["k"] = KEPT_STAGE if state == KEPT else OVER_STAGE
                conn.execute(text("INSERT INTO row (run, stage, ord, id, data, meta) VALUES (:n, :k, :o, :i, :i, :i)"), values)
    made.buy(wish(0))
    made.buy(wish(1), cost=None)
    (lost,) = made.claim(wish(2))
    made.part(lost, maybe_billed=True, again=True)  # type: ignore[arg-type]
    made.settle(lost)  # type: ignore[arg-type]
    other = Buyer(database)
    other.claim(wish(0))
    with database.write() as conn:
        use_prompts(conn, made.run.n, [(1, "prompt", PROMPT.hash, "Say {{ text }}", ["text"])], 0.0)
    return made


def of_run(buyer: Buyer) -> list[dict[str, str]]:
    return list(audit.run_problems(buyer.db, buyer.run.n, "run r1"))


def test_books_in_order(buyer: Buyer) -> None:
    assert wrong(buyer.db) == []
    assert of_run(buyer) == []
    assert Counter(name for name, _ in audit.everything(buyer.db)) == {"budgets": 3, "calls": 3, "prompts": 2}


@pytest.mark.parametrize(
    ("sql", "kind", "said", "count"),
    [
        ("DELETE FROM row WHERE ord = :first", "slots", "kept slots without a row", 1),
        (f"UPDATE slot SET state = {DROPPED}, reason = 'where' WHERE ord = :first", "slots", "kept rows without a kept slot", 1),
        ("UPDATE row SET id = :junk WHERE ord = :first", "slots", "kept rows without a kept slot", 1),
        (f"UPDATE slot SET state = {KEPT} WHERE state = {DROPPED}", "slots", "rows set aside without a slot that says so", 2),
        ("UPDATE slot SET id = (SELECT id FROM slot WHERE ord = :first) WHERE ord = :second", "slots", "row ids that stand twice", 2),
        (f"UPDATE slot SET reason = NULL WHERE state = {FAILED}", "slots", "ends without a reason", 1),
        (f"UPDATE slot SET state = {EXPANDED} WHERE ord = :first", "slots", "expanded slots that kept a row", 2),
        ('DELETE FROM "call" WHERE key IN (SELECT key FROM spend WHERE ord = :second)', "ledger", "settled purchases whose answer is missing", 1),
        ("DELETE FROM slot WHERE ord = :third", "ledger", "purchases of rows that do not exist", 1),
    ],
)
def test_what_is_wrong_within_a_run_is_named(buyer: Buyer, sql: str, kind: str, said: str, count: int) -> None:
    every = {"first": place(0), "second": place(1), "third": place(2), "junk": b"j" * 16}
    assert change(buyer.db, sql, **{name: value for name, value in every.items() if f":{name}" in sql}) > 0
    found = of_run(buyer)
    assert len(found) == count
    assert [p["kind"] for p in found if said in p["what"]] == [kind]
    assert {p["where"] for p in found} == {"run r1"}


@pytest.mark.parametrize(
    ("sql", "kind", "said"),
    [
        ("UPDATE budget SET usd = usd + 1 WHERE scope = 'run:1'", "budget", "it counts 321 picodollars"),
        ("UPDATE budget SET tokens = 0 WHERE scope = 'run:1'", "budget", "0 tokens, its ledger"),
        ("UPDATE budget SET usd = 0 WHERE scope = 'project:p'", "budget", "it counts 0 picodollars"),
        ('UPDATE "call" SET raw = NULL WHERE cost IS NULL', "call", "has no answer"),
        ("UPDATE spend SET idx = 7 WHERE outcome = 2", "call", "its key is not that of the request"),
        ("UPDATE spend SET base = key WHERE outcome = 2", "call", "its key is not that of the request"),
        ("UPDATE prompt SET text = 'Shout {{ text }}'", "prompt", "its text does not have its hash"),
        ("DELETE FROM prompt", "prompt", "a prompt version that it used is missing"),
    ],
)
def test_what_is_wrong_between_runs_is_named(buyer: Buyer, sql: str, kind: str, said: str) -> None:
    assert change(buyer.db, sql) > 0
    (found,) = wrong(buyer.db)
    assert found["kind"] == kind
    assert said in found["what"]
    assert found["where"]


def test_a_budget_that_is_gone_is_missed(buyer: Buyer) -> None:
    change(buyer.db, "DELETE FROM budget WHERE scope = 'run:1'")
    assert [(p["kind"], p["where"]) for p in wrong(buyer.db)] == [("budget", "run:1")]


def test_more_calls_than_a_page(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "PAGE", 3)
    buyer = Buyer(database)
    for number in range(7):
        buyer.buy(wish(number))
    found: list[Any] = [problems for name, problems in audit.everything(database) if name == "calls"]
    assert found == [[]] * 7
    change(database, 'UPDATE "call" SET raw = NULL')
    assert len(wrong(database)) == 7
    assert query(database, "SELECT count(*) FROM spend")[0][0] == 7
