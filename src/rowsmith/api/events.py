"""What happens, as one stream for everything: events of all projects in order, and between them where runs stand.

An event has its number as id. A client that comes back says the last one it saw (`Last-Event-ID`, or `after` in the address) and gets what it
missed, or, when that is more than `MOST`, the word to load anew. Progress has no id: the newest is all that counts. One thread looks into the
database for all clients, so that runs of other processes are seen, too.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Header, Query, Request
from sse_starlette import EventSourceResponse

from rowsmith.api.acting import InProject
from rowsmith.api.paging import MOST, Page, newest
from rowsmith.app.lab import Lab
from rowsmith.store import events as store
from rowsmith.store.events import Event
from rowsmith.store.runs import Runs

router = APIRouter(tags=["events"])
LOOK_S = 0.25
"""Seconds between two looks: so often, at most, progress is told."""
HELD = 256
"""Messages that wait for a slow client; it is let go when there are more, and comes back by itself."""


class Stream:
    """Looks for news while anybody listens, and hands them to all who do."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self._listeners: set[asyncio.Queue[dict[str, Any] | None]] = set()
        self._task: asyncio.Task[None] | None = None
        self._after = 0
        self._told: dict[int, Any] = {}
        self._beginning = asyncio.Lock()

    async def listen(self, after: int | None) -> AsyncIterator[dict[str, Any]]:
        """Messages from number `after` on (None: from now on), until the client goes."""
        queue: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue(HELD)
        async with self._beginning:
            if self._task is None or self._task.done():
                self._after, self._told = await asyncio.to_thread(store.newest, self.lab.db), {}
                self._task = asyncio.create_task(self._look())
        seen = self._after
        self._listeners.add(queue)
        try:
            yield {"event": "hello", "data": orjson.dumps({"at": seen}).decode(), **({"id": str(seen)} if after is None else {})}
            missed = [] if after is None else await asyncio.to_thread(store.since, self.lab.db, after, seen, MOST + 1)
            if len(missed) > MOST:
                yield {"event": "reload", "id": str(seen), "data": "{}"}
            else:
                for event in missed:
                    yield _told(event)
            for one in self._told.values():
                yield one
            while (message := await queue.get()) is not None:
                yield message
        finally:
            self._listeners.discard(queue)
            if not self._listeners and self._task is not None:
                self._task.cancel()
                self._task = None

    async def _look(self) -> None:
        while True:
            found, progress = await asyncio.to_thread(self._news)
            changed = [message for n, message in progress.items() if self._told.get(n) != message]
            self._after, self._told = found[-1].n if found else self._after, progress  # in one go with handing them out: nobody gets one twice
            for message in [*map(_told, found), *changed]:
                for queue in list(self._listeners):
                    if queue.full():
                        self._listeners.discard(queue)
                        while not queue.empty():
                            queue.get_nowait()
                        queue.put_nowait(None)
                    else:
                        queue.put_nowait(message)
            await asyncio.sleep(LOOK_S)

    def _news(self) -> tuple[Sequence[Event], dict[int, dict[str, Any]]]:
        found, progress = store.since(self.lab.db, self._after, None, MOST), {}
        for run in Runs(self.lab.db).going():
            told = {"run": run.id, "project": run.project, "recipe": run.recipe_name, "state": run.state, "totals": run.totals,
                    "target": run.options.get("target"), "started_at": run.started_at}  # fmt: skip
            progress[run.n] = {"event": "progress", "data": orjson.dumps(told).decode()}
        return found, progress


def _told(event: Event) -> dict[str, Any]:
    return {"id": str(event.n), "event": "event", "data": orjson.dumps(_facts(event)).decode()}


def _facts(event: Event) -> dict[str, Any]:
    run = None if event.run is None else f"r{event.run}"
    return {"n": event.n, "project": event.project, "run": run, "kind": event.kind, "data": event.data, "at": event.at}


@router.get("/events/stream", operation_id="stream_events", response_class=EventSourceResponse)
async def stream_events(
    request: Request, after: Annotated[int | None, Query(ge=0)] = None, last_event_id: Annotated[str | None, Header()] = None
) -> EventSourceResponse:
    """Everything that happens, as server-sent events: `event` (with an id), `progress` of runs, `reload` when too much was missed."""
    last = int(last_event_id) if last_event_id and last_event_id.isdigit() else after
    stream: Stream = request.app.state.stream
    return EventSourceResponse(stream.listen(last), ping=15, headers={"X-Accel-Buffering": "no"})


@router.get("/projects/{project}/events", operation_id="list_events")
def list_events(
    project: InProject, after: Annotated[int | None, Query(ge=0)] = None, run: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = 100,
) -> Page[dict[str, Any]]:  # fmt: skip
    """The events that follow number `after`, or without it the last ones, oldest first."""
    found = project.events.list(after=after, run=run, limit=limit + 1)
    if after is None:  # the last ones are asked for, and one more was before them
        found = found[-limit:]
    return newest([_facts(event) for event in found], 0, limit)
