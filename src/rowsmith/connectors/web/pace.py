"""How often a host is asked: so many requests at the same time, and so long between the beginnings of two."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict

from rowsmith.connectors.web.entry import Lacking


class Pace:
    """The turns of all hosts, on one loop."""

    def __init__(self, delay_s: float, per_host: int) -> None:
        self._least_s, self._per_host = delay_s, per_host
        self._delays: dict[str, float] = {}
        self._next: defaultdict[str, float] = defaultdict(float)
        self._busy: Counter[str] = Counter()
        self.left: dict[str, Lacking] = {}
        """Hosts that are not asked any more, and why: they want to be left alone for longer than is waited."""

    def slow(self, host: str, delay_s: float) -> None:
        """Ask a host less often from now on, as its robots.txt wants it."""
        self._delays[host] = max(self._least_s, delay_s)

    def hold(self, host: str, wait_s: float) -> None:
        """Leave a host alone for so long."""
        self._next[host] = max(self._next[host], _now() + wait_s)

    def ready(self, host: str) -> bool:
        """Whether a visit to the host may begin."""
        return self._busy[host] < self._per_host and self._next[host] <= _now()

    def soonest_s(self, hosts: list[str]) -> float | None:
        """Seconds until one of these hosts is ready, as far as the clock decides it; None where all are busy."""
        free = [self._next[host] - _now() for host in hosts if self._busy[host] < self._per_host]
        return max(0.0, min(free)) if free else None

    def begin(self, host: str) -> None:
        """A visit begins."""
        self._busy[host] += 1

    def end(self, host: str) -> None:
        """A visit is over."""
        self._busy[host] -= 1

    async def turn(self, host: str) -> None:
        """Wait until the host may be sent a request; the next one has to wait again."""
        while (left := self._next[host] - _now()) > 0:
            await asyncio.sleep(left)
        self._next[host] = _now() + self._delays.get(host, self._least_s)


def _now() -> float:
    return asyncio.get_running_loop().time()
