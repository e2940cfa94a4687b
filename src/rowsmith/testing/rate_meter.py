"""A permitted rate, kept as the providers keep it: evenly spaced, with a burst."""

from __future__ import annotations


class RateMeter:
    """Generic cell rate algorithm: `rpm` requests a minute, of which `burst` may come at once."""

    def __init__(self, rpm: float, burst: int = 1) -> None:
        self.interval_s = 60.0 / rpm
        self._slack = (burst - 1) * self.interval_s
        self._next = 0.0

    def ask(self, now: float) -> float:
        """0 when a request at `now` (monotonic seconds) is permitted, and it counts; else the seconds until one is."""
        wait = self._next - self._slack - now
        if wait > 0:
            return wait
        self._next = max(self._next, now) + self.interval_s
        return 0.0
