"""What the purchases of one gate share, and how they wait."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from rowsmith.core.ports import Ledger, Paused
from rowsmith.llm.form import Server
from rowsmith.llm.wire import Wire

Result = TypeVar("Result")


@dataclass(slots=True, frozen=True)
class Desk:
    """`park_s`: a longer wait pauses the run. `backoff_s`: the first wait before a repeat. `tell(kind, data)` hears what happens."""

    ledger: Ledger
    wire: Wire
    tell: Callable[[str, Mapping[str, Any]], None]
    park_s: float
    backoff_s: float
    halted: asyncio.Event
    """Nothing more is sent."""

    async def rest(self, seconds: float, place: str, more: float = 0.0) -> None:
        """Wait `seconds` that the server at `place` asks for, and a little `more`.

        Raises:
            Paused: that is longer than `park_s`.
        """
        if seconds > self.park_s:
            raise parked(seconds, place)
        if seconds + more > 0:
            try:
                await asyncio.wait_for(self.halted.wait(), seconds + more)
            except TimeoutError:
                return
            raise stopped()

    async def block(self, server: Server) -> None:
        """Tell all processes of the server's silence. One writer at a time, which takes along what comes meanwhile."""
        if server.blocking:
            return
        server.blocking = True
        try:
            while server.health.silent_until > server.blocked_until + 0.01:
                server.blocked_until = server.health.silent_until
                await self.ledger.block(server.profile, server.health.silent_for())
        finally:
            server.blocking = False


def stopped() -> Paused:
    """What a question that is not sent any more ends with."""
    return Paused("stopped", "The run is being stopped.", "Run the same command again to go on.")


def parked(seconds: float, place: str) -> Paused:
    """The pause for a wait of `seconds`."""
    until = datetime.now().astimezone() + timedelta(seconds=seconds)
    when = f"{until:%H:%M}" if seconds < 12 * 3600 else f"{until:%Y-%m-%d %H:%M}"
    return Paused("throttled", f"{place} is throttled until {when}.", f"Go on after {when}; nothing is lost.")


async def lasting(work: Coroutine[Any, Any, Result]) -> Result:
    """Await work that must be finished once begun, even when the waiting task is cancelled meanwhile."""
    task = asyncio.get_running_loop().create_task(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        while not task.done():
            await asyncio.wait([task])
        raise
