"""What views have to show, said plainly: all rows in a list."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from rowsmith.core.expressions import parse
from rowsmith.core.ids import share
from rowsmith.core.queries import query
from rowsmith.core.row import Row
from rowsmith.core.words import cut
from rowsmith.store.sorting import rank, read_sort
from rowsmith.store.view import Look


@dataclass
class Change:
    """An uncommitted edit, as views take them."""

    id: str
    data: dict[str, Any] | None
    scores: dict[str, Any] = field(default_factory=dict)
    origin: dict[str, Any] = field(default_factory=lambda: {"by": "hand"})
    key: bytes = b""


def edited(rows: Sequence[Row], edits: Iterable[Change]) -> list[Row]:
    """The rows with the edits; new ones follow, by their keys."""
    changes = {edit.id: edit for edit in edits}
    old = [row for row in rows if row.id not in changes or changes[row.id].data is not None]
    found = [_made(row.order, changes[row.id]) if row.id in changes else row for row in old]
    new = sorted((edit for edit in changes.values() if edit.id not in {row.id for row in rows}), key=lambda edit: (edit.key, _place(edit.id)))
    return found + [_made(edit.key, edit) for edit in new if edit.data is not None]


def _place(id_: str) -> bytes:
    return bytes.fromhex(id_[16:] + id_[:16])


def _made(order: bytes, edit: Change) -> Row:
    assert edit.data is not None
    return Row(edit.id, order, edit.data, edit.scores, edit.origin)


def wanted(rows: Iterable[Row], look: Look) -> list[Row]:
    """The rows that are wanted, in order."""
    found = [row for row in rows if look.where is None or parse(look.where).test(row.scope)]
    if look.search is not None:
        found = [row for row in found if query(look.search).matches(cut(row.data))]
    if look.sample is not None:
        chosen = {row.id for row in heapq.nsmallest(look.sample, found, key=lambda row: share(row.id, f"sample:{look.seed}"))}
        found = [row for row in found if row.id in chosen]
    for sort in reversed([read_sort(one) for one in look.sort]):
        ranks = [(rank(sort.expression.value(row.scope)), row) for row in found]
        there = [pair for pair in ranks if pair[0] is not None]
        there.sort(key=lambda pair: pair[0] or (0, 0.0, ""), reverse=sort.descending)  # either way round, equal ones stay in row order
        found = [row for _, row in there] + [row for key, row in ranks if key is None]
    return found
