"""The batches of one run while it is carried out: collected, looked after in the background, and what they bring.

A row whose answer comes with a batch is parked: it lets go of its place, and stands where it stood. When the batch is settled the row is
fed again, as after a restart, and finds its answer stored. So nothing of a parked row is held in memory but the span it lies in.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from math import inf
from pathlib import Path
from statistics import median

from rowsmith.core.errors import Conflict
from rowsmith.core.models import Model
from rowsmith.core.ports import Paused
from rowsmith.core.slots import Tally
from rowsmith.engine.batch_fetch import scratch_of
from rowsmith.engine.batch_life import FULL, NO_BATCHES, Life
from rowsmith.engine.deadline import Deadline
from rowsmith.engine.routes import Routes
from rowsmith.engine.slots import Slots
from rowsmith.engine.terms import BatchTerms
from rowsmith.llm.batch.collector import Collector
from rowsmith.llm.form import Form, Forms
from rowsmith.llm.room import Room
from rowsmith.llm.wire import Wire
from rowsmith.store.batches import Batch, Batches
from rowsmith.store.database import Database
from rowsmith.store.files import Files
from rowsmith.store.runs import Run

Span = tuple[bytes, bytes]
"""The first and the last order key of some rows."""
Spans = dict[int, Span]
"""Where rows lie, by the source or set step that feeds them."""

TRANSFERS = 2
"""Most files of requests or results that are on their way at once."""
ENOUGH = 20
"""Calls from which on their mean cost says what others will cost."""


class Batching:
    """Looks after every batch that the run has put questions into, and every other that it waits for.

    `count` is told what the run's own batches bring; `trouble` of an error that ends the carrying-out. `routes`, `slots` and
    `tally` tell how much is still to be asked, and what answers have cost.
    """

    def __init__(
        self, db: Database, files: Files, run: Run, terms: BatchTerms, routes: Routes, slots: Slots, tally: Callable[[], Tally],
        count: Callable[[Tally], None], trouble: Callable[[BaseException], None],
    ) -> None:  # fmt: skip
        self.batches, self.files, self.run, self.terms, self.routes, self.slots = Batches(db), files, run, terms, routes, slots
        self.owner = str(run.owner)
        self.forms: Forms
        self.wire: Wire
        self.transfers = asyncio.Semaphore(TRANSFERS)
        self._tally, self._count, self._trouble = tally, count, trouble
        self._room: Room
        self._collector: Collector | None = None
        self._lives: dict[int, Life] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._spans: dict[int, Spans] = {}
        self._open: dict[int, int] = {}
        self._changed = asyncio.Event()
        self._halted = False
        self._deadline: Deadline | None = None
        self._depth: dict[int, int] = {}
        self._lasts: dict[str, float] = {}
        self._given_up: dict[int, int] = {}
        self._unaffordable = False

    def attach(self, room: Room, forms: Forms, wire: Wire) -> Collector | None:
        """Work with these parts of the gate; what collects for it."""
        self._room, self.forms, self.wire = room, forms, wire
        self._collector = Collector(room, self, self.terms.only, self._live) if self.terms.collect else None
        return self._collector

    async def begin(self) -> None:
        """Go on with what an earlier carrying-out left. The deadline counts from the run's start, however often it is carried out."""
        if self.terms.offline:
            return
        if (whole := self.terms.deadline_s) is not None:
            spent = await asyncio.to_thread(self.batches.now) - (self.run.started_at or 0.0)
            self._deadline = Deadline(time.monotonic() + whole - spent, whole)
        for batch in await asyncio.to_thread(self.batches.of_run, self.run.n):
            if batch.open:
                _, count = await asyncio.to_thread(self.batches.reserved, batch)
                self._open[batch.n] = count
                self._room.begun(count)
                self._look_after(batch.n)

    # -- for the collector --------------------------------------------------------------------------------------------------------------

    async def open(self, form: Form) -> tuple[int, Path]:
        """See llm.batch.collector.Batching."""
        model = form.model.model_dump(mode="json", exclude_defaults=True)
        batch = await asyncio.to_thread(self.batches.open, self.run.n, form.server.profile, model, self.owner)
        return batch.n, self._scratch(batch.n) / "requests"

    async def close(self, batch: int, requests: int, size: int) -> None:
        """See llm.batch.collector.Batching. Its requests are durable before its record says that they are complete."""
        try:
            await asyncio.to_thread(self._close, batch, requests, size)
        except Exception as error:  # noqa: BLE001 - whatever it is, the run ends with it
            self._trouble(error)
            return
        if requests:
            self._open[batch] = requests
            self._look_after(batch)

    def _close(self, n: int, requests: int, size: int) -> None:
        batch = self.batches.get(n)
        if batch is None:
            raise Conflict(f"Batch b{n} is gone.", "Run the same command again.")
        if requests:
            name = self.files.put_file(self._scratch(n) / "requests")
            self.batches.change(batch, input=name, requests=requests, bytes=size)
        else:
            self.batches.dissolve(batch)
        self.files.remove_scratch(scratch_of(n))

    # -- for the run --------------------------------------------------------------------------------------------------------------------

    def park(self, order: bytes, batch: int, step: int) -> None:
        """The row, which stands before the step, waits for the batch."""
        _add(self._spans.setdefault(batch, {}), dict.fromkeys(self.routes.feeding(step), (order, order)))
        self._depth[batch] = max(self._depth.get(batch, 1), self.routes.depth(step))

    async def next(self) -> Spans | None:
        """Hand over what is collected, and wait until a batch that rows wait for is settled: where they lie. None: there is none left, or
        the run is being stopped."""
        if self._collector is not None:
            self._collector.close_all()
            await self._collector.closed()
        for n in self._spans:
            self._look_after(n)
        while not self._halted:
            self._changed.clear()
            if settled := [n for n in self._spans if self._tasks[n].done()]:
                found: Spans = {}
                for n in settled:
                    _add(found, self._spans.pop(n))
                return found
            going = [life for n, life in self._lives.items() if not self._tasks[n].done()]
            if not going:
                return None
            if not self.terms.wait and all(life.idle for life in going):
                self._trouble(self._left())
                return None
            await self._changed.wait()
        return None

    def halt(self) -> None:
        """Wait no more."""
        self._halted = True
        self._changed.set()

    async def end(self, *, cancel: bool, grace_s: float) -> None:
        """Let go of all batches: those at their servers go on there, unless they are to be cancelled."""
        self.halt()
        until = time.monotonic() + grace_s
        if cancel and self._lives:
            await asyncio.to_thread(self.batches.ask_to_cancel, self.run.n)
            for life in self._lives.values():
                life.wake()
        while time.monotonic() < until and any(not self._tasks[n].done() and (cancel or not life.idle) for n, life in self._lives.items()):
            self._changed.clear()
            await _within(self._changed, until - time.monotonic())
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        for n in await self._collector.end() if self._collector is not None else ():
            await asyncio.to_thread(self._close, n, 0, 0)

    def note(self) -> str:
        """What is waited for, in words; empty when nothing is."""
        going = [life for n, life in self._lives.items() if not self._tasks[n].done() and life.batch is not None]
        if not going:
            return ""
        done, all_ = (sum(getattr(life.batch, name) for life in going) for name in ("done", "requests"))
        wait = max(0.0, min(life.next_look for life in going) - time.monotonic())
        late = "; the cap leaves no room to ask the rest live" if self._unaffordable else ""
        many = "1 batch" if len(going) == 1 else f"{len(going)} batches"
        return f"{many}: {done:,} of {all_:,} done, polling in {wait:.0f} s{late}"

    def running(self) -> list[str]:
        """The run's batches that are not settled, by name."""
        return [batch.id for batch in self.batches.of_run(self.run.n) if batch.open]

    # -- for the lives of batches -------------------------------------------------------------------------------------------------------

    def told(self, life: Life) -> None:
        """See engine.batch_life.Keeper."""
        self._changed.set()

    def counted(self, life: Life, tally: Tally) -> None:
        """See engine.batch_life.Keeper."""
        batch = life.batch
        if batch is not None and batch.run == self.run.n:
            self._count(tally)
            left = max(0, batch.requests - batch.answered - batch.returned)
            self._make_room(batch.n, left)

    def crowded(self, life: Life) -> bool:
        """See engine.batch_life.Keeper."""
        others = (other for n, other in self._lives.items() if n != life.n and not self._tasks[n].done() and other.batch is not None)
        return any(other.batch.profile == life.batch.profile and other.batch.state == "submitted" for other in others)  # type: ignore[union-attr]

    async def spare(self, life: Life) -> float:
        """See engine.batch_life.Keeper. What the caps leave no room to ask live is waited for, however late it comes."""
        batch = life.batch
        if self._deadline is None or batch is None or batch.run != self.run.n:
            return inf
        elapsed = (batch.polled_at or 0.0) - (batch.submitted_at or 0.0)
        model = Model(**batch.model)
        spare = self._deadline.spare(model, batch.requests, batch.done, elapsed, self._depth.get(batch.n, 1))
        self._unaffordable = spare <= 0 and batch.n not in self._given_up and not await asyncio.to_thread(self._afford, batch, model)
        return inf if self._unaffordable else spare

    def _afford(self, batch: Batch, model: Model) -> bool:
        """Whether the caps have room for its open questions at the live price, by what answers have cost so far, or at most can cost."""
        share = 1.0 if model.price_batch is None else model.price_batch
        left, (reserved, count) = self.batches.money_left(self.run.n), self.batches.reserved(batch)
        if left is None or not share:
            return left is None
        tally = self._tally()
        dearest = reserved / share
        likely = count * tally.cost / tally.calls / share if tally.calls >= ENOUGH else dearest
        more = min(dearest, likely) - reserved
        if more > left - sum(self._given_up.values()):
            return False
        self._given_up[batch.n] = int(more)
        return True

    async def _live(self, form: Form) -> bool:
        """Whether a batch would come too late by now, as the last ones at this server lasted."""
        if self._deadline is None:
            return False
        profile = form.server.profile
        if profile not in self._lasts:
            lasted = await asyncio.to_thread(self.batches.lasted, profile)
            self._lasts[profile] = median(lasted) if lasted else 0.0
        return not self._deadline.allows(form.model, self.slots.pending, self._lasts[profile])

    def _look_after(self, n: int) -> None:
        if n not in self._tasks:
            life = self._lives[n] = Life(self, n)
            task = self._tasks[n] = asyncio.get_running_loop().create_task(life.through())
            task.add_done_callback(lambda done: self._ended(life, done))

    def _ended(self, life: Life, task: asyncio.Task[None]) -> None:
        self._changed.set()
        if task.cancelled():
            return
        if (error := task.exception()) is not None:
            self._trouble(error)
            return
        self._make_room(life.n, 0)
        if life.batch is not None:
            self._lasts.pop(life.batch.profile, None)
        if self._collector is not None and life.batch is not None:
            if life.batch.reason == NO_BATCHES:
                self._collector.without.add(life.batch.profile)
            elif life.batch.reason == FULL:
                self._collector.most[life.batch.profile] = max(1, life.batch.requests // 2)

    def _make_room(self, n: int, left: int) -> None:
        """Of the batch's questions so many are open yet."""
        if (before := self._open.get(n, 0)) > left:
            self._open[n] = left
            self._room.ended(before - left)

    def _left(self) -> Paused:
        names = ", ".join(f"b{n}" for n in self._lives if not self._tasks[n].done())
        return Paused("batch", f"Batches go on at their servers: {names}.", "The same command again goes on when they are done.")

    def _scratch(self, n: int) -> Path:
        return self.files.scratch(scratch_of(n))


def _add(spans: Spans, more: Spans) -> None:
    for root, (first, last) in more.items():
        before = spans.get(root, (first, last))
        spans[root] = (min(before[0], first), max(before[1], last))


async def _within(event: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return
