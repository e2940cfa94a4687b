"""The deadlines of a request, stage by stage: connection, headers, each silence within the body, and the whole."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from rowsmith.core.models import Model

USUAL = (60.0, 30.0, 300.0)
"""Seconds: for the headers, for each silence, for all."""
OF_LOCAL = (900.0, 120.0, 3600.0)
"""Of a local model: a small machine may need minutes to read a long question, and as many for its answer."""


@dataclass(slots=True, frozen=True)
class Deadlines:
    """Seconds: for the connection, from there to the end of the headers, for each silence within the body, for all."""

    connect: float
    first_byte: float
    idle: float
    total: float

    @classmethod
    def of(cls, model: Model) -> Deadlines:
        """The deadlines that the model names, and the usual ones where it names none."""
        first_byte, idle, total = OF_LOCAL if model.provider == "local" else USUAL
        return cls(model.connect_s, model.first_byte_s or first_byte, model.idle_s or idle, model.total_s or total)


class Attempt:
    """One request under way. `due` is when the next sign of life must have come, on the loop's clock; negative once that has
    passed. `sent` turns true when the connection stands and bytes may have left."""

    __slots__ = ("_cancelling", "_end", "_limits", "_task", "_watch", "due", "phase", "sent")

    def __init__(self, deadlines: Deadlines) -> None:
        self._limits = deadlines
        self.phase = "connect"
        self.sent = False

    def started(self, watch: Watch) -> None:
        """The connection is due first."""
        self._task = _this_task()
        self._cancelling = self._task.cancelling()
        self._watch = watch
        now = watch.clock()
        self._end = now + self._limits.total
        self.due = min(self._end, now + self._limits.connect)
        watch.add(self)

    def connected(self) -> None:
        """The connection stands; the headers are due next."""
        self.sent = True
        self._next("first_byte", self._limits.first_byte)

    def sending(self) -> None:
        """Another part of the body goes out; the headers are due that much later."""
        self._next("first_byte", self._limits.first_byte)

    def heard(self) -> None:
        """Headers or a part of the body came; the next part is due."""
        self._next("idle", self._limits.idle)

    def expire(self) -> None:
        """The deadline has passed: break the request off."""
        self.due = -self.due
        self._task.cancel()

    def expired(self) -> bool:
        """Whether a cancellation that came is the deadline's, and nobody else's."""
        return self.due < 0 and self._task.uncancel() <= self._cancelling

    def late(self) -> str:
        """Which deadline passed, in words."""
        if -self.due >= self._end:
            return f"no whole answer within total_s = {self._limits.total:g} s"
        named = {"connect": "connection", "first_byte": "headers", "idle": "further byte"}[self.phase]
        return f"no {named} within {self.phase}_s = {getattr(self._limits, self.phase):g} s"

    def _next(self, phase: str, seconds: float) -> None:
        if self.due > 0:
            self.phase = phase
            self.due = min(self._end, self._watch.clock() + seconds)
            if self.due < self._watch.at:
                self._watch.look_at(self.due)


class Watch:
    """Ends attempts whose deadline has passed. One timer serves all of them, so that moving a deadline is setting a number: a timer of
    each request's own, moved three times, cost 20 us a call."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self.clock = loop.time
        self.at = float("inf")
        self._timer: asyncio.TimerHandle | None = None
        self._running: set[Attempt] = set()

    def add(self, attempt: Attempt) -> None:
        """Watch an attempt that begins."""
        self._running.add(attempt)
        if attempt.due < self.at:
            self.look_at(attempt.due)

    def remove(self, attempt: Attempt) -> None:
        """It is over."""
        self._running.discard(attempt)

    def look_at(self, when: float) -> None:
        """Look after the deadlines at a time earlier than planned."""
        self.stop()
        self.at = when
        self._timer = self._loop.call_at(when, self._look)

    def stop(self) -> None:
        """Look no more."""
        self.at = float("inf")
        if self._timer is not None:
            self._timer.cancel()

    def _look(self) -> None:
        self.at = float("inf")
        now = self.clock()
        for attempt in [attempt for attempt in self._running if attempt.due <= now]:
            self._running.discard(attempt)
            attempt.expire()
        if self._running:
            self.look_at(min(attempt.due for attempt in self._running))


def _this_task() -> asyncio.Task[Any]:
    task = asyncio.current_task()
    if task is None:
        raise RuntimeError("A request is made within a task.")
    return task
