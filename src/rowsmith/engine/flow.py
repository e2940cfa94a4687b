"""A run in motion: a feeding thread brings rows, the loop asks models for them, a working thread carries the answers on.

    feed (thread) --items--> loop: asking steps, one task a row --rows--> bench (thread): row steps --items--> loop ...

Rows in flight are bounded; the oldest go first. The three meet in `Flow`, whose counts say when a wave has come to rest.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Awaitable, Callable, Generator, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from rowsmith.core.errors import RowFailed, RowsmithError
from rowsmith.core.ids import child_order
from rowsmith.core.models import Model
from rowsmith.core.ports import Gate, NotRecorded, Parked, Paused
from rowsmith.core.row import Drop, New, Row
from rowsmith.core.slots import FINAL, NOT_RECORDED, WAITING
from rowsmith.engine.advance import Advance, child
from rowsmith.engine.context import AskContext, StepContext, sampling
from rowsmith.engine.item import APART, TOGETHER, Item

CHUNK = 64
"""Most items handed to the loop at once."""
Admits = Callable[[], bool | None]
"""Whether another row may be taken in; called on the feeding thread. None: not now, wait for others."""


class Flow:
    """Carries the rows of one root after another until nothing moves.

    Args:
        park: told of a row (its order key) whose answer comes with a batch, and of the step that asked.
        window: most rows in flight.
    """

    def __init__(
        self, advance: Advance, contexts: list[StepContext], gate: Gate, models: Mapping[str, Model], *, fresh: int, window: int,
        hold: Callable[[], None], park: Callable[[bytes, int, int], None],
    ) -> None:  # fmt: skip
        self.advance, self.contexts, self.gate, self.models = advance, contexts, gate, models
        self.fresh, self.window, self.hold, self.park = fresh, window, hold, park
        self._foreign = [not type(step).__module__.startswith("rowsmith.") for step in advance.routes.steps]
        self._params = {role: sampling(model) for role, model in models.items()}
        self._loop = asyncio.get_running_loop()
        self._room = threading.Condition()
        self._flying = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._quiet = asyncio.Event()
        self._bench: queue.SimpleQueue[tuple[Item, list[tuple[int, Row | Drop]]] | None] = queue.SimpleQueue()
        self._bench_thread: threading.Thread | None = None
        self.stopping = False
        self.exhausted = True
        self.paused: Paused | None = None
        self.broken: BaseException | None = None
        self._direct = [all(advance.shapes[n] != "row" for n in following) for following in advance.routes.next]

    # -- feeding ------------------------------------------------------------------------------------------------------------------------

    async def carry(self, items: Iterator[Item], *, admits: Admits, fed: Callable[[], None]) -> None:
        """Take in what the iterator gives, as far as admission allows, and wait until it has come to rest; `fed` is called when all are in.
        `exhausted` turns false when admission ended before the iterator did."""
        await asyncio.to_thread(self._feed, items, admits)
        fed()
        while self._flying:
            self._quiet.clear()
            await self._quiet.wait()

    def _feed(self, items: Iterator[Item], admits: Admits) -> None:
        batch: list[Item] = []
        together = 0
        try:
            while self._admit(batch, admits, together > 0):
                item = next(items, None)
                if item is None:
                    break
                together += (item is TOGETHER) - (item is APART)
                if not item.marks:
                    batch.append(item)
            else:
                self.exhausted = False
            self._hand_over(batch)
        except RowsmithError as error:
            self._break(error)
        except RowFailed as error:
            self._break(RowsmithError(str(error), "What was kept is safe; mend the step and run the same command again."))
        except Exception as error:  # noqa: BLE001 - a source may fail in any way; the run ends and says so
            self._break(error)
        finally:
            if isinstance(items, Generator):
                items.close()

    def _admit(self, batch: list[Item], admits: Admits, together: bool) -> bool:
        """Wait for room; hand the batch over when it is full or when others are waiting. False: no more in this wave. `together`: a group is not all
        there, which neither target nor limit parts, nor a stop."""
        while not self.stopping:
            self.hold()
            may = together or admits()
            if may is False:
                return False
            with self._room:
                room = self.window - self._flying - len(batch)
                if may and room > 0 and len(batch) < CHUNK and (self._flying or not batch):
                    return True
            if batch:
                self._hand_over(batch)
                continue
            with self._room:
                if self._flying == 0 and may is None:
                    return False
                self._room.wait(0.1)
        return together and self.broken is None

    def _hand_over(self, batch: list[Item]) -> None:
        if batch:
            items = batch.copy()
            batch.clear()
            with self._room:
                self._flying += len(items)
            self._loop.call_soon_threadsafe(self._accept, items)

    # -- the loop -----------------------------------------------------------------------------------------------------------------------

    def _accept(self, items: Iterable[Item]) -> None:
        """Items that stand before asking steps; they are counted as flying already."""
        for item in items:
            if self.stopping:
                self._landed(1)
                continue
            task = self._loop.create_task(self._ask(item))
            self._tasks.add(task)
            task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        """A question that is cut off before its task has run once never comes to its own `except`. Nor may an error of ours keep a row in
        the air: the run would wait for it for ever."""
        self._tasks.discard(task)
        if task.cancelled():
            self._landed(1)
        elif (error := task.exception()) is not None:
            self._break(error)
            self._landed(1)

    async def _ask(self, item: Item) -> None:
        position = item.at
        step: Any = self.advance.routes.steps[position]
        seq = 16 * item.wanted[0] if item.wanted else 0
        # Rows that a question is the first to make are at their first draw, whatever became of the row that it is about.
        attempt = item.attempt if item.again or not step.makes else 0
        context = AskContext(
            self.contexts[position], item.row, self.gate, self.models, self._params, self.fresh, item.wanted, attempt, seq
        )
        try:
            asked = step.rows(item.row, context)
            if (peril := self.advance.peril) and self._foreign[position]:
                asked = peril.asked(item.row, step.title, asked)
            out = list(await _plainly(asked))
            if step.makes and not item.wanted and (count := sum(isinstance(one, New) for one in out)):
                item = self.advance.opening(item, tuple(range(count)))
            rows = self._filled(item, out, context.made()) if step.makes else self._passed(item, out, context.made())
        except RowFailed as error:
            self._failed(item, error.reason, str(error))
        except NotRecorded as lacking:
            self._failed(item, NOT_RECORDED, str(lacking))
        except Parked as wait:
            self.park(item.row.order, wait.batch, position)
            self._landed(1)
        except Paused as pause:
            self.pause(pause)
            self._landed(1)
        except RowsmithError as error:
            self._break(error)
            self._landed(1)
        except Exception as error:  # noqa: BLE001 - a plug-in's step may fail in any way; the row says so, the run goes on
            self._failed(item, "error", f"{type(error).__name__}: {error}")
        else:
            (self._carry_on if self._direct[position] else self._to_bench)(item, rows)

    def _failed(self, item: Item, reason: str, detail: str) -> None:
        if not item.wanted:
            self.advance.nothing(item, reason, detail, failed=True)
        for order in self._open_orders(item):
            self.advance.slots.fail(order, item.at, item.attempt, reason, detail)
        self._landed(1)

    def _open_orders(self, item: Item) -> list[bytes]:
        """The slots that wait for this answer."""
        if not item.wanted:
            return []
        orders = [child_order(item.row.order, item.at, index) for index in item.wanted]
        return [order for order in orders if not self._ended(item, order)]

    def _ended(self, item: Item, order: bytes) -> bool:
        known = item.known.get(order)
        return known is not None and not item.again and (known.state in FINAL or known.state == WAITING or known.attempt > 0)

    def _passed(self, item: Item, out: list[Any], made: dict[str, Any]) -> list[tuple[int, Row | Drop]]:
        if len(out) != 1 or isinstance(out[0], New):
            self.advance.slots.fail(item.row.order, item.at, item.attempt, "step_broken", f"Step {made['step']!r} gave {len(out)} rows for one.")
            return []
        if isinstance(out[0], Drop):
            return [(-1, out[0])]
        return [(-1, replace(out[0], id=item.row.id, order=item.row.order).with_made(made))]

    def _filled(self, item: Item, out: list[Any], made: dict[str, Any]) -> list[tuple[int, Row | Drop]]:
        slots = self.advance.slots
        title = self.advance.routes.steps[item.at].title
        free = [i for i in item.wanted if not self._ended(item, child_order(item.row.order, item.at, i))]
        rows: list[tuple[int, Row | Drop]] = []
        drop = next((o for o in out if isinstance(o, Drop)), None)
        if not item.wanted:
            reason, detail = (drop.reason, drop.detail) if drop else ("no_rows", f"{title} asks nothing of it.")
            self.advance.nothing(item, reason, detail)
        for place, new in enumerate(o for o in out if isinstance(o, New)):
            index = new.index if new.index is not None else (item.wanted[place] if place < len(item.wanted) else -1)
            if index in free:
                free.remove(index)
                rows.append((index, child(item.row, title, item.at, index, new, made)))
        for index in free:
            order = child_order(item.row.order, item.at, index)
            if drop is not None:
                slots.drop(order, item.at, item.attempt, drop.reason, drop.detail)
            else:
                slots.fail(order, item.at, item.attempt, "missing", f"{title} was asked for {len(item.wanted)} rows and gave {len(out)}.")
        return rows

    # -- carrying on --------------------------------------------------------------------------------------------------------------------

    def _carry_on(self, item: Item, rows: list[tuple[int, Row | Drop]]) -> None:
        """On the loop: what follows is the end, a set step, or another question."""
        items = list(self._next_items(item, rows))
        with self._room:
            self._flying += len(items)
        self._accept(items)
        self._landed(1)

    def _next_items(self, item: Item, rows: list[tuple[int, Row | Drop]]) -> Iterator[Item]:
        for index, row in rows:
            if isinstance(row, Drop):
                self.advance.slots.drop(item.row.order, item.at, item.attempt, row.reason, row.detail)
                continue
            entries = {**item.entries, item.at: (item.row, index if index >= 0 else None)}
            onward = self.advance.after(Item(row, item.at, item.attempt, entries, item.known), item.at)
            yield from (following for following in onward if not following.marks)

    def _to_bench(self, item: Item, rows: list[tuple[int, Row | Drop]]) -> None:
        if self._bench_thread is None:
            self._bench_thread = threading.Thread(target=self._work, name="row steps", daemon=True)
            self._bench_thread.start()
        self._bench.put((item, rows))

    def _work(self) -> None:
        """The bench: row steps behind asking steps, off the loop."""
        while (first := self._bench.get()) is not None:
            jobs = [first]
            while len(jobs) < CHUNK:
                try:
                    job = self._bench.get_nowait()
                except queue.Empty:
                    break
                if job is None:
                    self._bench.put(None)
                    break
                jobs.append(job)
            found: list[Item] = []
            try:
                for item, rows in jobs:
                    found += self._next_items(item, rows)
            except Exception as error:  # noqa: BLE001 - nothing may hide: the run ends with it
                self._break(error)
            self._loop.call_soon_threadsafe(self._back, found, len(jobs))

    def _back(self, found: list[Item], landed: int) -> None:
        with self._room:
            self._flying += len(found)
        self._accept(found)
        self._landed(landed)

    def _landed(self, count: int) -> None:
        with self._room:
            self._flying -= count
            if self._flying <= self.window // 2:
                self._room.notify_all()
            quiet = self._flying == 0
        if quiet:
            self._quiet.set()

    # -- ending -------------------------------------------------------------------------------------------------------------------------

    def pause(self, pause: Paused) -> None:
        """The run cannot go on now."""
        self.paused = self.paused or pause
        self.stop()
        self.gate.halt()

    def halt(self, error: BaseException) -> None:
        """End the run with this error."""
        self._break(error)

    def _break(self, error: BaseException) -> None:
        self.broken = self.broken or error
        self.stop()

    def stop(self) -> None:
        """Take nothing more in. What is in flight goes on until it ends or is cut off. From any thread."""
        self.stopping = True
        with self._room:
            self._room.notify_all()

    def cut_off(self) -> None:
        """Cancel every question that is still open."""
        for task in list(self._tasks):
            task.cancel()

    def close(self) -> None:
        """End the bench."""
        if self._bench_thread is not None:
            self._bench.put(None)
            self._bench_thread.join()
            self._bench_thread = None


async def _plainly(asked: Awaitable[Iterable[Any]]) -> Iterable[Any]:
    """What a step gives. Of questions that it asks at once, in a task group, one may say that the run, or this row, has to wait."""
    try:
        return await asked
    except ExceptionGroup as group:
        for kind in (Paused, Parked):
            found: Any = group.subgroup(kind)
            while isinstance(found, ExceptionGroup):
                found = found.exceptions[0]
            if found is not None:
                raise found from group
        raise
