"""Rows where they rest, read page by page."""

from __future__ import annotations

from typing import Any

import pytest
from buying import a_run, place
from sqlalchemy import text

from rowsmith.core.ids import canonical
from rowsmith.core.row import Row
from rowsmith.core.slots import DROPPED, FAILED, KEPT_STAGE, WAITING
from rowsmith.store.database import Database, many
from rowsmith.store.stages import PAGE, StageRows


def rest(db: Database, run: int, numbers: range, stage: int = KEPT_STAGE, wave: int = 0) -> None:
    """Rows of these numbers, the last first."""
    meta = canonical({"scores": {"good": 1}, "origin": {"source": {"name": "s"}}})
    rows = [(run, stage, place(n), n.to_bytes(16, "big"), wave, canonical({"n": n}), meta) for n in reversed(numbers)]
    with db.write() as conn:
        many(conn, "INSERT INTO row (run, stage, ord, id, wave, data, meta) VALUES (?, ?, ?, ?, ?, ?, ?)", rows)


def numbers(rows: Any) -> list[int]:
    return [row.data["n"] for row in rows]


@pytest.mark.parametrize("count", [0, 1, PAGE - 1, PAGE, PAGE + 1, 2 * PAGE])
def test_all_rows_in_row_order_whatever_their_number(database: Database, count: int) -> None:
    run = a_run(database)
    rest(database, run.n, range(count))
    rows = StageRows(database, run.n, KEPT_STAGE)
    assert len(rows) == count
    assert numbers(rows) == list(range(count))
    assert numbers(rows) == list(range(count))  # as often as wanted
    assert numbers(rows.after(place(PAGE - 2))) == list(range(PAGE - 1, count))


def test_a_row_comes_back_whole(database: Database) -> None:
    run = a_run(database)
    rest(database, run.n, range(7, 8))
    (row,) = StageRows(database, run.n, KEPT_STAGE)
    assert row == Row(f"{7:032x}", place(7), {"n": 7}, {"good": 1}, {"source": {"name": "s"}})


def test_stages_runs_and_waves_are_kept_apart(database: Database) -> None:
    one, other = a_run(database), a_run(database)
    rest(database, one.n, range(3), stage=2, wave=0)
    rest(database, one.n, range(3, 5), stage=2, wave=1)
    rest(database, one.n, range(5, 6), stage=3)
    rest(database, other.n, range(6, 9), stage=2)
    assert numbers(StageRows(database, one.n, 2)) == [0, 1, 2, 3, 4]
    assert numbers(StageRows(database, one.n, 2, wave=1)) == [3, 4]
    assert numbers(StageRows(database, one.n, 2, wave=0)) == [0, 1, 2]
    assert len(StageRows(database, one.n, 2, wave=1)) == 2
    assert numbers(StageRows(database, one.n, 3)) == [5]


def test_earlier_rows_are_those_that_the_step_let_through(database: Database) -> None:
    """A row that the set step dropped or failed is none of those that later waves are compared with; one lost further on is."""
    run = a_run(database)
    rest(database, run.n, range(4), stage=2, wave=0)
    rest(database, run.n, range(4, 6), stage=2, wave=1)
    ends = [(0, 2, DROPPED), (1, 2, FAILED), (2, 3, DROPPED), (3, 2, WAITING)]
    with database.write() as conn:
        for number, step, state in ends:
            values = {"n": run.n, "o": place(number), "i": b"i" * 16, "at": step, "s": state}
            conn.execute(text("INSERT INTO slot (run, ord, id, made, step, state) VALUES (:n, :o, :i, 0, :at, :s)"), values)
    before = StageRows(database, run.n, 2, before=1)
    assert numbers(before) == [2, 3]
    assert len(before) == 2
