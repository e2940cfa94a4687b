"""Erasing what a run says of rows that came from a forgotten source. What is counted stays: slots, attempts, money."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import orjson
from sqlalchemy import Connection, text

from rowsmith.core.ids import as_written, canonical
from rowsmith.core.slots import CANCELLED, DROPPED, KEPT, NOT_RECORDED, PENDING, WAITING
from rowsmith.store import slots
from rowsmith.store.attempts import MAYBE_BILLED, RELEASED, RETURNED
from rowsmith.store.changes import scratch
from rowsmith.store.database import Database, fetch, many
from rowsmith.store.forgotten import Ranges
from rowsmith.store.runs import write_totals

ERASED = "erased"
"""Why a slot was dropped whose row was erased."""
_PAGE = 500
_WORDS = ("reason", "detail")
"""What of an event may quote a row."""

_WITHIN = "run = :run AND ord >= :first AND ord < :behind"
_OF_RANGE = (
    f'DELETE FROM "row" WHERE {_WITHIN}',
    f"UPDATE slot SET state = {DROPPED}, reason = '{ERASED}', detail = NULL WHERE {_WITHIN} "
    f"AND (state IN ({KEPT}, {PENDING}, {WAITING}, {CANCELLED}) OR reason IN ('over_target', '{NOT_RECORDED}'))",
    f"UPDATE slot SET detail = NULL WHERE {_WITHIN} AND detail IS NOT NULL",
    f"UPDATE spend SET detail = '' WHERE {_WITHIN} AND outcome IN ({MAYBE_BILLED}, {RELEASED}, {RETURNED}) AND detail <> ''",
    f"UPDATE draw SET detail = '' WHERE {_WITHIN} AND detail <> ''",
)
_OF_RUN = (
    "UPDATE batch SET detail = '' WHERE run = :run AND detail <> ''",
    "UPDATE run SET reason = 'what it said went with a source that was forgotten' WHERE n = :run AND state = 'failed' AND reason <> ''",
)


def erase_run(db: Database, run: int, ranges: Ranges, recipe: Mapping[str, Any] | None = None) -> None:
    """Take the rows of these ranges out of a run, with all that is told of them. Kept and waiting ones count as dropped (`erased`) from then on.

    `recipe`: what is to stand for its recipe, where that held rows itself. Can be done twice.
    """
    with db.write() as conn:
        for first, behind in ranges:
            for statement in _OF_RANGE:
                conn.execute(text(statement), {"run": run, "first": first, "behind": behind})
        for statement in _OF_RUN:
            conn.execute(text(statement), {"run": run})
        if recipe is not None:
            conn.execute(text("UPDATE run SET recipe = :recipe WHERE n = :run"), {"recipe": as_written(recipe), "run": run})
        _silence(conn, run)
        write_totals(conn, run, slots.counted(conn, run))


def _silence(conn: Connection, run: int) -> None:
    """Take out of a run's events what may quote a row."""
    for row in conn.execute(text("SELECT n, data FROM event WHERE run = :run"), {"run": run}).all():
        data = orjson.loads(row.data)
        if any(data.get(word) for word in _WORDS):
            data |= {word: "" for word in _WORDS if word in data}
            conn.execute(text("UPDATE event SET data = :data WHERE n = :n"), {"data": canonical(data), "n": row.n})


def resting_ids(db: Database, roots: Mapping[int, Ranges]) -> Iterator[bytes]:
    """The ids of the rows of these runs that lie within the ranges: kept, or waiting at a set step."""
    for run, ranges in roots.items():
        for first, behind in ranges:
            with db.read() as conn:
                found = fetch(conn, 'SELECT DISTINCT id FROM "row" WHERE run = ? AND ord >= ? AND ord < ?', (run, first, behind))
            yield from (bytes(id_) for (id_,) in found)


def outputs(db: Database, run: int) -> list[str]:
    """The files of results that are kept of a run's batches, because something was odd in them."""
    with db.read() as conn:
        return [name for (name,) in fetch(conn, "SELECT output FROM batch WHERE run = ? AND output IS NOT NULL", (run,))]


def without_outputs(db: Database, run: int) -> None:
    """They are gone."""
    with db.write() as conn:
        conn.execute(text("UPDATE batch SET output = NULL WHERE run = :run AND output IS NOT NULL"), {"run": run})


