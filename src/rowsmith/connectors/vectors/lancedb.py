"""An index in a folder of LanceDB (extra `lancedb`). It compares all vectors until an index is made with LanceDB's own tools."""

from __future__ import annotations

import warnings
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

from rowsmith.connectors.vectors.batch import Batched
from rowsmith.connectors.vectors.places import folder, library

TABLE = "rowsmith"


def opened(place: str, scratch: Path) -> Lance:
    """The table `rowsmith` of the LanceDB in the folder `place`, or one that ends when it is closed."""
    path, keep = folder(place, scratch)
    return Lance(library("lancedb", "lancedb"), path, keep=keep)


class Lance(Batched):
    """See core.ports.Index."""

    def __init__(self, lancedb: Any, path: Path, *, keep: bool) -> None:
        super().__init__(path, keep=keep)
        self._db = lancedb.connect(str(path))
        names = self._db.table_names() if not hasattr(self._db, "list_tables") else self._db.list_tables().tables
        self._table: Any = self._db.open_table(TABLE) if TABLE in names else None

    def _write(self, rows: dict[str, list[float]]) -> None:
        pa = import_module("pyarrow")
        made = pa.table({"name": list(rows), "vector": pa.array(list(rows.values()), pa.list_(pa.float32(), self._known))})
        if self._table is None:
            self._table = self._db.create_table(TABLE, made)
        else:
            self._table.merge_insert("name").when_matched_update_all().when_not_matched_insert_all().execute(made)

    def _nearest(self, vector: list[float], count: int) -> list[tuple[str, float]]:
        if self._table is None:
            return []
        found = self._table.search(vector).distance_type("cosine").limit(count).select(["name", "_distance"]).to_list()
        return [(row["name"], 1.0 - row["_distance"]) for row in found]

    def _remove(self, names: list[str]) -> None:
        if self._table is not None:
            listed = ", ".join("'{}'".format(name.replace("'", "''")) for name in names)
            self._table.delete(f"name IN ({listed})")
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # it warns of readers of older versions, which are to go: they hold what was removed
                self._table.optimize(cleanup_older_than=timedelta(0), delete_unverified=True)

    def _length(self) -> int:
        return int(self._table.schema.field("vector").type.list_size) if self._table is not None else 0
