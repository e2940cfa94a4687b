"""The journal of a run: one thread that commits what the run says, as fast as the disk takes it.

A commit starts as soon as the one before has ended and holds everything that came meanwhile: slots opened and moved, rows, claims and
answers of calls. Claims and answers are waited for; the rest is not. Every commit is guarded by the run's owner and fence, so that a
process which was thought dead and is not can change nothing any more.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

import orjson
from sqlalchemy import Connection

from rowsmith.core.calls import Claim, Claimed, Limits, Usage
from rowsmith.core.errors import Invalid, RowsmithError, StorageBusy, StorageFull
from rowsmith.core.failpoints import failpoint
from rowsmith.core.ids import canonical
from rowsmith.core.row import Row
from rowsmith.core.slots import Tally
from rowsmith.store import draws, events
from rowsmith.store.attempts import Parting, Settling
from rowsmith.store.batch import Batch, Waiter
from rowsmith.store.commits import Broken, InAlready, Lost, rest
from rowsmith.store.database import Database, fetch, one
from rowsmith.store.ledger import Ledger
from rowsmith.store.processes import RENEW_S, heartbeat
from rowsmith.store.rates import Rates, blocked
from rowsmith.store.runs import Run

PACE_S, EASY_S = 0.004, 0.05
"""A commit starts no sooner than this after the start of the one before; the second where nobody waits for it. Fewer and fuller commits."""
TICK_S = min(1.0, RENEW_S / 2)
"""The longest time between two looks at the run's row (requests to stop, lost ownership)."""
BACKLOG = 4096
"""Most slots or rows that may wait for a commit."""
POLL_S = 0.05
"""How often a key that another run holds is looked at again."""


