"""Carrying out a run: take it, let its rows flow wave by wave, bring it to an end, and say what came of it."""

from __future__ import annotations

import asyncio
import gc
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from rowsmith import registry
from rowsmith.core.errors import RowsmithError, StorageBusy, StorageFull, Unavailable
from rowsmith.core.ports import Ledger as LedgerPort
from rowsmith.core.recipe import Recipe
from rowsmith.core.slots import Tally
from rowsmith.engine.advance import Advance, Item
from rowsmith.engine.context import StepContext
from rowsmith.engine.feed import Feed
from rowsmith.engine.flow import Flow
from rowsmith.engine.inputs import Inputs
from rowsmith.engine.peril import Peril
from rowsmith.engine.routes import routes
from rowsmith.engine.slots import Slots
from rowsmith.engine.terms import Commit, MakeGate, Progress, Stopping, Terms
from rowsmith.llm.gate import Gate, Status
from rowsmith.store.database import Database
from rowsmith.store.files import Files
from rowsmith.store.journal import Journal
from rowsmith.store.ledger import Ledger, settle_dead
from rowsmith.store.processes import forget, register, renounce
from rowsmith.store.runs import Run, Runs


def _gate(ledger: LedgerPort, environ: Mapping[str, str]) -> Gate:
    return Gate(ledger, environ=environ, find=registry.provider)


def carry_out(
    db: Database, files: Files, run: Run, recipe: Recipe, terms: Terms, *, environ: Mapping[str, str], commit: Commit,
    on_progress: Callable[[Progress], None] | None = None, stopping: Stopping | None = None, make_gate: MakeGate | None = None,
) -> Run:  # fmt: skip
    """Carry the run out, in a loop of its own, until it is finished, stopped or paused. Returns its record.

    `make_gate` gives the gate to models for the run's ledger; default: the one that asks them.

    Raises:
        Conflict: another process carries it out, or took it over meanwhile.
        StorageFull: the disk was full for longer than `terms.storage_wait_s`; what was acknowledged is safe.
    """
    owner = register(db)
    stopping = stopping or Stopping()
    try:
        taken = Runs(db).take(run.n, owner)
        _in_a_loop_of_its_own(_Carrying(db, files, taken, recipe, terms, environ, commit, on_progress, stopping, make_gate or _gate), stopping)
        return Runs(db).get(run.n)
    finally:
        _let_go(db, owner)


def _in_a_loop_of_its_own(carrying: _Carrying, stopping: Stopping) -> None:
    """On a thread, so that it works where a loop runs already (notebooks). Ctrl-C stops the run in good order before it is passed on."""
    broken: list[BaseException] = []
    done = threading.Event()

    def work() -> None:
        try:
            with _seldom_collecting():
                asyncio.run(carrying.main())
        except BaseException as error:  # noqa: BLE001 - raised again on the caller's thread
            broken.append(error)
        finally:
            done.set()

    threading.Thread(target=work, name="run", daemon=True).start()
    try:
        done.wait()  # not Thread.join: interrupted, it takes a thread that still runs for ended (CPython issue 90882)
    except KeyboardInterrupt:
        stopping.stop()
        done.wait()
        raise
    if broken:
        raise broken[0]


@contextmanager
def _seldom_collecting() -> Iterator[None]:
    """Python's search for reference cycles is made rarer: many short-lived objects would call it a hundred times a second for nothing."""
    before = gc.get_threshold()
    gc.set_threshold(max(before[0], 50_000), 20, 50)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _let_go(db: Database, owner: str) -> None:
    """The process no longer stands for anything. Trouble of the storage does not hide the error that led here."""
    renounce(owner)
    try:
        with db.write() as conn:
            forget(conn, owner)
    except Unavailable:
        return


KEPT_SCRATCH = 100
"""Earlier carryings-out whose scratch folders are looked for."""


