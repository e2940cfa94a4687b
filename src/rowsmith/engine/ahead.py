"""How many rows of a run are still to end, as far as that can be known.

Rows come out of their sources one by one, and a set step keeps all until the last is there: so that in the first wave nothing can be said before the
rows stand behind the last set step. What rows have cost by then says nothing of what is left to do with them, so they are timed anew from there.
"""

from __future__ import annotations

from rowsmith.core.slots import Tally
from rowsmith.engine.routes import Routes
from rowsmith.engine.terms import Terms


class Ahead:
    """Is told where a run stands."""

    def __init__(self, routes: Routes, terms: Terms) -> None:
        self._terms = terms
        self._sets = [root for root in routes.roots if routes.steps[root].shape == "set"]
        self._last = routes.roots[-1]
        self._more = any(step.makes for step in routes.steps[self._last + 1 :])
        self._at, self._first = routes.roots[0], True
        self._whole = self._feeding = True

    def at(self, root: int, *, first: bool, whole: bool) -> None:
        """Rows come out of the source or set step at `root` from now on; `first`: in the first wave; `whole`: no part of the sources has its turn
        in a later one."""
        self._at, self._first, self._whole, self._feeding = root, first, whole, True

    def fed(self) -> None:
        """No further rows are to come out of it."""
        self._feeding = False

    @property
    def ending(self) -> bool:
        """Whether the rows of the first wave stand behind the last of its set steps."""
        return bool(self._sets) and self._first and self._at == self._last

    def left(self, tally: Tally) -> int | None:
        """Rows that are still to end; None where it cannot be known yet."""
        target, limit = self._terms.target, self._terms.limit
        if self._first and self._at != self._last and (self._sets or target is None):
            return None
        ended = tally.requested - tally.pending
        most = None if limit is None else max(0, limit - ended)
        if target is not None:
            left = (target - tally.kept) * ended // tally.kept if tally.kept else None
            if left is None or (self.ending and left > tally.pending):  # another wave, through all of its steps
                return None
            return left if most is None else min(left, most)
        known = not self._feeding or (self.ending and not self._more)
        return tally.pending if known and self._whole else most
