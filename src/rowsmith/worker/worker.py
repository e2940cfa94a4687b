"""Carries out the runs that are left to a worker: those that wait, and those whose worker's process ended.

Several workers may look at one home: the database decides who takes a run. A run that ends, pauses or is stopped is left alone from then on.
"""

from __future__ import annotations

import logging
from threading import Event, Lock, Thread

from rowsmith.app.lab import Lab
from rowsmith.app.options import AGAIN, Options
from rowsmith.core.errors import Conflict, RowsmithError
from rowsmith.engine.terms import Stopping
from rowsmith.store.runs import Run, Runs

LOOK_S = 0.5
"""Seconds between two looks for work, unless somebody wakes the worker."""
log = logging.getLogger(__name__)


class Worker:
    """Takes runs of a home, `at_once` of them together."""

    def __init__(self, lab: Lab, at_once: int = 2) -> None:
        self.lab = lab
        self.at_once = at_once
        self._store = Runs(lab.db)
        self._carried: dict[int, Stopping] = {}
        self._threads: list[Thread] = []
        self._lock = Lock()
        self._ending = Event()
        self._woken = Event()
        self._looking = Thread(target=self._look, name="rowsmith worker", daemon=True)

    def start(self) -> None:
        """Begin to look for work."""
        self._looking.start()

    def wake(self) -> None:
        """There is work."""
        self._woken.set()

    def stop(self, grace_s: float = 30.0) -> None:
        """Take nothing more; runs that are carried out stop within the grace, and wait for the next worker."""
        self._ending.set()
        self._woken.set()
        self._looking.join()
        with self._lock:
            carried = dict(self._carried)
        for stopping in carried.values():
            stopping.stop(grace_s)
        for thread in self._threads:
            thread.join()
        for n in carried:
            run = self._store.get(n)
            if run.state == "stopped" and not self._store.held(run):
                self._store.queue(run, run.options, self.lab.who)

    def _look(self) -> None:
        while not self._ending.is_set():
            self._woken.clear()
            try:
                self._take()
            except RowsmithError as error:  # the database is away for a while; the next look may find it
                log.warning("%s", error)
            self._woken.wait(LOOK_S)

    def _take(self) -> None:
        with self._lock:
            free = self.at_once - len(self._carried)
        for run in self._store.left() if free > 0 else ():
            with self._lock:
                if free <= 0 or self._ending.is_set():
                    return
                if run.n in self._carried:
                    continue
                self._carried[run.n] = Stopping()
                free -= 1
            thread = Thread(target=self._carry_out, args=(run, self._carried[run.n]), name=f"run {run.id}", daemon=True)
            self._threads = [one for one in self._threads if one.is_alive()] + [thread]
            thread.start()

    def _carry_out(self, run: Run, stopping: Stopping) -> None:
        options = Options.of(run)
        try:
            self.lab.project(run.project).runs.resume(
                run.id, retry_failed=options.queued == AGAIN, offline=options.offline, commit_partial=options.commit_partial, stopping=stopping
            )
        except Conflict as error:  # another worker was first
            log.info("%s", error)
        except Exception as error:
            log.error("run %s", run.id, exc_info=error)
            self._give_up(run, error)
        finally:
            with self._lock:
                del self._carried[run.n]
            self._woken.set()

    def _give_up(self, run: Run, error: Exception) -> None:
        """A run that cannot even begin is not tried again and again: it stands as failed, with the reason."""
        self._store.fail(self._store.get(run.n), str(error))
