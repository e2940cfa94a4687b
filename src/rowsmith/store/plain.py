"""Rows of a version in row order without a view: its entries are looked through, and the bodies of those that are wanted read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from itertools import islice

from rowsmith.core.row import Row
from rowsmith.store.database import Database
from rowsmith.store.laying import Edited, edited, with_edits
from rowsmith.store.ordered import standing, stored_rows
from rowsmith.store.streams import in_order
from rowsmith.store.tombstones import erased_in
from rowsmith.store.trees import Entry
from rowsmith.store.versions import Version

_FEW = 20_000  # the first so many are picked out without sorting the others


@dataclass(frozen=True, slots=True)
class PlainRows:
    """Rows of a version with uncommitted edits laid over: how many in all, and from `start` on at most `limit` of them."""

    db: Database
    version: Version
    edits: Sequence[Edited] = ()
    start: int = 0
    limit: int | None = None

    @property
    def total(self) -> int:
        """All rows, shown or not."""
        changes = edited(self.db, self.version, self.edits).values()
        return self.version.rows - erased_in(self.db, self.version) + sum((now is not None) - (old is not None) for old, now in changes)

    def __iter__(self) -> Iterator[Row]:
        changes = edited(self.db, self.version, self.edits)
        extra = {name: body for _, now in changes.values() if now for name, body in ((now.entry.data, now.data), (now.entry.meta, now.meta))}
        entries = with_edits(standing(self.db, self.version), changes)
        start, stop = self.start, None if self.limit is None else self.start + self.limit
        ordered = nsmallest(stop, entries, key=_order) if stop is not None and stop <= _FEW else in_order(entries)
        return (stored.row for stored in stored_rows(self.db, islice(ordered, start, stop), extra))


def _order(entry: Entry) -> tuple[bytes, bytes]:
    return entry.key, entry.place