class Journal:
    """The one writer of a run, and its Ledger (core.ports). Made within the loop that carries the calls; `close` ends its thread.

    Args:
        run: as it was taken; its owner and fence guard every commit.
        ledger: the buying side, for the same run.
        tally: the run's counts as the database has them.
        on_request: called on the loop when somebody asks the run to `stop` or `cancel`.
        on_lost: called on the loop when nothing can be committed any more, with the error.
        on_storage: called on the loop with an error while the disk is full (the commit is tried again until there is room), and
            with None when it has room again.
    """

    def __init__(
        self, db: Database, run: Run, ledger: Ledger, tally: Tally, *, on_request: Callable[[str], None],
        on_lost: Callable[[RowsmithError], None], on_storage: Callable[[RowsmithError | None], None],
    ) -> None:  # fmt: skip
        self.db, self.ledger, self.project, self.tally = db, ledger, run.project, tally
        self.run, self.owner, self.fence = run.n, str(run.owner), run.fence
        self._loop = asyncio.get_running_loop()
        self._on_request, self._on_lost, self._on_storage = on_request, on_lost, on_storage
        self._seq, self.place = int(run.totals["seq"]), tuple(run.totals["place"])
        self._batch, self._lock, self._wake, self._hurry = Batch(), threading.Lock(), threading.Event(), threading.Event()
        self._ended = self._storage_full = self.give_up = False
        self._failed: RowsmithError | None = None
        self._waiting: list[tuple[Claim, Waiter]] = []
        self._blocked: dict[str, float] = {}
        self._looked = self._began = 0.0
        self._beat, self._room_again = time.monotonic(), threading.Condition()
        self._tried: tuple[Tally, list[tuple[Waiter, Any]], list[tuple[Claim, Waiter]]] = (tally, [], [])
        self._thread = threading.Thread(target=self._work, name=f"journal of run {run.n}", daemon=True)
        self._thread.start()

    # -- what the engine says: not waited for --------------------------------------------------------------------------------------

    def open_many(self, slots: list[tuple[bytes, bytes, int, int, int, int]]) -> None:
        """Slots open: (order, id bytes, made, step, wave, state) each."""
        with self._lock:
            self._batch.opens.extend(slots)
        self._awake()

    def move(self, order: bytes, state: int, step: int, attempt: int = 0, reason: str | None = None, detail: str | None = None) -> None:
        """A pending slot comes to `state` at the step at `step`."""
        with self._lock:
            self._batch.moves.append((state, step, attempt, reason, detail[:2000] if detail else None, order))
        self._awake()

    def complete(self, order: bytes) -> None:
        """A slot that opened into its children's partly has all of them now."""
        with self._lock:
            self._batch.completed.append(order)
        self._awake()

    def put(self, row: Row, stage: int, wave: int) -> None:
        """The row rests: before the set step at `stage`, or kept (core.slots.KEPT_STAGE).

        Raises:
            Invalid: it is no mapping, or holds something that is no JSON.
        """
        if not isinstance(row.data, dict):
            raise Invalid(f"The data of a row are a {type(row.data).__name__}.", "Make them a mapping from columns to values.")
        stored = (stage, row.order, bytes.fromhex(row.id), wave, canonical(row.data), canonical({"scores": row.scores, "origin": row.origin}))
        with self._lock:
            self._batch.rows.append(stored)
        self._awake()

    def take(self, order: bytes, stage: int) -> None:
        """The row rests there no more. It goes into the next commit, whatever that is for."""
        with self._lock:
            self._batch.gone.append((stage, order))

    def refused(self, claimed: Claimed, reason: str, detail: str) -> None:
        """See core.ports.Ledger."""
        with self._lock:
            self._batch.refused.append((claimed, reason, detail))
        self._awake()

    def note(self, kind: str, data: Mapping[str, Any]) -> None:
        """An event of the run."""
        with self._lock:
            self._batch.events.append((kind, data))
        self._awake()

    def mended(self, claimed: Claimed, how: str) -> None:
        """See core.ports.Ledger. It goes into the next commit, whatever that is for."""
        with self._lock:
            self._batch.mended.append((claimed, how))

    def count(self, counted: Tally) -> None:
        """Calls of the run that were settled elsewhere (in a batch)."""
        with self._lock:
            self._batch.counts.append(counted)
        self._awake()

    def revisit(self) -> None:
        """A row goes back to a step that it has passed: calls may be claimed for the same place again."""
        self.ledger.revisited = True

    def hold(self) -> None:
        """Wait (a working thread does) while more rows are to be committed than memory should hold."""
        while len(self._batch.rows) + len(self._batch.opens) > BACKLOG and self._failed is None and not self._ended:
            with self._room_again:
                self._room_again.wait(0.1)

    # -- what the gate asks: waited for ----------------------------------------------------------------------------------------------

    async def claim(self, claim: Claim) -> Claimed:
        """See core.ports.Ledger."""
        got: Claimed = await self._waited_for("claims", claim)
        return got

    async def answer(self, claimed: Claimed, raw: bytes, usage: Usage, cost: int | None) -> None:
        """See core.ports.Ledger."""
        await self._waited_for("settles", Settling(claimed, raw, usage, cost))

    async def unknown(self, claimed: Claimed, detail: str) -> bool:
        """See core.ports.Ledger."""
        again = bool(await self._part(Parting(claimed, detail, maybe_billed=True, again=True)))
        claimed.attempt += again
        return again

    async def release(self, claimed: Claimed, detail: str, *, maybe_billed: bool, sent: bool = True) -> None:
        """See core.ports.Ledger."""
        await self._part(Parting(claimed, detail, maybe_billed, sent=sent))

    async def _part(self, parting: Parting) -> Any:
        return await self._waited_for("partings", parting)

    async def permit(self, profile: str, limits: Limits, tokens: int) -> float:
        """See core.ports.Ledger."""
        return float(await self._rate(profile, limits, tokens, 0.0))

    async def block(self, profile: str, seconds: float) -> None:
        """See core.ports.Ledger."""
        await self._rate(profile, None, 0, seconds)

    async def _rate(self, profile: str, limits: Limits | None, tokens: int, seconds: float) -> Any:
        return await self._waited_for("rates", profile, limits, tokens, seconds)

    def blocked(self, profile: str) -> float:
        """See core.ports.Ledger."""
        return max(0.0, self._blocked.get(profile, 0.0) - time.monotonic())

    async def flush(self) -> None:
        """Returns when everything said so far is durable."""
        waiter: Waiter = self._loop.create_future()
        with self._lock:
            self._batch.flush.append(waiter)
        self._awake(hurry=True)
        await self._result(waiter)

    async def close(self) -> None:
        """Commit what is left, give unsent claims back, end the thread."""
        self._ended = True
        self._awake(hurry=True)
        await asyncio.to_thread(self._thread.join)
        if self._failed is None:
            await asyncio.to_thread(self._give_back)

    def _give_back(self) -> None:
        batch, self._batch = self._batch, Batch()
        if batch:  # what came of the last commit: claims that nobody waited for any more
            self._until_committed(batch)
        tries = 0
        while self.ledger.holds():
            try:
                with self.db.write() as conn:
                    self.ledger.close(conn)
            except StorageBusy as error:
                tries += 1
                rest(tries, error)

    def _awake(self, *, hurry: bool = False) -> None:
        """Something waits for a commit, and with `hurry` somebody. Asking first is cheaper than saying it again."""
        if hurry and not self._hurry.is_set():
            self._hurry.set()
        if not self._wake.is_set():
            self._wake.set()

    async def _waited_for(self, kind: str, *said: Any) -> Any:
        """Say it with the next commit, and wait for that."""
        waiter: Waiter = self._loop.create_future()
        with self._lock:
            getattr(self._batch, kind).append((*said, waiter))
        self._awake(hurry=True)
        return await self._result(waiter)

    async def _result(self, waiter: Waiter) -> Any:
        if self._failed is not None and not waiter.done():
            raise self._failed
        return await waiter

    # -- the thread ------------------------------------------------------------------------------------------------------------------

    def _work(self) -> None:
        """Whatever ends the thread before its time ends the run, which would wait for it without end."""
        batch: Batch | None = None
        try:
            while (batch := self._gathered()) is not None:
                self._until_committed(batch)
        except RowsmithError as error:
            self._fail(batch, error)
        except Exception as error:  # noqa: BLE001 - nothing may hide: the run ends with it
            self._fail(batch, Broken(error))

    def _gathered(self) -> Batch | None:
        """What came since the last commit, as soon as there is something (or a look at the run's row is due); None at the end."""
        self._wake.wait(POLL_S if self._waiting else TICK_S)
        if not self._ended and (ahead := self._began + PACE_S - time.monotonic()) > 0:
            time.sleep(ahead)
        self._hurry.wait(max(0.0, self._began + EASY_S - time.monotonic()))
        self._began = time.monotonic()
        with self._lock:
            self._wake.clear()
            self._hurry.clear()
            batch, self._batch = self._batch, Batch()
        with self._room_again:
            self._room_again.notify_all()
        if self._ended and not batch:
            return None
        batch.claims[:0] = [(claim, waiter) for claim, waiter in self._waiting if not waiter.done()]
        self._waiting = []
        return batch

    def _until_committed(self, batch: Batch) -> None:
        """Commit the batch; on a full disk or a lost connection, until it is in."""
        tries = 0
        while True:
            done: list[tuple[Waiter, Any]] = []
            tally = self.tally.copy()
            waiting: list[tuple[Claim, Waiter]] = []
            try:
                with self.db.write() as conn:
                    request = self._guard(conn, retried=tries > 0)
                    self._apply(conn, batch, tally, done, waiting)
                failpoint("journal.committed")
                break
            except InAlready:
                request = ""
                tally, done, waiting = self._tried
                break
            except StorageFull as error:
                if self._ended or self.give_up:
                    raise
                self._full(error)
            except StorageBusy as error:
                if not batch:  # only a look at the run's row
                    return
                tries += 1
                rest(tries, error)
        self.tally, self._waiting = tally, waiting
        self._seq += bool(batch)
        self._room()
        if done or request:
            self._say(self._resolve, done, request)

    def _guard(self, conn: Connection, *, retried: bool) -> str:
        """The request that waits for the run.

        Raises:
            InAlready: an earlier try was committed although its connection broke before it could say so. Nothing is left to commit, and
                nothing is: where every answer to a commit is lost, one more would be lost, too.
        """
        sql = "SELECT owner, fence, request, totals FROM run WHERE n = ?" if retried else "SELECT owner, fence, request FROM run WHERE n = ?"
        lock = "" if self.db.dialect == "sqlite" else " FOR UPDATE"
        row = next(iter(fetch(conn, sql + lock, (self.run,))), None)
        if row is None or row[:2] != (self.owner, self.fence):
            raise Lost(f"Run r{self.run} has been taken over by another process.", f"Follow it with rowsmith runs r{self.run}.")
        if retried and _seq(row[3]) == self._seq + 1:
            raise InAlready
        if time.monotonic() - self._beat > RENEW_S:
            if not heartbeat(self.db, conn, self.owner):
                raise Lost(f"The lease of run r{self.run} was given away.", f"Follow it with rowsmith runs r{self.run}.")
            self._beat = time.monotonic()
        if (now := time.monotonic()) - self._looked > TICK_S:
            self._blocked, self._looked = {profile: now + wait for profile, wait in blocked(conn, self.db.now(conn))}, now
        return str(row[2])

    def _apply(self, conn: Connection, batch: Batch, tally: Tally, done: list[tuple[Waiter, Any]], waiting: list[tuple[Claim, Waiter]]) -> None:
        now = self.db.now(conn)
        batch.write(conn, self.run, tally)
        if batch.settles:
            self.ledger.settle(conn, [settling for settling, _ in batch.settles], now, tally)
            done += [(waiter, None) for _, waiter in batch.settles]
        done += [(waiter, self.ledger.part(conn, parting, now, tally)) for parting, waiter in batch.partings]
        draws.write(conn, self.run, batch.refused, batch.mended, tally)
        for profile, limits, tokens, seconds, waiter in batch.rates:
            done.append((waiter, self._rates(conn, profile, limits, tokens, seconds, now)))
        if batch.claims:
            for (claim, waiter), claimed in zip(batch.claims, self.ledger.claim(conn, [c for c, _ in batch.claims], now, tally), strict=True):
                (waiting.append((claim, waiter)) if claimed is None else done.append((waiter, claimed)))
        for kind, data in batch.events:
            events.note(conn, now, self.project, kind, data, run=self.run)
        done += [(waiter, None) for waiter in batch.flush]
        if batch:
            self._tried = (tally, done, waiting)
            totals = canonical({**tally.dump(), "seq": self._seq + 1, "place": self.place})
            one(conn, "UPDATE run SET totals = ? WHERE n = ?", (totals, self.run))
            failpoint("journal.before_commit")

    def _rates(self, conn: Connection, profile: str, limits: Limits | None, tokens: int, seconds: float, now: float) -> float:
        rates = Rates(conn, profile, now)
        wait = rates.take(limits, tokens) if limits else 0.0
        if seconds:
            rates.block(seconds)
            self._blocked[profile] = time.monotonic() + rates.blocked()
        rates.save()
        return wait

    # -- back on the loop --------------------------------------------------------------------------------------------------------------

    def _resolve(self, done: list[tuple[Waiter, Any]], request: str) -> None:
        for waiter, value in done:
            if not waiter.done():
                waiter.set_result(value)
            elif isinstance(value, Claimed) and value.state == "mine":  # whoever wanted it is gone
                with self._lock:
                    self._batch.partings.append((Parting(value, "not sent", maybe_billed=False, sent=False), self._loop.create_future()))
                self._awake()
        if request:
            self._on_request(request)

    def _full(self, error: RowsmithError) -> None:
        if not self._storage_full:
            self._storage_full = True
            self._say(self._on_storage, error)
        self._wake.wait(0.5)
        time.sleep(0.5)

    def _room(self) -> None:
        if self._storage_full:
            self._storage_full = False
            self._say(self._on_storage, None)

    def _fail(self, batch: Batch | None, error: RowsmithError) -> None:
        self._failed = error
        with self._lock:
            rest, self._batch = self._batch, Batch()
        waiters = [*(batch.waiters() if batch else ()), *rest.waiters(), *(waiter for _, waiter in self._waiting)]
        self._say(self._on_lost, error)  # first: whoever is refused leaves a place, at which nothing more may be sent
        self._say(_refuse_all, waiters, error)

    def _say(self, what: Callable[..., None], *values: Any) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(what, *values)


def _refuse_all(waiters: list[Waiter], error: RowsmithError) -> None:
    for waiter in waiters:
        if not waiter.done():
            waiter.set_exception(error)


def _seq(totals: bytes) -> int | None:
    found = orjson.loads(totals).get("seq")
    return found if isinstance(found, int) else None
