"""Carries on guided talks: what takes long is done by a thread, whoever watches, and the full run is left to the worker.

An act is one thing said or done in a talk, and what follows of it without anything being said. One is under way in a talk at a time; its turns
are kept as they come. What the end of the process breaks off stands as it stood after the last turn, and the same again goes on.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event, Lock, Thread
from typing import Any

from rowsmith.app.guide import Guide
from rowsmith.app.lab import Lab
from rowsmith.app.results import Result
from rowsmith.app.runs import Runs
from rowsmith.core.errors import Conflict, RowsmithError
from rowsmith.engine.terms import Progress, Stopping
from rowsmith.worker.worker import Worker

AT_ONCE_S = 0.4
"""An act that is over within this time is answered with what it came to."""
PATIENCE_S = 2.0
"""So long an act waits for one before it that is quick."""
LOOK_S = 0.2
log = logging.getLogger(__name__)
Act = Callable[..., None]
"""Does something in a talk: `act(guide, on_progress=..., stopping=...)`."""


@dataclass(slots=True)
class Doing:
    """What is under way in a talk: `what` it is, since when, and the run that does it, as far as there is one."""

    what: str
    since: float
    run: str = ""
    stopping: Stopping = field(default_factory=Stopping)
    asked: Event = field(default_factory=Event)
    """Somebody asked it to stop."""
    over: Event = field(default_factory=Event)
    error: Exception | None = None


class Talks:
    """The acts that are under way in the guided talks of a home."""

    def __init__(self, lab: Lab, worker: Worker) -> None:
        self.lab = lab
        self.worker = worker
        self._lock = Lock()
        self._doing: dict[tuple[str, str], Doing] = {}
        self._faults: dict[tuple[str, str], RowsmithError] = {}
        self._ending = Event()

    def doing(self, project: str, guide: Guide) -> Doing | None:
        """What is under way in a talk."""
        return self._doing.get((project, guide.id))

    def fault(self, project: str, guide: Guide) -> RowsmithError | None:
        """Why the last act did not come to its end, until another one begins."""
        return self._faults.get((project, guide.id))

    def do(self, project: str, spoken: str, what: str, act: Act, *, waits: bool = False) -> Guide:
        """Begin an act; the talk as it stands after it where it is quick, else as it stood. `waits`: it means the same whatever is done just now,
        and waits a moment for its end.

        Raises:
            NotFound: there is no such talk. Conflict: something is under way in it. What the act raises, where it is quick
            and has changed nothing.
        """
        guide = self.lab.project(project).guides.get(spoken)
        key = (project, guide.id)
        if waits and (first := self._doing.get(key)) is not None:
            first.over.wait(PATIENCE_S)
            guide = self.lab.project(project).guides.get(guide.id)
        doing, before = Doing(what, time.time()), guide.turn.n
        with self._lock:
            if key in self._doing or self._ending.is_set():
                what = self._doing[key].what if key in self._doing else "The end of the server"
                raise Conflict(f"{what} is under way in session {guide.name}.", "Wait for its end, or stop it.")
            self._doing[key] = doing
            self._faults.pop(key, None)
        guide.full = _Left(self.lab, project, self.worker, doing, self._ending)
        Thread(target=self._carry_out, args=(key, guide, doing, act), name=f"guide {guide.id}", daemon=True).start()
        if doing.over.wait(AT_ONCE_S) and doing.error is not None and guide.turn.n == before:
            self._faults.pop(key, None)
            raise doing.error
        return self.lab.project(project).guides.get(guide.id)

    def stop(self, project: str, spoken: str) -> None:
        """Ask what is under way in a talk to end: calls in flight may, and what is there is kept.

        Raises:
            NotFound: there is no such talk. Conflict: nothing is under way.
        """
        guide = self.lab.project(project).guides.get(spoken)
        doing = self.doing(project, guide)
        if doing is None:
            raise Conflict(f"Nothing is under way in session {guide.name}.", "Look at it as it stands now.")
        doing.asked.set()
        doing.stopping.stop()

    def end(self, grace_s: float) -> None:
        """Begin nothing more; what is under way may end within the grace."""
        with self._lock:
            self._ending.set()
            under_way = list(self._doing.values())
        for doing in under_way:
            doing.stopping.stop(grace_s)
        for doing in under_way:
            doing.over.wait(grace_s)

    def _carry_out(self, key: tuple[str, str], guide: Guide, doing: Doing, act: Act) -> None:
        def on_progress(progress: Progress) -> None:
            doing.run = progress.run.id

        try:
            act(guide, on_progress=on_progress, stopping=doing.stopping)
        except RowsmithError as error:
            doing.error = self._faults[key] = error
        except Exception as error:
            log.error("guide %s", guide.id, exc_info=error)
            doing.error = self._faults[key] = Conflict(f"{doing.what} broke off: {error}", "The log of the server says more. Try it again.")
        finally:
            with self._lock:
                del self._doing[key]
            guide.rested()
            doing.over.set()


class _Left(Runs):
    """Runs that the worker carries out, while the thread of the talk waits for their end."""

    def __init__(self, lab: Lab, project: str, worker: Worker, doing: Doing, ending: Event) -> None:
        super().__init__(lab, project)
        self._worker, self._doing, self._ending = worker, doing, ending

    def start(self, *recipe: Any, **how: Any) -> Result:
        """As of Runs, in a worker.

        Raises:
            Conflict: the server ends; the run does not.
        """
        left = super().start(*recipe, **{**how, "queue": True, "on_progress": None, "stopping": None})
        self._doing.run = left.run
        self._worker.wake()
        while left.state in ("queued", "running"):
            if self._ending.wait(LOOK_S):
                raise Conflict("The server ends.", "The run goes on with the next one; then go on here.")
            if self._doing.asked.is_set():
                self._doing.asked.clear()
                self.stop(left.run)
            left = self.result(left.run)
        return left