# -- answers --------------------------------------------------------------------------------------------------------------------------------


def own_calls(db: Database, roots: Mapping[int, Ranges]) -> Iterator[list[bytes]]:
    """The keys of the answers that were bought or used for these rows and for no others, page by page. An answer that another source's row
    uses, too, is to the very same question, so the text in it is that other source's own."""
    with scratch() as conn:
        conn.execute("CREATE TABLE mine (key BLOB PRIMARY KEY) WITHOUT ROWID")
        conn.execute("CREATE TABLE other (key BLOB PRIMARY KEY) WITHOUT ROWID")
        for run, ranges in roots.items():
            for first, behind in ranges:
                keys = _keys(db, "run = ? AND ord >= ? AND ord < ?", (run, first, behind))
                conn.executemany("INSERT OR IGNORE INTO mine VALUES (?)", keys)
        conn.executemany("INSERT OR IGNORE INTO other SELECT key FROM mine WHERE key = ?", _of_others(db, roots))
        cursor = conn.execute("SELECT key FROM mine WHERE key NOT IN (SELECT key FROM other)")
        while page := cursor.fetchmany(_PAGE):
            yield [key for (key,) in page]


def shared_calls(db: Database, roots: Mapping[int, Ranges]) -> int:
    """How many answers were used for these rows and for others."""
    mine: set[bytes] = set()
    for run, ranges in roots.items():
        for first, behind in ranges:
            mine.update(key for (key,) in _keys(db, "run = ? AND ord >= ? AND ord < ?", (run, first, behind)))
    return len(mine & {key for (key,) in _of_others(db, roots)}) if mine else 0


def _of_others(db: Database, roots: Mapping[int, Ranges]) -> Iterator[tuple[bytes]]:
    """The keys that rows outside of the ranges use, in all runs of the home."""
    with db.read() as conn:
        runs = [int(n) for (n,) in fetch(conn, "SELECT DISTINCT run FROM spend", ())]
    for run in runs:
        bound = b""
        for first, behind in sorted(roots.get(run, ())):
            yield from _keys(db, "run = ? AND ord >= ? AND ord < ? AND outcome IN (1, 2)", (run, bound, first))
            bound = behind
        yield from _keys(db, "run = ? AND ord >= ? AND outcome IN (1, 2)", (run, bound))


def _keys(db: Database, where: str, values: tuple[Any, ...]) -> Iterator[tuple[bytes]]:
    with db.read() as conn:
        yield from [(bytes(key),) for (key,) in fetch(conn, f"SELECT DISTINCT key FROM spend WHERE {where}", values)]


def kinds(db: Database, keys: list[bytes]) -> tuple[int, int]:
    """(answers, vectors) among the calls with these keys that are stored."""
    marks = ", ".join("?" * len(keys))
    with db.read() as conn:
        rows = fetch(conn, f'SELECT raw FROM "call" WHERE state = 1 AND key IN ({marks})', tuple(keys))
    vectors = sum(raw is not None and _is_vector(bytes(raw)) for (raw,) in rows)
    return len(rows) - vectors, vectors


def erase_calls(db: Database, keys: Iterable[bytes], n: int) -> None:
    """Take answers out of the store for forgetting number `n`. Their keys stay known, so that the books can be checked."""
    values = [(key,) for key in keys]
    with db.write() as conn:
        many(conn, f"INSERT INTO erased_call (key, forgotten) VALUES (?, {n:d}) ON CONFLICT DO NOTHING", values)
        many(conn, 'DELETE FROM "call" WHERE key = ?', values)


def unused_calls(db: Database) -> int:
    """How many stored answers no run uses (imported, or of a project that was deleted): whose they are cannot be told."""
    with db.read() as conn:
        found = conn.execute(text('SELECT count(*) FROM "call" c WHERE c.state = 1 AND c.key NOT IN (SELECT key FROM spend)'))
        return int(found.scalar_one())


def _is_vector(raw: bytes) -> bool:
    """Whether an answer is a vector of float32 rather than what a model said, which is JSON or another text."""
    if len(raw) % 4 or not raw:
        return False
    try:
        return "\0" in raw.decode()
    except UnicodeDecodeError:
        return True
