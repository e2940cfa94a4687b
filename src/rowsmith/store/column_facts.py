"""What the columns of a version hold, as a grid shows it above them: types, what is missing, and a histogram or the commonest values.

Counted by DuckDB from the version's view.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import orjson
from sqlalchemy import text

from rowsmith.core.ids import canonical
from rowsmith.store.database import Database
from rowsmith.store.shapes import Layout
from rowsmith.store.tombstones import erased_in
from rowsmith.store.versions import Version

_GET = text("SELECT facts FROM column_facts WHERE root = :root")
_PUT = text("INSERT INTO column_facts (root, facts) VALUES (:root, :facts) ON CONFLICT (root) DO UPDATE SET facts = excluded.facts")

MOST_VALUES, MOST_DISTINCT, LONGEST, BINS = 10, 50, 100, 20
"""Values that are listed, of a column that has no more than so many, each of no more characters than that; bars of a histogram."""
_TYPES = {
    "VARCHAR": "text", "BOOLEAN": "true/false", "ARRAY": "list", "OBJECT": "mapping", "BIGINT": "number", "UBIGINT": "number", "DOUBLE": "number",
}  # fmt: skip
_KINDS = {"text": "text", "number": "number", "bool": "true/false"}

Source = tuple[str, Layout, list[str]]
"""What DuckDB selects from, where the values lie in it, and conditions."""


@dataclass(frozen=True, slots=True)
class ColumnFacts:
    """One column. `missing` counts the rows that lack it or say nothing there. `values` are the commonest ({value, count}), of a column that has
    few different ones; else `histogram` ({from, to, count}) is of its numbers, or of the characters of its texts (`of`: value, length)."""

    name: str
    rows: int
    types: dict[str, int]
    missing: int
    values: list[dict[str, Any]] = field(default_factory=list)
    histogram: list[dict[str, Any]] = field(default_factory=list)
    of: str = ""

    @property
    def missing_share(self) -> float:
        """The share of rows in which it says nothing."""
        return self.missing / self.rows if self.rows else 0.0

    def dump(self) -> dict[str, Any]:
        """As plain data."""
        return {**asdict(self), "missing_share": self.missing_share}


def column_facts(duck: Any, sources: Sequence[Source]) -> list[ColumnFacts]:
    """The facts of every column that a view keeps apart (store.shapes), in order of their names."""
    names = sorted({path[0] for _, layout, _ in sources for path in _apart(layout)})
    return [_Column(duck, sources, name).facts() for name in names]


def _apart(layout: Layout) -> list[tuple[str, ...]]:
    return [(name,) for name in layout.names if name in layout.json]


def kept(db: Database, version: Version) -> list[ColumnFacts] | None:
    """Those of a version that were counted before; None where they were not, or cannot be kept, as rows of it were erased."""
    with db.read() as conn:
        facts = None if erased_in(db, version) else conn.execute(_GET, {"root": version.root}).scalar()
    return None if facts is None else [ColumnFacts(**one) for one in orjson.loads(bytes(facts))]


def keep(db: Database, version: Version, found: Sequence[ColumnFacts]) -> None:
    """Keep them beside the version's statistics. A version that lost rows keeps none: its root is the same in another dataset, which may show
    them all."""
    if not erased_in(db, version):
        with db.write() as conn:
            conn.execute(_PUT, {"root": version.root, "facts": canonical([asdict(one) for one in found])})


class _Column:
    def __init__(self, duck: Any, sources: Sequence[Source], name: str) -> None:
        self._duck, self._sources, self._name = duck, sources, name
        there = [layout.typed.get((name,)) for _, layout, _ in sources if name in layout.json]
        kinds = {one.kind if one else "json" for one in there}
        self._kind = kinds.pop() if len(kinds) == 1 else "json"

    def facts(self) -> ColumnFacts:
        kind = self._kind
        if kind == "json":
            return self._mixed()
        empty = "v = ''" if kind == "text" else "FALSE"
        rows, there, missing, distinct = self._ask(f"count(*), count(v), count(*) FILTER (v IS NULL OR {empty}), approx_count_distinct(v)")[0]
        said = {"name": self._name, "rows": rows, "types": {_KINDS[kind]: there} if there else {}, "missing": missing}
        if distinct <= MOST_DISTINCT:
            short = f"length(v) <= {LONGEST}" if kind == "text" else "TRUE"
            found = self._ask("v, count(*)", f"v IS NOT NULL AND {short} GROUP BY v ORDER BY count(*) DESC, v LIMIT {MOST_VALUES}")
            if found:
                return ColumnFacts(**said, values=[{"value": value, "count": count} for value, count in found], of="value")
        sql = "v" if kind == "number" else "length(v)"
        return ColumnFacts(**said, histogram=self._histogram(sql), of="value" if kind == "number" else "length")

    def _mixed(self) -> ColumnFacts:
        types: dict[str, int] = {}
        rows = missing = 0
        for kind, empty, count in self._ask("json_type(v), v::VARCHAR IN ('\"\"', '[]', '{}'), count(*)", "TRUE GROUP BY ALL"):
            rows += count
            missing += count * (kind in (None, "NULL") or bool(empty))
            if kind not in (None, "NULL"):
                name = _TYPES.get(kind, "other")
                types[name] = types.get(name, 0) + count
        return ColumnFacts(self._name, rows, dict(sorted(types.items())), missing)

    def _histogram(self, sql: str) -> list[dict[str, Any]]:
        low, high = self._ask(f"min({sql}), max({sql})")[0]
        if low is None:
            return []
        width = (high - low) / BINS or 1
        counts = dict(self._ask(f"least(floor(({sql} - {low!r}) / {width!r}), {BINS - 1})::INTEGER, count(*)", "v IS NOT NULL GROUP BY 1"))
        bins = range(BINS if high > low else 1)
        return [{"from": low + n * width, "to": low + (n + 1) * width if high > low else high, "count": counts.get(n, 0)} for n in bins]

    def _ask(self, select: str, where: str = "TRUE") -> list[Any]:
        parts = [f"SELECT {self._sql(layout)} AS v FROM {source} WHERE {' AND '.join(also) or 'TRUE'}" for source, layout, also in self._sources]
        every = " UNION ALL ".join(parts)
        found: list[Any] = self._duck.execute(f"SELECT {select} FROM ({every}) WHERE {where}").fetchall()
        return found

    def _sql(self, layout: Layout) -> str:
        if self._kind != "json":
            return layout.typed[self._name,].sql if (self._name,) in layout.typed else "NULL"
        return layout.json.get(self._name, "NULL::JSON")


