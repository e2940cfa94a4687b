"""A row on its way through a run, and the marks that stand between rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from rowsmith.core.row import Row
from rowsmith.store.slots import Known

NOTHING_KNOWN: Mapping[bytes, Known] = {}


@dataclass(slots=True)
class Item:
    """A row on its way. `at`: position of the step before which it stands; `attempt`: how often its slot was asked again;
    `entries`: for each asking step passed, the row that was asked there and the index it filled, so that a filter can send it back;
    `known`: what the database has of the rows around it, when the run was carried out before."""

    row: Row
    at: int
    attempt: int = 0
    entries: dict[int, tuple[Row, int | None]] = field(default_factory=dict)
    known: Mapping[bytes, Known] = field(default_factory=lambda: NOTHING_KNOWN)
    opened: bool = False
    """An asking step's slots for it are open (`wanted` says which)."""
    wanted: tuple[int, ...] = ()
    again: bool = False
    """It stands at its asking step once more, for the slot at `wanted[0]` alone."""
    branched: bool = False
    """Other steps take this row too: what comes of it here has slots of its own."""

    def holding(self, row: Row) -> Item:
        """The same with another row."""
        return Item(row, self.at, self.attempt, self.entries, self.known, self.opened, self.wanted, self.again, self.branched)

    def before(self, at: int) -> Item:
        """The same before another step."""
        return Item(self.row, at, self.attempt, self.entries, self.known, self.opened, self.wanted, self.again, self.branched)

    resting: bool = False
    """Its step has made rows of it before, and makes those now that are not there yet."""

    @property
    def marks(self) -> bool:
        """Whether it is no row, but a mark."""
        return self.at < 0


REST, TOGETHER, APART = (Item(Row("", b"", {}), -at) for at in (1, 2, 3))
"""Marks in a stream of items. REST: a row has come to rest without a question, so that whoever feeds can look up (stop, limit, backlog). TOGETHER,
APART: between the two no target or limit is looked at, for the rows are of one group."""
