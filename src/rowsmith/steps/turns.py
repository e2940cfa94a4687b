"""Values that take turns: drawn so that each comes as often as its weight says, as nearly as can be, wherever one stops.

Values are parted in two again and again, by weight, and each draw goes left or right by a rotation (a Sturmian sequence, of which every stretch has
as many of each side as its share says, to one; Morse and Hedlund, 1940), which begins at a place that an id decides. So values of equal weights have
all had their turn before one has another; and over many ids each is drawn as often as its weight says, wherever in the turns.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cached_property
from itertools import accumulate
from math import ceil, floor

from rowsmith.core.ids import share

BLOCK = 20
"""Draws among which the order is free; fewer where the weights come out even sooner."""
MOST_SHUFFLED = 1000
"""Values up to which an id decides how they are parted; more are parted as they stand, which takes no hash for each."""
_EVEN = 1e-9


class Turns:
    """The turns of values with these weights, as the id `by` and the salt decide."""

    def __init__(self, weights: Sequence[float], by: str, salt: str) -> None:
        self.weights, self._by, self._salt = weights, by, salt
        few = len(weights) <= MOST_SHUFFLED
        self._order = sorted(range(len(weights)), key=lambda at: (-weights[at], share(by, f"{salt} {at}") if few else at))
        self._sums = [0.0, *accumulate(weights[at] for at in self._order)]
        self._starts: dict[tuple[int, int], tuple[int, float, float]] = {}
        self._free: list[int] = []
        self._drawn = 0

    def at(self, number: int) -> int:
        """The place of the value whose turn is the draw of this number."""
        low, high = 0, len(self._order)
        while high - low > 1:
            middle, part, start = self._parted(low, high)
            left, more = floor(number * part + start), floor((number + 1) * part + start)
            low, high, number = (low, middle, left) if more > left else (middle, high, number - left)
        return self._order[low]

    def next(self, had: Counter[int] | None) -> int:
        """The place of the next value: of those in the block at hand the first of which `had` is not to have its share already; without it, as a lot
        says."""
        if not self._free:
            self._free = [self.at(self._drawn + number) for number in range(self._block)]
        if had is None:
            number = min(int(share(self._by, f"{self._salt} lot {self._drawn}") * len(self._free)), len(self._free) - 1)
        else:
            of = (had.total() + 1) / self._sums[-1]
            number = next((number for number, at in enumerate(self._free) if had[at] < ceil(self.weights[at] * of - _EVEN)), 0)
        self._drawn += 1
        return self._free.pop(number)

    def _parted(self, low: int, high: int) -> tuple[int, float, float]:
        """Where the values of a part are parted, the share of the first ones, and where their rotation begins."""
        if (found := self._starts.get((low, high))) is None:
            before, whole = self._sums[low], self._sums[high] - self._sums[low]
            middle = min(range(low + 1, high), key=lambda at: abs(2 * (self._sums[at] - before) - whole))
            found = middle, (self._sums[middle] - before) / whole, share(self._by, f"{self._salt} {low} {high}")
            self._starts[low, high] = found
        return found

    @cached_property
    def _block(self) -> int:
        """The least number of draws of which each value has a whole number."""
        shares = [weight / self._sums[-1] for weight in self.weights]
        return next((size for size in range(1, BLOCK) if all(abs(one * size - round(one * size)) < _EVEN for one in shares)), BLOCK)
