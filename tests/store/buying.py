"""One run that buys answers: its ledger, and each step of a call as a transaction of its own, on a clock that the test sets."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text

from rowsmith.core.calls import Asker, Claim, Claimed, Limits, Usage
from rowsmith.core.ids import content_hash
from rowsmith.core.slots import Tally
from rowsmith.store import audit, budgets, projects, slots
from rowsmith.store.attempts import Parting, Settling, settle_dead
from rowsmith.store.database import Database
from rowsmith.store.ledger import Ledger
from rowsmith.store.processes import forget, register
from rowsmith.store.runs import Run, Runs

NOON = 20_000 * 86_400.0 + 43_200
RECIPE = {"name": "r", "steps": [{"kind": "read.rows"}]}


def a_run(db: Database, project: str = "p") -> Run:
    """A run that a process of its own has just taken."""
    projects.ensure(db, project)
    return Runs(db).take(Runs(db).create(project, RECIPE, "identity", {}, {}).n, register(db))


def place(number: int) -> bytes:
    """The order key of row `number`."""
    return b"\0" + number.to_bytes(5, "big")


def wish(row: int, said: str = "", *, retry: int = 0, seq: int = 0, reserve: int = 100, tokens: int = 10, limits: Limits | None = None) -> Claim:
    """A claim of row `row`, asking `said` (default: something that no other row asks)."""
    return Claim(content_hash(said or f"row {row}"), "profile", "m", Asker(f"{row:032x}", place(row), 1, retry, seq), reserve, tokens, limits)


class Buyer:
    """A ledger of a run. `now` is the database's clock as it sees it."""

    def __init__(self, db: Database, run: Run | None = None, *, project: str = "p", now: float = NOON) -> None:
        self.db, self.now = db, now
        self.run = run or a_run(db, project)
        self.tally = Tally()
        scopes = (f"project:{self.run.project}", f"run:{self.run.n}")
        with db.write() as conn:
            for scope in scopes:
                budgets.ensure(conn, scope)
        self.ledger = Ledger(db, self.run.n, str(self.run.owner), scopes, resumed=self.run.fence > 1)

    def claim(self, *claims: Claim) -> list[Claimed | None]:
        with self.db.write() as conn:
            return self.ledger.claim(conn, claims, self.now, self.tally)

    def buy(self, claim: Claim, raw: bytes = b"answer", *, cost: int | None = 60, usage: Usage | None = None) -> Claimed:
        """Claim and settle; it must be free."""
        (claimed,) = self.claim(claim)
        assert claimed is not None
        assert claimed.state == "mine"
        self.settle(claimed, raw, cost=cost, usage=usage)
        return claimed

    def settle(self, claimed: Claimed, raw: bytes = b"answer", *, cost: int | None = 60, usage: Usage | None = None) -> None:
        with self.db.write() as conn:
            self.ledger.settle(conn, [Settling(claimed, raw, usage or Usage(4, 2), cost)], self.now, self.tally)

    def part(self, claimed: Claimed, *, maybe_billed: bool, again: bool = False) -> bool:
        with self.db.write() as conn:
            more = self.ledger.part(conn, Parting(claimed, "why", maybe_billed, again), self.now, self.tally)
        claimed.attempt += more
        return more

    def die(self) -> None:
        """Its process ends without a word."""
        with self.db.write() as conn:
            forget(conn, str(self.run.owner))

    def resumed(self) -> Buyer:
        """The same run, carried out by another process after this one has died."""
        self.die()
        after = Buyer(self.db, Runs(self.db).take(self.run.n, register(self.db)), now=self.now)
        with self.db.write() as conn:
            settle_dead(self.db, conn, self.run.n, after.ledger.scopes)
        after.tally = slots.tally(self.db, self.run.n)
        return after

    def cap(self, *, usd: int | None = None, tokens: int | None = None, project: bool = False) -> None:
        with self.db.write() as conn:
            budgets.cap(conn, f"project:{self.run.project}" if project else f"run:{self.run.n}", usd, tokens)

    def counted(self, *, project: bool = False) -> tuple[int, int]:
        """What the budget says is spent or reserved: picodollars and tokens."""
        scope = f"project:{self.run.project}" if project else f"run:{self.run.n}"
        return tuple(query(self.db, "SELECT usd, tokens FROM budget WHERE scope = :s", s=scope)[0])

    def outcomes(self) -> list[int]:
        """The outcome of each attempt, by place and number."""
        return [r[0] for r in query(self.db, "SELECT outcome FROM spend WHERE run = :n ORDER BY ord, step, retry, seq, attempt", n=self.run.n)]


def query(db: Database, sql: str, **values: Any) -> list[Any]:
    """Rows of a query of our own."""
    with db.read() as conn:
        return list(conn.execute(text(sql), values).all())


def change(db: Database, sql: str, **values: Any) -> int:
    """A statement of our own; how many rows it touched."""
    with db.write() as conn:
        return conn.execute(text(sql), values).rowcount


def wrong(db: Database) -> list[dict[str, str]]:
    """What the audit of budgets, calls and prompts finds."""
    return [problem for _, problems in audit.everything(db) for problem in problems]
