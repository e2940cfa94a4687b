"""When a run in batches is to be done, and when a batch has to be given up so that the rest of its questions can still be asked live."""

from __future__ import annotations

import time
from dataclasses import dataclass

from rowsmith.core.models import Model

ANSWER_S = 3.0
"""Seconds that a live answer may take."""
CARE = 1.5
"""Live calls are planned to take so many times longer than they should."""
RESERVE = (0.1, 600.0)
"""Kept for the end of a batch that is cancelled: a share of the whole time, and at most so many seconds."""


@dataclass(slots=True, frozen=True)
class Deadline:
    """`at` is on the monotonic clock; `whole_s` is the time that was given."""

    at: float
    whole_s: float

    def left(self) -> float:
        """Seconds until work has to be over, the reserve taken off."""
        return self.at - time.monotonic() - min(RESERVE[1], RESERVE[0] * self.whole_s)

    def spare(self, model: Model, requests: int, done: int, elapsed_s: float, depth: int) -> float:
        """Seconds for which a batch may still be waited for. `depth`: how many questions follow one another for each row, this one included.

        At the pace seen it may be done in time, even if the rest could not be asked live any more: then it is waited for to the end.
        """
        left = self.left()
        behind = live_s(model, requests * (depth - 1))
        if done and left > 0 and elapsed_s * (requests - done) / done + behind <= left:
            return left - behind
        return left - live_s(model, (requests - done) * depth) - live_s(model, done * (depth - 1))

    def allows(self, model: Model, calls: int, lasts_s: float) -> bool:
        """Whether there is time for a batch that lasts so long, and for asking so many questions live if it brings nothing."""
        return self.left() - live_s(model, calls) > lasts_s


def live_s(model: Model, calls: int) -> float:
    """Seconds that so many live calls take, generously."""
    rate = model.concurrency / ANSWER_S
    if model.rpm is not None:
        rate = min(rate, model.rpm / 60)
    return CARE * calls / rate
