"""R37: a seeded simulation of the buying side. Several runs claim, buy, lose and reuse answers in one ledger; batches are rolled back and
tried again, processes die and their runs are taken over. After every step the books must be right.

Everything happens within one database transaction, each batch in a savepoint, so that thousands of seeds take seconds.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from proofs import Outcome
from sqlalchemy import Connection, text

from rowsmith.core.calls import Asker, Claim, Claimed, Usage
from rowsmith.core.ids import digest, source_order
from rowsmith.core.slots import Tally
from rowsmith.store.attempts import Parting, Settling, settle_dead
from rowsmith.store.database import Database, open_database
from rowsmith.store.ledger import Ledger
from rowsmith.store.processes import forget, register

ROWS, REQUESTS, STEPS = 10, 6, 40
PRICE, TOKENS = 1000, 50


class _Undone(Exception):
    """The batch is rolled back, as when its connection breaks."""


class _Over(Exception):
    """Ends a seed: nothing of it stays in the database."""


@dataclass
class Buyer:
    """One run and the process that carries it out: what it holds, what each of its rows was answered."""

    n: int
    ledger: Ledger
    tally: Tally = field(default_factory=Tally)
    held: dict[int, Claimed] = field(default_factory=dict)
    answered: dict[int, bytes] = field(default_factory=dict)


class Simulation:
    """One seed."""

    def __init__(self, db: Database, conn: Connection, real: str, seed: int) -> None:
        self.db, self.conn, self.real, self.seed = db, conn, real, seed
        self.chance = random.Random(seed)
        self.now = 1_750_000_000.0
        self.bought: Counter[bytes] = Counter()
        self.lost: Counter[bytes] = Counter()
        self.cap = self.chance.choice([None, PRICE * 8, PRICE * 30])
        self.first = seed * 10
        conn.execute(text("INSERT INTO budget (scope, usd_cap, usd, tokens) VALUES (:s, :c, 0, 0)"), {"s": "project:simulated", "c": self.cap})
        self.buyers = [self._buyer(self.first + k, resumed=False) for k in range(self.chance.choice([1, 2, 3]))]

    def play(self) -> None:
        """Take the steps, then let everybody finish."""
        for _ in range(STEPS):
            self.now += self.chance.uniform(0, 5)
            buyer = self.chance.choice(self.buyers)
            self.chance.choice([self._claim, self._claim, self._settle, self._settle, self._part, self._crash])(buyer)
            self._books()
        self._finish()

    # -- steps --------------------------------------------------------------------------------------------------------------------------

    def _claim(self, buyer: Buyer) -> None:
        free = [row for row in range(ROWS) if row not in buyer.held and row not in buyer.answered]
        rows = self.chance.sample(free, min(len(free), self.chance.randrange(1, 6)))
        claims = [self._wish(row) for row in rows]
        found = self._batch(lambda: buyer.ledger.claim(self.conn, claims, self.now, buyer.tally))
        for row, claimed in zip(rows, found or [], strict=False):
            if claimed is not None and claimed.state == "mine":
                assert all(claimed.key != other.key for b in self.buyers for other in b.held.values()), "a key is held twice"
                buyer.held[row] = claimed
            elif claimed is not None and claimed.state == "stored":
                self._take(buyer, row, claimed.key)

    def _settle(self, buyer: Buyer) -> None:
        rows = self.chance.sample(sorted(buyer.held), min(len(buyer.held), self.chance.randrange(1, 5)))
        settlings = [Settling(buyer.held[row], b"answer", Usage(20, 10, 0), self.chance.choice([300, None])) for row in rows]
        if settlings and self._batch(lambda: buyer.ledger.settle(self.conn, settlings, self.now, buyer.tally) or True):
            for row in rows:
                key = buyer.held.pop(row).key
                self.bought[key] += 1
                self._take(buyer, row, key)

    def _part(self, buyer: Buyer) -> None:
        if not buyer.held:
            return
        row, doubt, again = self.chance.choice(sorted(buyer.held)), self.chance.random() < 0.7, self.chance.random() < 0.5
        claimed = buyer.held[row]
        parting = Parting(claimed, "lost", maybe_billed=doubt, again=again and doubt)
        reserved = self._batch(lambda: (buyer.ledger.part(self.conn, parting, self.now, buyer.tally),))
        if reserved is None:
            return
        if reserved[0]:
            claimed.attempt += 1
        else:
            del buyer.held[row]

    def _crash(self, buyer: Buyer) -> None:
        """The process dies; another takes the run over."""
        if self.chance.random() < 0.6:
            return
        for claimed in buyer.held.values():
            self.lost[claimed.key] += 1
        forget(self.conn, buyer.ledger.owner)
        self.buyers.remove(buyer)
        settle_dead(self.db, self.conn, buyer.n, self._scopes(buyer.n))
        self.buyers.append(again := self._buyer(buyer.n, resumed=True))
        again.answered = {row: key for row, key in buyer.answered.items() if self.chance.random() < 0.5}
        again.expected = buyer.answered  # type: ignore[attr-defined]

    def _finish(self) -> None:
        """Nobody is disturbed any more: every row gets its answer, or a cap stands in the way."""
        self.conn.execute(text("UPDATE budget SET usd_cap = NULL"))
        for _ in range(4 * ROWS):
            for buyer in self.buyers:
                for row in [row for row in range(ROWS) if row not in buyer.answered and row not in buyer.held]:
                    (claimed,) = buyer.ledger.claim(self.conn, [self._wish(row)], self.now, buyer.tally)
                    if claimed is not None and claimed.state == "mine":
                        buyer.held[row] = claimed
                    elif claimed is not None:
                        self._take(buyer, row, claimed.key)
                if buyer.held:
                    self._settle(buyer)
        self._books()
        for buyer in self.buyers:
            assert len(buyer.answered) == ROWS, f"run {buyer.n} has {len(buyer.answered)} of {ROWS} answers"
            assert len(set(buyer.answered.values())) == ROWS, "two rows of a run share an answer"

    # -- within -------------------------------------------------------------------------------------------------------------------------

    def _batch(self, act: object) -> object:
        """In a savepoint; sometimes it is undone and tried again, as the journal does, and sometimes undone for good."""
        for _ in range(3):
            undone = self.chance.random() < 0.2
            try:
                with self.conn.begin_nested():
                    found = act()  # type: ignore[operator]
                    if undone:
                        raise _Undone
                    return found
            except _Undone:
                continue
        return None

    def _take(self, buyer: Buyer, row: int, key: bytes) -> None:
        """A run that is carried out again finds for each row the answer that it had."""
        before = getattr(buyer, "expected", {}).get(row)
        assert before in (None, key), f"row {row} of run {buyer.n} had another answer before"
        buyer.answered[row] = key

    def _books(self) -> None:
        usd = int(self.conn.execute(text(_SPENT), {"low": self.first, "high": self.first + 9}).scalar_one())
        counted = self.conn.execute(text("SELECT usd FROM budget WHERE scope = 'project:simulated'")).scalar_one()
        assert usd == counted, f"the budget counts {counted}, the ledger {usd}"
        cap = self.conn.execute(text("SELECT usd_cap FROM budget WHERE scope = 'project:simulated'")).scalar_one()
        assert cap is None or usd <= cap, f"{usd} spent of {cap}"
        assert all(count == 1 for count in self.bought.values()), "an answer was bought twice"
        settled = self.conn.execute(
            text("SELECT count(*) FROM spend WHERE outcome = 1 AND run BETWEEN :low AND :high"), {"low": self.first, "high": self.first + 9}
        ).scalar_one()
        assert settled == len(self.bought), f"{settled} purchases settled, {len(self.bought)} made"

    def _wish(self, row: int) -> Claim:
        base = digest(b"%d %d" % (self.seed, row % REQUESTS))
        return Claim(base, "server", "model", Asker(f"{row:032x}", source_order(0, row), 1), PRICE, TOKENS)

    def _scopes(self, n: int) -> tuple[str, ...]:
        return ("project:simulated", f"run:{n}")

    def _buyer(self, n: int, *, resumed: bool) -> Buyer:
        owner = UUID(int=self.chance.getrandbits(128)).hex
        self.conn.execute(
            text("INSERT INTO process SELECT CAST(:o AS VARCHAR(32)), host, boot, pid, started, lease_until FROM process WHERE id = :real"),
            {"o": owner, "real": self.real},
        )
        if not resumed:
            self.conn.execute(text("INSERT INTO budget (scope, usd, tokens) VALUES (:s, 0, 0)"), {"s": f"run:{n}"})
        return Buyer(n, Ledger(self.db, n, owner, self._scopes(n), resumed=resumed))


_SPENT = """
SELECT COALESCE(SUM(CASE WHEN outcome IN (0, 3) THEN reserved WHEN outcome = 1 THEN COALESCE(cost, reserved) ELSE 0 END), 0)
FROM spend WHERE run BETWEEN :low AND :high
"""


def simulate(folder: Path, *, seed: int, seeds: int, url: str | None = None) -> Outcome:
    """So many seeds from `seed` on. A seed that fails is named, and fails again alone."""
    db = open_database(url or f"sqlite:///{folder}/simulated.db")
    try:
        real = register(db)
        for one in range(seed, seed + seeds):
            try:
                with db.write() as conn:
                    Simulation(db, conn, real, one).play()
                    raise _Over
            except _Over:
                continue
            except AssertionError as error:
                raise AssertionError(f"seed {one}: {error}") from error
    finally:
        db.close()
    return Outcome("R37 simulated ledger", seeds, note=f"seeds {seed} to {seed + seeds - 1}")
