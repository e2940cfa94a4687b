"""The crawl itself: the best address whose host is ready, its page, its links, and so on until nothing is left or enough has come."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from typing import Protocol

from rowsmith.connectors.web.entry import SKIPPED, Entry, Given, Lacking
from rowsmith.connectors.web.pace import Pace
from rowsmith.connectors.web.state import State
from rowsmith.core.crawls import Crawl

AHEAD = 32
"""Pages that lie ready before anybody has asked for them."""
TOLD = 100
"""Pages between two notes of how far it is."""
Outcome = Given | tuple[str, Lacking]


class Visit(Protocol):
    """Goes to an address and settles it in the state."""

    async def __call__(self, entry: Entry) -> None: ...


class Crawler:
    """Carries a crawl out. `outcomes` is its one act."""

    def __init__(self, crawl: Crawl, state: State, pace: Pace, visit: Visit, note: Callable[[str], None]) -> None:
        self._crawl, self._state, self._pace, self._visit, self._note = crawl, state, pace, visit, note
        self._running: set[asyncio.Task[None]] = set()
        self._wake, self._changed = asyncio.Event(), asyncio.Event()
        self._late = False

    async def outcomes(self) -> AsyncGenerator[Outcome, None]:
        """What comes and what does not, each once it is settled. What is asked for after one says that it was taken."""
        work = asyncio.create_task(self._work())
        work.add_done_callback(lambda _: self._changed.set())
        try:
            while not work.done() or self._state.to_give():
                self._changed.clear()
                while (found := self._state.to_give()) is not None:
                    yield found[1]
                    self._state.given(found[0])
                    self._wake.set()
                await self._changed.wait() if not work.done() else await work
        finally:
            work.cancel()
            await asyncio.gather(work, *self._running, return_exceptions=True)
        await work
        self._tell_end()
        for entry in self._state.starts(waiting=True):
            yield entry.asked, self._why_left()

    async def _work(self) -> None:
        loop = asyncio.get_running_loop()
        end = None if self._crawl.max_total_s is None else loop.time() + self._crawl.max_total_s
        try:
            while self._begun() or self._running:
                left = None if end is None else end - loop.time()
                if left is not None and left <= 0:
                    self._late = True
                    return
                waits = [wait for wait in (left, self._soonest()) if wait is not None]
                await self._woken(min(waits, default=None))
                for task in [task for task in self._running if task.done()]:
                    self._running.discard(task)
                    task.result()
        finally:
            for task in self._running:
                task.cancel()
            await asyncio.gather(*self._running, return_exceptions=True)

    def _begun(self) -> bool:
        """Begin as many visits as may be; whether there is anything to wait for."""
        while self._room() and (entry := self._state.next(self._pace.ready)) is not None:
            self._pace.begin(entry.host)
            task = asyncio.create_task(self._visited(entry))
            self._running.add(task)
            task.add_done_callback(lambda _: self._wake.set())
        return bool(self._state.hosts()) and self._state.taken < self._crawl.max_pages

    def _room(self) -> bool:
        enough = self._state.taken + len(self._running) >= self._crawl.max_pages
        return not enough and len(self._running) < self._crawl.at_once and self._state.held() < AHEAD

    def _soonest(self) -> float | None:
        """Seconds until another visit can begin by the clock alone."""
        return self._pace.soonest_s(self._state.hosts()) if self._room() else None

    async def _woken(self, most_s: float | None) -> None:
        try:
            async with asyncio.timeout(most_s):
                await self._wake.wait()
        except TimeoutError:
            return
        self._wake.clear()

    async def _visited(self, entry: Entry) -> None:
        before = self._state.taken
        try:
            await self._visit(entry)
        finally:
            self._pace.end(entry.host)
            self._changed.set()
        if self._state.taken > before and self._state.taken % TOLD == 0:
            self._note(f"{self._state.taken:,} pages, {self._state.waiting:,} addresses to go")

    def _why_left(self) -> Lacking:
        if self._late:
            return Lacking("time_limit", f"It was not gone to within {self._crawl.max_total_s:g} s.")
        return Lacking("page_limit", f"It was not gone to: {self._crawl.max_pages:,} others have come.")

    def _tell_end(self) -> None:
        for reason, count in self._state.seen.skipped().items():
            self._note(f"{count:,} links are not followed: they {SKIPPED[reason]}.")
        if left := self._state.count_waiting():
            limit = f"{self._crawl.max_total_s:g} s" if self._late else f"{self._crawl.max_pages:,} pages"
            self._note(f"The limit of {limit} is reached; {left:,} addresses were not gone to.")
