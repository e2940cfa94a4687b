"""What one commit of a run's journal holds."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from rowsmith.core.calls import Claim, Claimed, Limits
from rowsmith.core.slots import EXPANDED, PENDING, WAITING, Tally
from rowsmith.store.attempts import Parting, Settling
from rowsmith.store.database import many

Waiter = asyncio.Future[Any]


@dataclass(slots=True)
class Batch:
    """What came since the last commit."""

    opens: list[tuple[bytes, bytes, int, int, int, int]] = field(default_factory=list)  # ord, id, made, step, wave, state
    moves: list[tuple[int, int, int, str | None, str | None, bytes]] = field(default_factory=list)
    completed: list[bytes] = field(default_factory=list)
    rows: list[tuple[int, bytes, bytes, int, bytes, bytes]] = field(default_factory=list)  # stage, ord, id, wave, data, meta
    gone: list[tuple[int, bytes]] = field(default_factory=list)  # stage, ord
    claims: list[tuple[Claim, Waiter]] = field(default_factory=list)
    settles: list[tuple[Settling, Waiter]] = field(default_factory=list)
    partings: list[tuple[Parting, Waiter]] = field(default_factory=list)
    refused: list[tuple[Claimed, str, str]] = field(default_factory=list)
    mended: list[tuple[Claimed, str]] = field(default_factory=list)
    rates: list[tuple[str, Limits | None, int, float, Waiter]] = field(default_factory=list)
    events: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    counts: list[Tally] = field(default_factory=list)
    flush: list[Waiter] = field(default_factory=list)

    def __bool__(self) -> bool:
        said = self.opens or self.moves or self.completed or self.rows or self.gone or self.counts or self.refused or self.mended or self.events
        return bool(said or self.claims or self.settles or self.partings or self.rates or self.flush)

    def waiters(self) -> list[Waiter]:
        waited: list[tuple[Any, ...]] = [*self.claims, *self.settles, *self.partings, *self.rates]
        return [item[-1] for item in waited] + self.flush

    def write(self, conn: Connection, run: int, tally: Tally) -> None:
        """Write slots and rows, and count them."""
        for counted in self.counts:
            tally.count(counted)
        ended = {move[5]: move for move in self.moves}
        if self.opens:
            # A slot that opens and comes to its end in one commit is written once.
            many(
                conn,
                "INSERT INTO slot (run, ord, id, made, step, wave, state, attempt, reason, detail) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
                "ON CONFLICT DO NOTHING",
                [(run, *_as_ended(slot, ended.pop(slot[0], None))) for slot in self.opens],
            )
            for slot in self.opens:
                tally.add(slot[5], None)
        if self.moves:
            many(
                conn,
                "UPDATE slot SET state = ?, step = ?, attempt = ?, reason = ?, detail = ? WHERE run = ? AND ord = ?",
                [(*move[:5], run, move[5]) for move in ended.values()],
            )
            for move in self.moves:
                if move[0] not in (WAITING, PENDING):
                    tally.add(PENDING, None, -1)
                    if move[0] != EXPANDED:
                        tally.add(move[0], move[3])
        if self.completed:
            many(conn, "UPDATE slot SET reason = NULL WHERE run = ? AND ord = ?", [(run, order) for order in self.completed])
        if self.rows:
            many(
                conn,
                "INSERT INTO row (run, stage, ord, id, wave, data, meta) VALUES (?, ?, ?, ?, ?, ?, ?) "
                "ON CONFLICT (run, stage, ord) DO UPDATE SET id = excluded.id, wave = excluded.wave, data = excluded.data, meta = excluded.meta",
                [(run, *row) for row in self.rows],
            )
        if self.gone:
            many(conn, "DELETE FROM row WHERE run = ? AND stage = ? AND ord = ?", [(run, *gone) for gone in self.gone])


def _as_ended(slot: tuple[Any, ...], move: tuple[Any, ...] | None) -> tuple[Any, ...]:
    """The columns of a slot that opens: ord, id, made, step, wave, state, attempt, reason, detail."""
    order, id_, made, step, wave, state = slot
    return (order, id_, made, step, wave, state, 0, None, None) if move is None else (order, id_, made, move[1], wave, move[0], *move[2:5])
