"""Events: what has happened in a project, in order."""

from __future__ import annotations

from collections.abc import Sequence

from rowsmith.app.lab import Lab
from rowsmith.store import events
from rowsmith.store.events import Event
from rowsmith.store.runs import Runs


class Events:
    """The events of one project."""

    def __init__(self, lab: Lab, project: str) -> None:
        self.lab = lab
        self.project = project

    def list(self, *, after: int | None = None, run: str | None = None, limit: int = 100) -> Sequence[Event]:
        """The `limit` events that follow number `after`, or without it the last ones; oldest first. `run` (r12): only those of one run.

        Raises:
            NotFound: there is no such run.
        """
        n = None if run is None else Runs(self.lab.db).get(run).n
        return events.found(self.lab.db, self.project, after=after or 0, run=n, limit=limit, newest=after is None)
