"""One carrying-out of a run: what it is put together from, how it comes to its end, is stopped, and tells of itself."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from rowsmith.connectors.templates import Templates
from rowsmith.core.errors import RowsmithError, StorageBusy, StorageFull
from rowsmith.core.ports import Keys, Paused
from rowsmith.core.recipe import Recipe
from rowsmith.core.slots import Tally
from rowsmith.core.step import EMBEDDER
from rowsmith.engine.advance import Advance
from rowsmith.engine.batching import Batching
from rowsmith.engine.context import StepContext, named_prompts
from rowsmith.engine.feed import Feed
from rowsmith.engine.flow import Flow
from rowsmith.engine.inputs import Inputs, pinned_datasets
from rowsmith.engine.peril import Peril
from rowsmith.engine.routes import routes
from rowsmith.engine.slots import Slots
from rowsmith.engine.terms import Commit, MakeGate, Progress, Stopping, Terms
from rowsmith.engine.waves import Owed, Waves, first_wave, outcome
from rowsmith.llm.gate import Status
from rowsmith.store import budgets, slots
from rowsmith.store.attempts import settle_dead
from rowsmith.store.database import Database
from rowsmith.store.files import Files
from rowsmith.store.journal import Journal
from rowsmith.store.ledger import Ledger
from rowsmith.store.runs import Run, Runs

KEPT_SCRATCH = 100
"""Earlier carryings-out whose scratch folders are looked for."""


TOLD_AGAIN_S = 60.0
"""Seconds for which a server's trouble is not told once more as an event: it is the same one."""


