"""What a carrying-out of a run is asked for, how it tells of itself, and how it is stopped."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import RLock
from typing import Any

from rowsmith.core.ports import Keys, Ledger
from rowsmith.core.slots import Tally
from rowsmith.llm.gate import Gate
from rowsmith.store.runs import Run

Commit = Callable[[Run, bool], tuple[str, str] | None]
"""Commits the kept rows of a run; True: the run is not finished. Gives (dataset, version id), or None when nothing is to be committed."""


Tell = Callable[[str, Mapping[str, Any]], None]
"""Hears what servers do: (`throttled` or `failing`, details)."""
MakeGate = Callable[[Ledger, Keys, Tell], Gate]


@dataclass(frozen=True, slots=True)
class BatchTerms:
    """How answers are bought in batches. `collect`: they are; `only`: re-asks, too, and what a batch sent back. `wait`: until the batches are
    done; else the run pauses once they are handed over. `deadline_s`: seconds after its start by which the run is to be done. `offline`:
    nothing is sent, and batches at their servers are left alone."""

    collect: bool = False
    only: bool = False
    wait: bool = True
    deadline_s: float | None = None
    offline: bool = False


@dataclass(frozen=True, slots=True)
class Terms:
    """What this carrying-out is asked for; no part of the run's identity.

    target: kept rows to go on for. limit: slots after which no further row is taken in. attempts: most slots, as a multiple of the target.
    fresh: number of the purchase (0: answers of other runs are reused). retry_failed: failed slots get another attempt.
    grace_s: how long calls in flight may take to end when the run is stopped. storage_wait_s: how long a full disk is waited for.
    left_alone: order keys of rows that no row step is to work on (they end the process).
    """

    target: int | None = None
    limit: int | None = None
    attempts: float = 3.0
    fresh: int = 0
    retry_failed: bool = False
    grace_s: float = 30.0
    storage_wait_s: float = 60.0
    left_alone: tuple[bytes, ...] = ()
    batch: BatchTerms = BatchTerms()


@dataclass(slots=True)
class Progress:
    """Where a run stands: its counts, and what it waits for (`note`, empty when nothing). `left`: rows that are still to end, None where that cannot
    be known; `ending`: the rows of its first wave stand behind the last set step, and end at another pace than they came (engine.ahead)."""

    run: Run
    tally: Tally
    target: int | None
    seconds: float
    note: str = ""
    in_flight: int = 0
    left: int | None = None
    ending: bool = False


@dataclass(slots=True)
class Stopping:
    """A handle by which others end the carrying-out: `stop(grace_s)` and `cancel()` may be called from any thread."""

    loop: asyncio.AbstractEventLoop | None = None
    on_stop: Callable[[str, float | None], None] | None = None
    on_follow: Callable[[str, float | None], None] | None = None
    """What else is told: whoever only follows a run that another process carries out."""
    _asked: list[tuple[str, float | None]] = field(default_factory=list)
    _attaching: Any = field(default_factory=RLock)
    """No request falls between two chairs; reentrant, because a signal may interrupt whoever holds it."""

    def stop(self, grace_s: float | None = None) -> None:
        """Take nothing more in; what is in flight may end within the grace."""
        self._ask("stop", grace_s)

    def cancel(self) -> None:
        """As stop, and what is still to be done is cancelled."""
        self._ask("cancel", None)

    def _ask(self, request: str, grace_s: float | None) -> None:
        if self.on_follow is not None:
            self.on_follow(request, grace_s)
        with self._attaching:
            if self.loop is None or self.on_stop is None:
                self._asked.append((request, grace_s))
            elif not self.loop.is_closed():
                self.loop.call_soon_threadsafe(self.on_stop, request, grace_s)

    def attach(self, loop: asyncio.AbstractEventLoop, on_stop: Callable[[str, float | None], None]) -> None:
        """From now on requests go there; earlier ones too."""
        with self._attaching:
            self.loop, self.on_stop = loop, on_stop
        for request, grace_s in self._asked:
            on_stop(request, grace_s)
