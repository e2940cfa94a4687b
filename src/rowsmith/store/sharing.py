"""Rows that several versions have."""

from __future__ import annotations

from collections.abc import Sequence
from heapq import merge

from rowsmith.store.database import Database
from rowsmith.store.trees import Trees, turned
from rowsmith.store.versions import Version


def shared_row(db: Database, versions: Sequence[Version]) -> str | None:
    """The id of the first row (by place) that two of the versions have; None when they have none in common. Reads their entries once, as
    streams, and no bodies."""
    trees = Trees(db)
    last: bytes | None = None
    for place in merge(*((entry.place for entry in trees.entries(trees.load(version.root))) for version in versions)):
        if place == last:
            return turned(place).hex()
        last = place
    return None
