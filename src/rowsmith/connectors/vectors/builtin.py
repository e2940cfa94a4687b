"""The index that ships: every vector is compared, by DuckDB, so that nothing near is missed and nothing has to be installed."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from heapq import nsmallest
from itertools import count
from math import sqrt
from operator import mul
from pathlib import Path
from uuid import uuid4

from rowsmith.core.calls import floats
from rowsmith.core.errors import Invalid

HELD = 256
"""Vectors that wait in memory until they are written together."""
MEMORY = "400MB"


def opened(place: str, scratch: Path) -> Cosines:
    """The index in the folder `place`, or one that ends when it is closed."""
    return Cosines(Path(place) / "vectors.duckdb", keep=True) if place else Cosines(scratch / f"vectors-{uuid4().hex}.duckdb", keep=False)


class Cosines:
    """Vectors in a file of DuckDB. Cosines are those of the float32 numbers, taken in float64 for the nearest few."""

    def __init__(self, path: Path, *, keep: bool) -> None:
        import duckdb

        path.parent.mkdir(parents=True, exist_ok=True)
        self._path, self._keep = path, keep
        self._db = duckdb.connect(str(path), config={"memory_limit": MEMORY, "threads": 2, "enable_external_access": "false"})
        self._length = self._known_length()
        self._held: dict[str, tuple[int, array[float]]] = {}
        self._numbers: Iterator[int] = count()
        if self._length:
            [(last,)] = self._db.execute("SELECT coalesce(max(n), -1) FROM vector").fetchall()
            self._numbers = count(last + 1)

    def add(self, name: str, vector: bytes) -> None:
        """See core.ports.Index."""
        numbers = floats(vector)
        self._require(len(numbers))
        self.remove([name])
        self._held[name] = next(self._numbers), numbers
        if len(self._held) >= HELD:
            self._write()

    def near(self, vector: bytes, count: int) -> list[tuple[str, float]]:
        """See core.ports.Index."""
        wanted = floats(vector)
        if not self._length or count < 1:
            return []
        self._require(len(wanted))
        found = [(n, name, numbers) for name, (n, numbers) in self._held.items()]
        near = f"array_cosine_similarity(x, ?::FLOAT[{self._length}]) AS near"  # of a vector that is all 0 it is NaN, which sorts first
        asked = f"SELECT n, name, x FROM (SELECT n, name, x, {near} FROM vector) ORDER BY if(isnan(near), 0, near) DESC, n LIMIT ?"
        found += self._db.execute(asked, [list(wanted), count]).fetchall()
        nearest = nsmallest(count, ((-_cosine(wanted, numbers), n, name) for n, name, numbers in found))
        return [(name, -far) for far, _, name in nearest]

    def remove(self, names: Iterable[str]) -> None:
        """See core.ports.Index."""
        gone = [name for name in names if self._held.pop(name, None) is None]
        if gone and self._length:
            self._db.execute("DELETE FROM vector WHERE name IN (SELECT unnest(?))", [gone])

    def close(self) -> None:
        """See core.ports.Index."""
        if self._keep:
            self._write()
            self._db.execute("CHECKPOINT")
        self._db.close()
        if not self._keep:
            self._path.unlink(missing_ok=True)

    def _known_length(self) -> int:
        """How long its vectors are; 0 where there are none yet."""
        said = self._db.execute("SELECT data_type FROM duckdb_columns() WHERE table_name = 'vector' AND column_name = 'x'").fetchall()
        return int(said[0][0][len("FLOAT[") : -1]) if said else 0

    def _require(self, length: int) -> None:
        if not self._length:
            self._db.execute(f"CREATE TABLE vector (n BIGINT, name VARCHAR, x FLOAT[{int(length)}])")
            self._length = length
        if length != self._length:
            raise Invalid(f"A vector of {length} numbers came to an index of vectors of {self._length}.", "Use one model for all, or another place.")

    def _write(self) -> None:
        rows = [(n, name, list(numbers)) for name, (n, numbers) in self._held.items()]
        if rows:
            marks = ", ".join(f"(?, ?, ?::FLOAT[{self._length}])" for _ in rows)
            self._db.execute(f"INSERT INTO vector VALUES {marks}", [value for row in rows for value in row])
        self._held.clear()


def _cosine(one: Iterable[float], two: Iterable[float]) -> float:
    one, two = tuple(one), tuple(two)
    norms = sqrt(sum(map(mul, one, one))) * sqrt(sum(map(mul, two, two)))
    return max(-1.0, min(1.0, sum(map(mul, one, two)) / norms)) if norms else 0.0
