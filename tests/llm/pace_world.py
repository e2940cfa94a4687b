"""A server with a hidden limit and a client that asks it as fast as its pace allows, on a clock of their own."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count
from math import ceil
from typing import Any

from rowsmith.llm.pace import Pace
from rowsmith.testing.rate_meter import RateMeter

FORMS: dict[str, Callable[[float], float]] = {
    "exact": lambda wait: wait,
    "seconds": lambda wait: float(ceil(wait)),
    "none": lambda wait: random.Random(wait).uniform(0.25, 0.5),
}
"""What silence a refusal comes to: the true wait, whole seconds, or, where nothing is said, a backoff."""


class Window:
    """So many calls in each minute by the server's clock, then nothing until the next."""

    def __init__(self, rpm: int) -> None:
        self.rpm, self._minute, self._used = rpm, -1, 0

    def ask(self, now: float) -> float:
        if int(now // 60) != self._minute:
            self._minute, self._used = int(now // 60), 0
        if self._used >= self.rpm:
            return 60 - now % 60
        self._used += 1
        return 0.0


@dataclass
class World:
    """Everything that happens, in order. `passed` and `refused` are the times of calls at the server."""

    ask: Callable[[float], float]
    places: int = 16
    latency: float = 0.02
    form: str = "exact"
    seed: int = 0
    now: float = 0.0
    pace: type[Pace] = Pace
    passed: list[float] = field(default_factory=list)
    refused: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.paces: list[Pace] = []
        self._events: list[tuple[float, int, Callable[..., None], tuple[Any, ...]]] = []
        self._number = count()

    def run(self, seconds: float, clients: int = 1) -> World:
        """Let the clients ask for so long."""
        for _ in range(clients):
            self.paces.append(self.pace(lambda: self.now))
            _Client(self, self.paces[-1]).look()
        while self._events and self._events[0][0] <= seconds:
            self.now, _, act, given = heappop(self._events)
            act(*given)
        return self

    def at(self, seconds: float, act: Callable[..., None], *given: Any) -> None:
        """Something happens in so many seconds."""
        heappush(self._events, (self.now + seconds, next(self._number), act, given))

    def used(self, permitted: float, start: float, end: float) -> float:
        """The share of the permitted calls (a second) that were let through in this time."""
        return sum(start <= at < end for at in self.passed) / (permitted * (end - start))


class _Client:
    def __init__(self, world: World, pace: Pace) -> None:
        self.world, self.pace = world, pace
        self.flying, self.silent_until, self.looking = 0, 0.0, False

    def look(self) -> None:
        """Send what may be sent now, and look again when more may be."""
        world = self.world
        while self.flying < world.places:
            wait = max(self.silent_until - world.now, self.pace.ready_in())
            if wait > 0:
                self._later(wait)
                return
            self.flying += 1
            world.at(world.chance.uniform(0.0005, 0.003), self._arrive, self.pace.sent())

    def _later(self, wait: float) -> None:
        if not self.looking:
            self.looking = True
            self.world.at(wait + self.world.chance.uniform(0, 0.002), self._woken)  # timers are late

    def _woken(self) -> None:
        self.looking = False
        self.look()

    def _arrive(self, sent_at: float) -> None:
        world = self.world
        if wait := world.ask(world.now):
            world.refused.append(world.now)
            world.at(0.001, self._refused, sent_at, FORMS[world.form](wait))
        else:
            world.passed.append(world.now)
            world.at(world.latency * world.chance.uniform(0.8, 1.2), self._answered)

    def _refused(self, sent_at: float, silence: float) -> None:
        self.flying -= 1
        self.silent_until = max(self.silent_until, self.world.now + silence)
        self.pace.refused(sent_at, silence, told=self.world.form != "none")
        self.look()

    def _answered(self) -> None:
        self.flying -= 1
        self.look()


def meter(per_second: float, burst: int = 1) -> Callable[[float], float]:
    """A server that permits so many calls a second, `burst` of them at once."""
    found = RateMeter(per_second * 60, burst)
    found._next = -1e9
    return found.ask
