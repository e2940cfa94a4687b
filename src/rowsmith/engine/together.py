"""Which rows of a stream a set step takes together, so that a target takes in all of them or none.

A group is known by its columns (core.step.Step.gathers) where rows that follow one another have them already, such as the answers of a list that is
exploded; rows that take several branches are together whatever they say.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rowsmith.core.expressions import named
from rowsmith.core.row import Json, Row
from rowsmith.engine.item import APART, TOGETHER, Item

MOST = 64
"""Rows up to which a group is waited for. What is larger is no set of answers to one question, and a target of ten is not to ask about all of it."""


class Together:
    """Marks in a stream of rows where those of one group begin and end. `gathers`: the columns of each set step to come that takes rows together."""

    def __init__(self, gathers: Sequence[Sequence[str]]) -> None:
        self.gathers = gathers
        self.follows = False
        """The row is of the group of the one before."""
        self._said: list[list[Json] | None] = []
        self._count = 0

    def before(self, row: Row) -> Iterator[Item]:
        """What stands in the stream before this row."""
        if not self.gathers:
            return
        said = [_said(row, columns) for columns in self.gathers]
        self.follows = self._count < MOST and any(one is not None and one == two for one, two in zip(said, self._said, strict=False))
        if not self.follows:
            yield from self.end()
            if any(one is not None for one in said):
                yield TOGETHER
                self._count = 0
        self._said = said
        self._count += 1

    def end(self) -> Iterator[Item]:
        """What stands behind the last row."""
        if any(one is not None for one in self._said):
            yield APART
        self._said = []


def _said(row: Row, columns: Sequence[str]) -> list[Json] | None:
    values = [named(row, name) for name in columns]
    return None if any(value is None for value in values) else values
