"""The rows of one commit on their way into the store: bodies go in as they come, entries wait in a temporary file, sorted by place.

Memory does not grow with the number of rows.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager

from rowsmith.core.errors import Invalid
from rowsmith.core.ids import canonical
from rowsmith.core.row import Row
from rowsmith.store.bodies import BLOCK_BYTES, BLOCK_ROWS, BodyWriter, Named, tagged
from rowsmith.store.database import Database
from rowsmith.store.external_sort import Sorter, sorter
from rowsmith.store.faults import told
from rowsmith.store.holds import Hold
from rowsmith.store.trees import Entry, turned

LONGEST_ORDER = 240
DATA, META = b"rowsmith.data", b"rowsmith.meta"


@contextmanager
def scratch() -> Iterator[sqlite3.Connection]:
    """A private SQLite database in the system's temporary folder, gone when it is closed or the process dies. Small ones never
    touch the disk. May move between threads."""
    with told("the temporary folder (TMPDIR)"), closing(sqlite3.connect("", isolation_level=None, check_same_thread=False)) as conn:
        for setting in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-16384"):
            conn.execute(f"PRAGMA {setting}").fetchall()
        conn.execute("BEGIN")
        yield conn


class Changes:
    """Rows whose bodies are stored and that wait to be placed in a version; `len()` says how many."""

    def __init__(self, records: Sorter) -> None:
        self._records = records

    def __len__(self) -> int:
        return len(self._records)

    def entries(self, prefix: bytes) -> Iterator[Entry]:
        """Their entries by place, from the first one at every call; a key is the prefix and the row's own order.

        Raises:
            Invalid: an id comes twice.
        """
        last = b""
        for record in self._records:
            place, key = record[:16], 17 + record[16]
            if place == last:
                raise Invalid(f"Two rows have the id {turned(place).hex()}.", "Give every row of a commit an id of its own.")
            yield Entry(place, prefix + record[17:key], record[key : key + 16], record[key + 16 :])
            last = place


@contextmanager
def stored(db: Database, rows: Iterable[Row], hold: Hold, look: Callable[[Sequence[bytes]], None] = lambda _: None) -> Iterator[Changes]:
    """Store the bodies of these rows, in row order, and hold their entries while the block lasts. `look` sees entries (encoded) before anything
    of theirs is stored, and may raise.

    Raises:
        Invalid: a row id is no id, the rows are not in row order, or a value has no JSON form.
    """
    with sorter() as records:
        with BodyWriter(db, hold) as bodies:
            for entries, data, meta in _blocks(rows):
                look(entries)
                bodies.add(data, meta)
                records.add(entries)
        yield Changes(records)


def _blocks(rows: Iterable[Row]) -> Iterator[tuple[list[bytes], list[Named], list[Named]]]:
    """The rows as encoded entries and named bodies, a block at a time: 256 rows, fewer where they are large."""
    entries: list[bytes] = []
    data: list[Named] = []
    meta: list[Named] = []
    size, last = 0, b""
    for row in rows:
        said, beside = canonical(row.data), canonical({"origin": row.origin, "scores": row.scores})
        name, more = tagged(DATA, said), tagged(META, beside)
        data.append((name, said))
        meta.append((more, beside))
        entries.append(b"%b%c%b%b%b" % (_place(row), len(key := _key(row, last)), key, name, more))
        size, last = size + len(said) + len(beside), key
        if len(entries) == BLOCK_ROWS or size > BLOCK_BYTES:
            yield entries, data, meta
            entries, data, meta, size = [], [], [], 0
    if entries:
        yield entries, data, meta


def _key(row: Row, last: bytes) -> bytes:
    if row.order <= last:
        raise Invalid(f"Row {row.id} does not come after the row before it.", "Commit rows in row order, each with an order of its own.")
    if len(row.order) > LONGEST_ORDER:
        raise Invalid(f"Row {row.id} has an order key of {len(row.order)} bytes.", f"Use at most {LONGEST_ORDER}.")
    return row.order


def _place(row: Row) -> bytes:
    try:
        name = bytes.fromhex(row.id)
    except ValueError:
        name = b""
    if len(name) != 16:
        raise Invalid(f"{row.id!r} is no row id.", "A row id has 32 hexadecimal digits (rowsmith.core.ids).")
    return turned(name)
