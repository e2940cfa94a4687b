"""Which rows hang together: union-find over row numbers, 4 bytes a row.

Tarjan and van Leeuwen, "Worst-case analysis of set union algorithms" (1984): path halving; the smaller number becomes the root, so that
what comes out does not depend on the order of joining.
"""

from __future__ import annotations

from array import array


class Components:
    """The connected components of numbers from 0 to `count`."""

    def __init__(self, count: int) -> None:
        self._above = array("I", range(count))

    def __len__(self) -> int:
        return len(self._above)

    def root(self, number: int) -> int:
        """The least number of its component."""
        above = self._above
        while (parent := above[number]) != number:
            above[number] = number = above[parent]
        return number

    def join(self, one: int, other: int) -> None:
        """The two are of one component from now on."""
        one, other = self.root(one), self.root(other)
        if one != other:
            self._above[max(one, other)] = min(one, other)
