"""The kept rows of two runs beside each other: which of them are the same place, and what became of the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, text

from rowsmith.core.row import Row
from rowsmith.core.slots import CANCELLED, DROPPED, FAILED, KEPT_STAGE, PENDING, WAITING
from rowsmith.store.database import Database
from rowsmith.store.stages import as_row

_AT_ONCE = 250
_IDS = text(f'SELECT ord, id FROM "row" WHERE run = :n AND stage = {KEPT_STAGE} ORDER BY ord')
_PLACES = text(
    f'SELECT r.ord, p.id FROM "row" r JOIN slot p ON p.run = r.run AND p.ord = substr(r.ord, 1, length(r.ord) - 4) '
    f"WHERE r.run = :n AND r.stage = {KEPT_STAGE} AND length(r.ord) > 6 ORDER BY r.ord"
)
_ROWS = text(f'SELECT ord, id, data, meta FROM "row" WHERE run = :n AND stage = {KEPT_STAGE} AND ord IN :orders').bindparams(
    bindparam("orders", expanding=True)
)
_ENDED = text(f"SELECT id, state, reason FROM slot WHERE run = :n AND state IN ({PENDING}, {DROPPED}, {FAILED}, {CANCELLED}, {WAITING})")
_WORDS = {PENDING: "pending", WAITING: "pending", CANCELLED: "cancelled"}
_WITH_REASON = {DROPPED: "dropped", FAILED: "failed"}
_SHARED = text(
    "SELECT COUNT(DISTINCT a.key) FROM spend a WHERE a.run = :a AND a.outcome IN (1, 2) AND EXISTS "
    "(SELECT 1 FROM spend b WHERE b.run = :b AND b.base = a.base AND b.idx = a.idx AND b.outcome IN (1, 2))"
)


@dataclass(frozen=True, slots=True)
class Pairing:
    """The order keys of rows that are kept in both runs, in the first one's order. `only`: of the rows kept in one of them alone, how many there
    are by what became of them in the other (`failed (schema)`, `dropped (where)`, `cancelled`, `pending`, `not made`)."""

    db: Database
    runs: tuple[int, int]
    orders: Sequence[tuple[bytes, bytes]]
    only: tuple[dict[str, int], dict[str, int]]

    def __len__(self) -> int:
        return len(self.orders)

    def __iter__(self) -> Iterator[tuple[Row, Row]]:
        return self.of(self.orders)

    def of(self, orders: Sequence[tuple[bytes, bytes]]) -> Iterator[tuple[Row, Row]]:
        """The rows with these order keys, of both runs."""
        for first in range(0, len(orders), _AT_ONCE):
            part = orders[first : first + _AT_ONCE]
            sides = [self._rows(run, [pair[side] for pair in part]) for side, run in enumerate(self.runs)]
            yield from ((sides[0][a], sides[1][b]) for a, b in part)

    def _rows(self, run: int, orders: Sequence[bytes]) -> dict[bytes, Row]:
        with self.db.read() as conn:
            return {bytes(r.ord): as_row(r) for r in conn.execute(_ROWS, {"n": run, "orders": orders})}


def pairing(db: Database, a: int, b: int) -> Pairing:
    """Pair the kept rows of two runs by their ids. Where they share none, because a step has another name, a row is the same that has the same
    parent and the same place below it."""
    found = _joined(db, a, b, _by_id)
    return found if len(found) else _joined(db, a, b, _by_place)


def shared_answers(db: Database, a: int, b: int) -> int:
    """How many stored answers both runs rest on."""
    with db.read() as conn:
        return int(conn.execute(_SHARED, {"a": a, "b": b}).scalar_one())


Key = tuple[bytes, bytes, int]
"""The id of the row or of its parent, its place below that, and its number among equals."""


def _by_id(db: Database, run: int) -> dict[Key, bytes]:
    with db.read() as conn:
        return _numbered((bytes(r.id), b"", bytes(r.ord)) for r in conn.execute(_IDS, {"n": run}))


def _by_place(db: Database, run: int) -> dict[Key, bytes]:
    with db.read() as conn:
        return _numbered((bytes(r.id), bytes(r.ord)[-3:], bytes(r.ord)) for r in conn.execute(_PLACES, {"n": run}))


def _numbered(found: Iterator[tuple[bytes, bytes, bytes]]) -> dict[Key, bytes]:
    """Two kept rows may have one id, where branches of a recipe came together."""
    seen: Counter[tuple[bytes, bytes]] = Counter()
    keys: dict[Key, bytes] = {}
    for id_, place, order in found:
        keys[id_, place, seen[id_, place]] = order
        seen[id_, place] += 1
    return keys


def _joined(db: Database, a: int, b: int, keys_of: Callable[[Database, int], dict[Key, bytes]]) -> Pairing:
    one, two = keys_of(db, a), keys_of(db, b)
    orders = [(order, two[key]) for key, order in one.items() if key in two]
    only = (_ends(db, b, one.keys() - two.keys()), _ends(db, a, two.keys() - one.keys()))
    return Pairing(db, (a, b), orders, only)


def _ends(db: Database, run: int, keys: set[Key]) -> dict[str, int]:
    """What became of these rows in a run that did not keep them, the most frequent first."""
    if not keys:
        return {}
    with db.read() as conn:
        ended = {bytes(r.id): _WORDS.get(r.state) or f"{_WITH_REASON[r.state]} ({r.reason})" for r in conn.execute(_ENDED, {"n": run})}
    counts = Counter(ended.get(id_, "not made") for id_, _, _ in keys)
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