class Carrying:
    """One carrying-out, from taking the run to letting it go."""

    def __init__(
        self, db: Database, files: Files, run: Run, recipe: Recipe, terms: Terms, keys: Keys, commit: Commit,
        on_progress: Callable[[Progress], None] | None, stopping: Stopping, make_gate: MakeGate, library: Database,
    ) -> None:  # fmt: skip
        self.library = library
        self.db, self.files, self.run, self.recipe, self.terms = db, files, run, recipe, terms
        self.keys, self.commit, self.on_progress, self.stopping, self.make_gate = keys, commit, on_progress, stopping, make_gate
        self.runs = Runs(db)
        self.routes = routes(recipe)
        self.started = time.monotonic()
        self.request = ""
        self.note = ""
        self._told: dict[tuple[str, Any], float] = {}
        self._grace: asyncio.TimerHandle | None = None
        self._patience: asyncio.TimerHandle | None = None

    # -- the whole ----------------------------------------------------------------------------------------------------------------------

    async def main(self) -> None:
        loop = asyncio.get_running_loop()
        tally, owed, resting = await self._patiently(self._prepare)
        ledger = Ledger(self.db, self.run.n, str(self.run.owner), self._scopes(), resumed=self.run.fence > 1)
        self.journal = Journal(
            self.db, self.run, ledger, tally, on_request=lambda request: self._stop(request, None), on_lost=self._lost, on_storage=self._storage
        )
        self.slots = Slots(self.journal, tally, resting)
        self.gate = self.make_gate(self.journal, self.keys, self._tell)
        contexts = self._contexts()
        self.peril = Peril(self.files.scratch(f"peril-{self.run.n}"), str(self.run.fence), self.terms.left_alone)
        advance = Advance(self.routes, contexts, self.slots, self.peril)
        feed = Feed(self.run.n, self.recipe.fingerprint(), self.db, advance, contexts, revisit=self.run.fence > 1)
        self.flow = Flow(
            advance, contexts, self.gate, self.recipe.models, fresh=self.terms.fresh, window=self._window(), hold=self.journal.hold,
            park=self._park,
        )  # fmt: skip
        self.batching = Batching(
            self.db, self.files, self.run, self.terms.batch, self.routes, self.slots, lambda: self.journal.tally, self.journal.count,
            self._trouble,
        )  # fmt: skip
        self.gate.batch(self.batching.attach)
        self.waves = waves = Waves(self.run, self.recipe, self.terms, self.slots, feed, self.flow, self.journal, self.batching, owed)
        self.stopping.attach(loop, self._stop)
        watching = loop.create_task(self._watch()) if self.on_progress else None
        try:
            await self.batching.begin()
            await waves.carry_out()
            await self.batching.end(cancel=self.request == "cancel", grace_s=self.terms.grace_s)
            await self._close_flow()
            await self._end()
        finally:
            if watching:
                watching.cancel()
            await self.batching.end(cancel=False, grace_s=0.0)
            await self._close_flow()
            await self.journal.close()
            for context in contexts:
                context.close()
            for handle in (self._grace, self._patience):
                if handle:
                    handle.cancel()
            self.peril.close()
            self.files.remove_scratch(self._scratch_name(self.run.fence))

    def _prepare(self) -> tuple[Tally, Owed | None, int]:
        """Put in order what an earlier carrying-out left: the counts, what is still open of it, and how many rows rest. Can be done twice."""
        n, again = self.run.n, self.run.fence > 1
        with self.db.write() as conn:
            for scope in self._scopes():
                budgets.ensure(conn, scope)
            if again:
                settle_dead(self.db, conn, n, self._scopes())
        if not again:
            return Tally(), None, 0
        for fence in range(max(1, self.run.fence - KEPT_SCRATCH), self.run.fence):
            self.files.remove_scratch(self._scratch_name(fence))
        slots.reopen(self.db, self.run, failed=self.terms.retry_failed)
        slots.fit_target(self.db, self.run, None)
        owed = slots.pending(self.db, n)
        slots.gather(self.db, self.run, first_wave(self.run, self.terms))
        return slots.tally(self.db, n), owed, slots.resting(self.db, n).waiting

    def _scopes(self) -> tuple[str, ...]:
        return (f"project:{self.run.project}", f"run:{self.run.n}")

    def _scratch_name(self, fence: int) -> str:
        """Each carrying-out has its own: one that only slept must not write among the files of the one that took over."""
        return f"run-{self.run.n}-{fence}"

    def _contexts(self) -> list[StepContext]:
        scratch = self.files.scratch(self._scratch_name(self.run.fence))

        def folder(name: str) -> Any:
            (scratch / name).mkdir(parents=True, exist_ok=True)
            return scratch / name

        templates = Templates()  # one child renders for all steps
        return [
            StepContext(
                step, position, Inputs(self.run.lock, step.title, self.files), folder, pinned_datasets(self.run.lock, step.title, self.library),
                (Path(self.run.options["base"]) / "plugins",), named_prompts(self.run.lock, position), templates,
            )
            for position, step in enumerate(self.recipe.steps)
        ]  # fmt: skip

    def _window(self) -> int:
        """Rows in flight: every place of every model filled, and as many again on their way."""
        embedders = {role for step in self.recipe.steps for role in step.marked(EMBEDDER).values()}
        wide = [model.texts_per_request // 2 if role in embedders else 2 for role, model in self.recipe.models.items()]
        return max(64, sum(w * model.concurrency for w, model in zip(wide, self.recipe.models.values(), strict=True)))

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
        pause = self.flow.paused
        if self.request == "cancel":
            slots.cancel_pending(self.db, self.run)
        if not self.flow.stopping:
            slots.fit_target(self.db, self.run, self.terms.target)
        self.journal.tally = tally = slots.tally(self.db, self.run.n)
        self.runs.save_totals(self.run, tally)
        if self.request == "cancel":
            names = ", ".join(self.batching.running())
            return "cancelled", "asked to; rowsmith resume goes on after all" + (f"; being cancelled at their servers: {names}" if names else "")
        if self.request:
            return "stopped", f"asked to; the same command again goes on{self._left_behind()}"
        if pause is not None:
            return "paused", f"{pause.reason}: {pause.what} {pause.fix}".strip()
        return outcome(self.terms, tally)

    def _left_behind(self) -> str:
        """The batches that go on without us, in words."""
        names = ", ".join(self.batching.running())
        return f"; at their servers go on: {names} (rowsmith cancel {self.run.id} ends them)" if names else ""

    # -- being stopped ------------------------------------------------------------------------------------------------------------------

    def _stop(self, request: str, grace_s: float | None) -> None:
        """On the loop: somebody asks the run to stop or cancel; asked twice, it ends at once."""
        if self.request and grace_s == 0:
            self.flow.cut_off()
            return
        first, self.request = not self.request, request
        self.flow.stop()
        self.gate.halt()
        self.batching.halt()
        if first:
            grace = self.terms.grace_s if grace_s is None else grace_s
            self.note = f"stopping: calls in flight may take up to {grace:g} s to end"
            self._grace = asyncio.get_running_loop().call_later(grace, self.flow.cut_off)

    def _lost(self, error: RowsmithError) -> None:
        """On the loop: nothing can be committed any more."""
        self.flow.halt(error)
        self.gate.halt()
        self.batching.halt()
        self.flow.cut_off()

    def _trouble(self, error: BaseException) -> None:
        """On the loop: a batch cannot go on, and so the run cannot."""
        self.flow.pause(error) if isinstance(error, Paused) else self.flow.halt(error)
        self.batching.halt()

    def _park(self, order: bytes, batch: int, step: int) -> None:
        """On the loop: a row waits for a batch, and will be at its step once more."""
        self.journal.revisit()
        self.batching.park(order, batch, step)

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

    def _tell(self, kind: str, data: Mapping[str, Any]) -> None:
        """On the loop: a server is throttled or failing; an event, unless it was told a moment ago."""
        what, now = (kind, data.get("profile")), time.monotonic()
        if now - self._told.get(what, -TOLD_AGAIN_S) >= TOLD_AGAIN_S:
            self._told[what] = now
            self.journal.note(f"server.{kind}", data)

    # -- progress -----------------------------------------------------------------------------------------------------------------------

    async def _watch(self) -> None:
        while True:
            self._report()
            await asyncio.sleep(0.25)

    def _report(self) -> None:
        if self.on_progress:
            servers = self.gate.status()
            waiting = (_waiting(name, status) for name, status in servers.items() if status.throttled_for_s > 0.5 or status.failing)
            note = self.note or self.gate.note or self.batching.note() or next(waiting, "")
            flying = sum(status.in_flight for status in servers.values())
            tally, ahead = self.journal.tally, self.waves.ahead
            seconds = time.monotonic() - self.started
            self.on_progress(Progress(self.run, tally, self.terms.target, seconds, note, flying, ahead.left(tally), ahead.ending))


def _waiting(name: str, status: Status) -> str:
    if status.failing:
        return f"{name} fails; probing"
    until = datetime.now().astimezone() + timedelta(seconds=status.throttled_for_s)
    return f"{name} throttled until {until:%H:%M:%S}"
