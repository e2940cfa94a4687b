"""Rows of a branch as they stand: as its head has them, uncommitted edits laid over it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import bindparam, text

from rowsmith.core.ids import canonical
from rowsmith.core.row import Json, Row
from rowsmith.store.bodies import Bodies, tagged
from rowsmith.store.changes import DATA
from rowsmith.store.database import Database
from rowsmith.store.reading import row_of
from rowsmith.store.tombstones import living
from rowsmith.store.trees import Entry, Trees, removal, turned
from rowsmith.store.versions import Versions

REMOVED = "removed"
"""The token of a row that is taken away."""
COLUMNS = "id, base_data, base_meta, data, meta, hash, key, author, at"
_THOSE = text(f"SELECT {COLUMNS} FROM edit WHERE dataset = :dataset AND branch = :branch AND id IN :ids").bindparams(
    bindparam("ids", expanding=True)
)


@dataclass(frozen=True, slots=True)
class Edit:
    """A row as it is to be, not committed yet. `data` None: it is removed. `new`: the branch's head had no such row.
    `key` is its place in the version (of a new row: among the new ones)."""

    id: str
    data: dict[str, Json] | None
    scores: dict[str, Json]
    origin: dict[str, Json]
    new: bool
    key: bytes
    author: str
    at: float

    @property
    def token(self) -> str:
        """What the next editor has to have seen."""
        return REMOVED if self.data is None else token(self.data)


@dataclass(frozen=True, slots=True)
class Standing:
    """A row of a branch as it stands, edits included. `row` None: removed, or not there (then there is neither `edit` nor `entry`). `token` is
    what an editor has to have seen. `committed`: the row as the head has it."""

    id: str
    row: Row | None
    token: str
    edit: Edit | None
    entry: Entry | None
    head: str | None
    committed: Callable[[], Row]


class Standings:
    """Reads them. What was read lately is at hand for the next rows, of which those that stand together are kept together."""

    def __init__(self, db: Database, where: Mapping[str, Any]) -> None:
        self._db = db
        self._where = where
        self._trees = Trees(db)
        self._bodies = Bodies(db)

    def __call__(self, ids: Iterable[str]) -> Sequence[Standing]:
        """The rows with these ids, in their order."""
        names = [bytes.fromhex(id_) for id_ in ids]
        head = Versions(self._db).head(self._where["dataset"], self._where["branch"])
        entries = self._entries(head.root, names) if head else {}
        with self._db.read() as conn:
            edits = {bytes(row.id): edit_of(row) for row in conn.execute(_THOSE, {**self._where, "ids": names})}
        read = self._bodies.read({hash_ for name, entry in entries.items() if name not in edits for hash_ in (entry.data, entry.meta)})

        def stands(name: bytes) -> Standing:
            edit, entry = edits.get(name), entries.get(name)
            committed = self._committed(entry, read)
            if edit is not None:
                row = None if edit.data is None else Row(edit.id, edit.key, edit.data, edit.scores, edit.origin)
                return Standing(edit.id, row, edit.token, edit, entry, head.id if head else None, committed)
            row, mark = (committed(), entry.data.hex()) if entry else (None, REMOVED)
            return Standing(name.hex(), row, mark, None, entry, head.id if head else None, committed)

        return [stands(name) for name in names]

    def _entries(self, root: bytes, names: Sequence[bytes]) -> dict[bytes, Entry]:
        asked = (removal(place) for place in sorted(map(turned, names)))
        found = [entry for _, entry in self._trees.paired(self._trees.load(root), asked) if entry is not None]
        return {turned(entry.place): entry for entry in living(self._db, self._where["dataset"], found)}

    def _committed(self, entry: Entry | None, read: Mapping[bytes, bytes]) -> Callable[[], Row]:
        def committed() -> Row:
            assert entry is not None
            bodies = read if entry.data in read and entry.meta in read else self._bodies.read((entry.data, entry.meta))
            return row_of(entry, bodies[entry.data], bodies[entry.meta])

        return committed


def token(data: Mapping[str, Json]) -> str:
    """The token of a row that says this: 32 hexadecimal digits."""
    return tagged(DATA, canonical(data)).hex()


def edit_of(found: Any) -> Edit:
    """A row of the table."""
    meta = orjson.loads(found.meta)
    data = None if found.data is None else orjson.loads(found.data)
    return Edit(bytes(found.id).hex(), data, meta["scores"], meta["origin"], found.base_data is None, bytes(found.key), found.author, found.at)