class _Carrying:
    """One carrying-out, from taking the run to letting it go."""

    def __init__(
        self, db: Database, files: Files, run: Run, recipe: Recipe, terms: Terms, environ: Mapping[str, str], commit: Commit,
        on_progress: Callable[[Progress], None] | None, stopping: Stopping, make_gate: MakeGate,
    ) -> None:  # fmt: skip
        self.db, self.files, self.run, self.recipe, self.terms = db, files, run, recipe, terms
        self.environ, self.commit, self.on_progress, self.stopping, self.make_gate = environ, commit, on_progress, stopping, make_gate
        self.runs = Runs(db)
        self.routes = routes(recipe)
        self.started = time.monotonic()
        self.request = ""
        self.note = ""
        self._grace: asyncio.TimerHandle | None = None
        self._patience: asyncio.TimerHandle | None = None

    # -- the whole ----------------------------------------------------------------------------------------------------------------------

    async def main(self) -> None:
        loop = asyncio.get_running_loop()
        tally = await asyncio.to_thread(self._prepare)
        ledger = Ledger(self.db, self.run.n, str(self.run.owner), self._scopes(), resumed=self.run.fence > 1)
        self.journal = Journal(
            self.db, self.run.n, str(self.run.owner), self.run.fence, ledger, tally, seq=self.run.totals.get("seq", 0),
            on_request=lambda request: self._stop(request, None), on_lost=self._lost, on_storage=self._storage,
        )  # fmt: skip
        self.slots = Slots(self.journal, tally)
        self.gate = self.make_gate(self.journal, self.environ)
        contexts = self._contexts()
        self.peril = Peril(self.files.scratch(f"peril-{self.run.n}"), str(self.run.fence), self.terms.left_alone)
        advance = Advance(self.routes, contexts, self.slots, self.peril)
        self.feed = Feed(self.run.n, self.recipe.fingerprint(), self.runs, advance, contexts, revisit=self.run.fence > 1)
        self.flow = Flow(
            advance, contexts, self.gate, self.recipe.models, fresh=self.terms.fresh, window=self._window(), hold=self.journal.hold,
            may_admit=self._may_admit,
        )  # fmt: skip
        self.stopping.attach(loop, self._stop)
        watching = loop.create_task(self._watch()) if self.on_progress else None
        try:
            await self._waves()
            await self._close_flow()
            await self._end()
        finally:
            if watching:
                watching.cancel()
            await self._close_flow()
            await self.journal.close()
            for handle in (self._grace, self._patience):
                if handle:
                    handle.cancel()
            self.peril.close()
            self.files.remove_scratch(self._scratch_name(self.run.fence))

    def _prepare(self) -> Tally:
        """Put in order what an earlier carrying-out left."""
        n, self.owed = self.run.n, None
        for scope in self._scopes():
            self.runs.ensure_budget(scope)
        if self.run.fence > 1:
            with self.db.write() as conn:
                settle_dead(self.db, conn, n, self._scopes())
            for fence in range(max(1, self.run.fence - KEPT_SCRATCH), self.run.fence):
                self.files.remove_scratch(self._scratch_name(fence))
            self.runs.reopen(self.run, failed=self.terms.retry_failed)
            self.runs.fit_target(self.run, None)
            self.owed = self.runs.pending(n)
        return self.runs.tally(n) if self.run.fence > 1 else Tally()

    def _scopes(self) -> tuple[str, ...]:
        return (f"project:{self.run.project}", f"run:{self.run.n}")

    def _scratch_name(self, fence: int) -> str:
        """Each carrying-out has its own: one that only slept must not write among the files of the one that took over."""
        return f"run-{self.run.n}-{fence}"

    def _contexts(self) -> list[StepContext]:
        lock = self.run.lock.get("inputs", {})
        scratch = self.files.scratch(self._scratch_name(self.run.fence))

        def folder(name: str) -> Any:
            (scratch / name).mkdir(parents=True, exist_ok=True)
            return scratch / name

        return [
            StepContext(step, position, Inputs(lock.get(step.title, {}), self.files.path), folder)
            for position, step in enumerate(self.recipe.steps)
        ]

    def _window(self) -> int:
        """Rows in flight: every place of every model filled, and as many again on their way."""
        return max(64, 2 * sum(model.concurrency for model in self.recipe.models.values()))

    # -- waves --------------------------------------------------------------------------------------------------------------------------

    def _may_admit(self) -> bool | None:
        terms, slots = self.terms, self.slots
        if terms.limit is not None and slots.requested >= terms.limit:
            return False
        if terms.target is None:
            return True
        if slots.kept < terms.target and slots.requested >= terms.attempts * terms.target:
            return False
        return True if slots.kept + slots.pending < terms.target else None

    async def _waves(self) -> None:
        """Wave after wave until the target is reached, or nothing more can be had. A round asks the same parents for further rows: first
        those whose rows failed or were dropped, as many as they lack, then all; so that a parent that never gives a row does not use up
        the attempts of the others."""
        advance = self.feed.advance
        wave, round_, lacking = self.run.totals["place"] if self.terms.target is not None else (self.run.totals["place"][0], 0, 0)
        if self.run.fence > 1:
            wave += self.terms.retry_failed  # what comes again comes after the rows that set steps have let through
            await self._patiently(lambda: self.runs.gather(self.run, wave))
        self._place(wave, round_, bool(lacking))
        await self._carry_on()
        begun = self.run.fence > 1  # a round that was under way has asked for rows already
        while True:
            before = self.slots.requested
            await self._wave()
            if self.flow.stopping or not self._wants_more():
                return
            more, begun = begun or self.slots.requested > before, False
            if self.flow.exhausted:
                if not self.routes.can_make_more or (not more and advance.round and not advance.lacking):
                    return
                self._place(self.wave + 1, advance.round + (not advance.lacking), not advance.lacking)
            elif more or self._may_admit():  # a set step may have dropped what an earlier carrying-out brought to it
                self._place(self.wave + 1, advance.round, advance.lacking)
            else:
                return
            self.feed.revisit = True

    def _place(self, wave: int, round_: int, lacking: bool) -> None:
        """Where the run stands; kept with its counts, so that it goes on there when it is carried out again."""
        self.wave, self.feed.advance.round, self.feed.advance.lacking = wave, round_, lacking
        self.journal.place = (wave, round_, int(lacking))

    async def _carry_on(self) -> None:
        """First what is open since an earlier carrying-out: it is asked for already, so neither target nor limit stands in its way."""
        if self.owed is None or (self.terms.target is None and self.terms.limit is None):
            return
        self.slots.wave = self.wave
        self.feed.advance.owed = True
        for root in (root for root in self.routes.roots if self.recipe.steps[root].shape == "source"):
            await self._carry(self.feed.owed(root, *self.owed), admit_all=True)
        self.feed.advance.owed = False

    async def _wave(self) -> None:
        self.slots.wave = self.wave
        self.flow.exhausted = True
        for root in self.routes.roots:
            if self.flow.stopping:
                return
            await self._carry(self.feed.items(root), admit_all=self.recipe.steps[root].shape == "set")

    async def _carry(self, items: Iterator[Item], *, admit_all: bool) -> None:
        await self.flow.carry(items, admit_all=admit_all)
        if self.flow.broken is not None:
            raise self.flow.broken
        await self.journal.flush()

    def _wants_more(self) -> bool:
        terms, slots = self.terms, self.slots
        if terms.target is None or slots.kept >= terms.target or slots.requested >= terms.attempts * terms.target:
            return False
        return terms.limit is None or slots.requested < terms.limit

    # -- the end ------------------------------------------------------------------------------------------------------------------------

    async def _close_flow(self) -> None:
        await asyncio.to_thread(self.flow.close)
        await self.gate.close()

    async def _end(self) -> None:
        await self.journal.flush()
        await self.journal.flush()  # what came of the first: claims that nobody waits for any more are given back
        state, reason = await self._patiently(self._settle)
        finished = state in ("finished", "shortfall")
        committed = await self._patiently(lambda: self.commit(self.run, not finished))
        dataset, version = committed or (None, None)
        seconds = time.monotonic() - self.started
        await self._patiently(lambda: self.runs.end(self.run, state, reason, seconds, dataset=dataset, version=version))
        self.files.remove_scratch(f"peril-{self.run.n}")

    async def _patiently(self, act: Callable[[], Any]) -> Any:
        """Do it on a thread; again, for a while, when the disk is full or the database away. What is done so can be done twice."""
        until = time.monotonic() + self.terms.storage_wait_s
        while True:
            try:
                return await asyncio.to_thread(act)
            except (StorageFull, StorageBusy) as error:
                if self.request or time.monotonic() > until:
                    raise
                self.note = f"waiting for space: {error.what}" if isinstance(error, StorageFull) else f"waiting: {error.what}"
                await asyncio.sleep(0.5)
                self.note = ""

    def _settle(self) -> tuple[str, str]:
        """The state the run has come to, and why; its counts are written."""
        n, pause = self.run.n, self.flow.paused
        if self.request == "cancel":
            self.runs.cancel_pending(self.run)
        if not self.flow.stopping:
            self.runs.fit_target(self.run, self.terms.target)
        self.journal.tally = tally = self.runs.tally(n)
        self.runs.save_totals(self.run, tally)
        if self.request == "cancel":
            return "cancelled", "asked to; rowsmith resume goes on after all"
        if self.request:
            return "stopped", "asked to; the same command again goes on"
        if pause is not None:
            return "paused", f"{pause.reason}: {pause.what} {pause.fix}".strip()
        return self._outcome(tally)

    def _outcome(self, tally: Tally) -> tuple[str, str]:
        target, limit = self.terms.target, self.terms.limit
        if target is not None and tally.kept < target and (limit is None or tally.requested < limit):
            why = "the limit of attempts is reached" if tally.requested >= self.terms.attempts * target else "the sources are exhausted"
            return "shortfall", f"{target - tally.kept} of {target} rows are missing: {why}."
        if (target is None or tally.kept < target) and tally.failed:
            return "shortfall", f"{tally.failed.total()} of {tally.requested} rows failed."
        return "finished", ""

    # -- being stopped ------------------------------------------------------------------------------------------------------------------

    def _stop(self, request: str, grace_s: float | None) -> None:
        """On the loop: somebody asks the run to stop or cancel; asked twice, it ends at once."""
        if self.request and grace_s == 0:
            self.flow.cut_off()
            return
        first, self.request = not self.request, request
        self.flow.stop()
        self.gate.halt()
        if first:
            grace = self.terms.grace_s if grace_s is None else grace_s
            self.note = f"stopping: calls in flight may take up to {grace:g} s to end"
            self._grace = asyncio.get_running_loop().call_later(grace, self.flow.cut_off)

    def _lost(self, error: RowsmithError) -> None:
        """On the loop: nothing can be committed any more."""
        self.flow.halt(error)
        self.gate.halt()
        self.flow.cut_off()

    def _storage(self, error: RowsmithError | None) -> None:
        """On the loop: the disk is full (the journal tries again until there is room), or has room again."""
        if self._patience:
            self._patience.cancel()
            self._patience = None
        if error is None:
            self.note = ""
            return
        self.note = f"waiting for space: {error.what}"
        self._patience = asyncio.get_running_loop().call_later(self.terms.storage_wait_s, self._out_of_patience)

    def _out_of_patience(self) -> None:
        self.journal.give_up = True

    # -- progress -----------------------------------------------------------------------------------------------------------------------

    async def _watch(self) -> None:
        while True:
            self._report()
            await asyncio.sleep(0.25)

    def _report(self) -> None:
        if self.on_progress:
            servers = self.gate.status()
            waiting = (_waiting(name, status) for name, status in servers.items() if status.throttled_for_s > 0.5 or status.failing)
            note = self.note or next(waiting, "")
            flying = sum(status.in_flight for status in servers.values())
            self.on_progress(Progress(self.run, self.journal.tally, self.terms.target, time.monotonic() - self.started, note, flying))


def _waiting(name: str, status: Status) -> str:
    if status.failing:
        return f"{name} fails; probing"
    until = datetime.now().astimezone() + timedelta(seconds=status.throttled_for_s)
    return f"{name} throttled until {until:%H:%M:%S}"


