"""Batch APIs: many questions handed over at once, answered within a day at a lower price. One file for each API that there is.

A batch API only translates. What it asks of the server goes through `Talk`, which knows about connections, keys and trouble; it keeps no
state. A provider's method `batch` says which one its models have.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from rowsmith.core.models import Model
from rowsmith.llm.batch.talk import Talk

DAY_S = 86_400.0
MARK = "rowsmith_batch"
"""The name in a batch's metadata under which our own id stands."""


@dataclass(slots=True, frozen=True)
class Bounds:
    """The most of one batch: requests, bytes of its requests, and seconds that it may take."""

    requests: int
    bytes: int
    window_s: float = DAY_S


@dataclass(slots=True, frozen=True)
class Job:
    """A batch as an API has to know it. `token` is our own id of it; `path` holds its requests, one a line; `known` are the ids of other
    batches of ours; `tried_at` is when its creation was first tried, in seconds since 1970 by our clock."""

    token: str
    model: Model
    path: Path
    requests: int
    size: int
    tried_at: float
    known: frozenset[str] = frozenset()


State = Literal["running", "ending", "ended", "failed"]
"""`ending`: it is being cancelled. `failed`: nothing of it was carried out. `ended`: there are results, of all or of some."""


@dataclass(slots=True, frozen=True)
class Remote:
    """A batch as its server has it. `done` are items with a result of whatever kind (None: not told before it has ended); `results` name
    what is to be fetched. `reason` is how it ended: completed, expired, cancelled, or the code that it failed with, whose `lines`
    (counted from 1) were wrong, where that is said."""

    id: str
    state: State
    done: int | None = None
    results: tuple[str, ...] = ()
    reason: str = ""
    detail: str = ""
    lines: tuple[tuple[int, str], ...] = ()
    expires_at: float | None = None


@dataclass(slots=True, frozen=True)
class Result:
    """One line of results. `raw`: the answer, as a live call's reply would have been. Without one, `reason` says why (`expired`, `cancelled`
    ...), or `status` is the HTTP status of an error, and `raw` its body. `key` is empty when the line cannot be read."""

    key: str = ""
    raw: bytes = b""
    status: int = 200
    reason: str = ""


class BatchApi(Protocol):
    """What one kind of server offers. Whoever calls it minds `NotSent`, `Lost` and `Refused` (llm.batch.talk), and `Paused`."""

    def bounds(self, model: Model) -> Bounds:
        """How large a batch may be."""
        ...

    def line(self, key: str, body: bytes) -> bytes:
        """The line of one request, with its end; `key` is its custom id, `body` the JSON of a live question."""
        ...

    async def upload(self, talk: Talk, job: Job) -> str:
        """Hand the requests over; the name of what the server keeps of them, empty where the creation itself holds them."""
        ...

    async def create(self, talk: Talk, job: Job, file: str) -> Remote:
        """Create the batch. It costs from here on."""
        ...

    async def find(self, talk: Talk, job: Job) -> Remote | None:
        """The batch that an earlier try has created; None when there is none."""
        ...

    async def look(self, talk: Talk, remote: str) -> Remote:
        """How the batch with this id stands."""
        ...

    async def cancel(self, talk: Talk, remote: str) -> None:
        """End it soon. Cancelling what has ended is fine."""
        ...

    def addresses(self, remote: Remote, model: Model) -> Sequence[str]:
        """Where the results are fetched, one after the other; relative to the server's base address."""
        ...

    def result(self, line: bytes) -> Result:
        """What a line of results says. Never raises, whatever it is."""
        ...
