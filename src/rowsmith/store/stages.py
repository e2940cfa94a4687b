"""The rows of a run where they rest: before a set step, or kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson
from sqlalchemy import text

from rowsmith.core.row import Row
from rowsmith.core.slots import DROPPED, FAILED, HELD, PASSED_STAGE, WAITING
from rowsmith.store.database import Database

_NEAR = text(
    'SELECT r.run, r.ord, r.id, r.data, r.meta FROM "row" r JOIN run u ON u.n = r.run '
    f"WHERE u.project = :p AND r.stage < {PASSED_STAGE} AND r.id >= :low AND r.id <= :high ORDER BY r.run DESC, r.ord LIMIT :k"
)
PAGE = 1000
"""Rows read in one transaction."""


class StageRows:
    """The rows that rest at one place of a run, in row order; read page by page, as often as wanted (core.ports.Rows).

    `wave`: only those of this wave. `before`: only those of earlier waves which the step at `stage` let through. `held`: only those that this step
    let through, and that wait for the target to need them.
    """

    def __init__(
        self, db: Database, run: int, stage: int, *, wave: int | None = None, before: int | None = None, held: bool = False
    ) -> None:  # fmt: skip
        self.db, self.run, self.stage = db, run, stage
        self._values: dict[str, Any] = {"n": run, "stage": stage, "wave": wave if wave is not None else before}
        self._where = "r.run = :n AND r.stage = :stage"
        if wave is not None:
            self._where += " AND r.wave = :wave"
        if before is not None:
            self._where += (
                " AND r.wave < :wave AND NOT EXISTS (SELECT 1 FROM slot s WHERE s.run = r.run AND s.ord = r.ord "
                f"AND s.step = r.stage AND s.state IN ({DROPPED}, {FAILED}))"
            )

        if held:
            self._where += (
                " AND EXISTS (SELECT 1 FROM slot s WHERE s.run = r.run AND s.ord = r.ord AND s.step = r.stage "
                f"AND s.state = {WAITING} AND s.reason = '{HELD}')"
            )

    def __len__(self) -> int:
        with self.db.read() as conn:
            return int(conn.execute(text(f"SELECT count(*) FROM row r WHERE {self._where}"), self._values).scalar_one())

    def __iter__(self) -> Iterator[Row]:
        return self.after(b"")

    def waves(self) -> list[StageRows]:
        """The same rows, wave by wave (core.ports.Kept)."""
        with self.db.read() as conn:
            found = conn.execute(text(f"SELECT DISTINCT r.wave FROM row r WHERE {self._where} ORDER BY r.wave"), self._values).scalars().all()
        return [self._of_wave(int(wave)) for wave in found]

    def _of_wave(self, wave: int) -> StageRows:
        one = StageRows(self.db, self.run, self.stage)
        one._where, one._values = f"{self._where} AND r.wave = :one", {**self._values, "one": wave}
        return one

    def after(self, order: bytes) -> Iterator[Row]:
        """Those that follow the order key."""
        query = text(f"SELECT r.ord, r.id, r.data, r.meta FROM row r WHERE {self._where} AND r.ord > :after ORDER BY r.ord LIMIT {PAGE}")
        while True:
            with self.db.read() as conn:
                page = conn.execute(query, {**self._values, "after": order}).all()
            yield from map(as_row, page)
            if len(page) < PAGE:
                return
            order = bytes(page[-1].ord)


def near(db: Database, project: str, prefix: str, limit: int = 9) -> list[tuple[int, Row]]:
    """The rows that rest in runs of a project, kept or on their way, whose ids begin with these hexadecimal digits; each with the number of its
    run, the newest run first."""
    low, high = (bytes.fromhex(prefix.ljust(32, digit)) for digit in "0f")
    with db.read() as conn:
        return [(r.run, as_row(r)) for r in conn.execute(_NEAR, {"p": project, "low": low, "high": high, "k": limit})]


def as_row(r: Any) -> Row:
    """The row that a line of the table `row` tells."""
    meta = orjson.loads(r.meta)
    return Row(bytes(r.id).hex(), bytes(r.ord), orjson.loads(r.data), meta["scores"], meta["origin"])
