"""Which rows of a base and of what is laid over it are meant, in which order: put together by DuckDB, and kept as a table of marks (see
store.positions), so that one page after another is quick."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

import orjson

from rowsmith.core.expressions import Expression
from rowsmith.core.ids import share
from rowsmith.core.review import NOTHING
from rowsmith.core.row import REVIEWS
from rowsmith.store.bases import Base
from rowsmith.store.column_facts import ColumnFacts, column_facts
from rowsmith.store.columns import Lines
from rowsmith.store.duck import quoted, roomy
from rowsmith.store.laying import Overlay
from rowsmith.store.positions import base_mark
from rowsmith.store.reviews import Known
from rowsmith.store.shapes import PREFIX, Layout
from rowsmith.store.sorting import Key, Sort, key_of, kind_of, require_known
from rowsmith.store.workspace import Workspace

_PART = 50_000
_REVIEWED = "reviews_"
_numbers = count()


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found: rows whose data has one of these `hashes` (none of them, with `outside`), and of the rows laid over those with
    these `marks`, which no index knows. Without `hashes`, `marks` name all of them."""

    hashes: Sequence[bytes] | None
    outside: bool
    marks: Sequence[int]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows, in which order. `sample`: that many of them, chosen by row id and `seed`. `reviews`: what `reviews` means in `where` and `sort`.
    `among`: of these rows, by id."""

    where: Expression | None
    search: str | None
    sort: tuple[Sort, ...]
    sample: int | None
    seed: int
    reviews: Known | None = None
    among: frozenset[str] | None = None


class Selection:
    """Marks of rows, in order, in a table of DuckDB's. Not for two threads at once."""

    def __init__(self, duck: Any, table: str) -> None:
        self._duck = duck
        self._table = table
        self.total = int(duck.execute(f"SELECT count(*) FROM {table}").fetchone()[0])

    def marks(self, start: int, stop: int) -> list[int]:
        """The marks from `start` up to `stop`."""
        sql = f"SELECT mark FROM {self._table} WHERE rowid >= {max(start, 0)} AND rowid < {max(stop, 0)} ORDER BY rowid"
        return [mark for (mark,) in self._duck.execute(sql).fetchall()]

    def drop(self) -> None:
        """Forget them."""
        self._duck.execute(f"DROP TABLE IF EXISTS {self._table}")


class Selecting:
    """A base with its overlay, as tables of DuckDB's."""

    def __init__(self, duck: Any, base: Base, overlay: Overlay, workspace: Workspace) -> None:
        self._duck, self._base, self._overlay, self._workspace = duck, base, overlay, workspace
        self._name = f"v{next(_numbers)}"
        self._longest = base.facts.longest
        self._over: Layout | None = None
        if overlay.gone:
            self._fill(f"gone_{self._name}", "BIGINT", [base_mark(n) for n in overlay.gone])
        if overlay.laid:
            self._over = self._loaded()

    def _loaded(self) -> Layout:
        """Put the rows that are laid over into tables."""
        laid, marks = self._overlay.laid, self._overlay.positions.marks
        path = self._workspace.path / f"{self._name}.ndjson"
        with open(path, "wb") as file:
            lines = Lines(file)
            for mark, one in zip(marks, laid, strict=True):
                lines.add(mark, one.stored)
        self._longest = max(self._longest, lines.longest)
        with roomy(self._duck, self._longest):
            self._duck.execute(f"CREATE TABLE over_{self._name} AS {lines.select(path)}")
        path.unlink()
        self._fill(f"edited_{self._name}", "BIGINT", [mark for mark, one in zip(marks, laid, strict=True) if one.edited])
        return lines.layout

    def select(self, wanted: Wanted, find: Callable[[str], Found]) -> Selection:
        """The rows that are wanted.

        Raises:
            NotFound: no row has a column that is sorted by.
            Damaged: the base's file is not what was written.
        """
        for sort in wanted.sort:
            require_known(sort, self._layouts(wanted))
        name = f"s{next(_numbers)}"
        made: list[str] = []
        try:
            found = find(wanted.search) if wanted.search is not None else None
            conditions = self._hits(name, found, made)
            self._reviewed(name, wanted, made)
            if wanted.among is not None:
                made.append(f"among_{name}")
                self._fill(f"among_{name}", "VARCHAR", sorted(wanted.among))
            with roomy(self._duck, self._longest):
                return self._selected(name, wanted, conditions, made)
        finally:
            for table in made:
                self._duck.execute(f"DROP TABLE IF EXISTS {table}")

    def unknown(self, wanted: Wanted) -> tuple[list[str], list[str]]:
        """Names in the condition that no row has, by name, and the columns that rows have. Such a name is NULL, and no error."""
        every = self._layouts(wanted)
        used = sorted(wanted.where.columns) if wanted.where else []
        missing = [name for name in used if not any(layout.has(name) for layout in every)]
        return missing, sorted({name for layout in every for name in layout.names})

    def _layouts(self, wanted: Wanted) -> list[Layout]:
        every = [self._base.layout, *([self._over] if self._over else [])]
        return every if wanted.reviews is None else [one.beside(REVIEWS, _REVIEWED) for one in every]

    def _hits(self, name: str, found: Found | None, made: list[str]) -> tuple[str, str]:
        """Conditions on the base's rows and on those laid over."""
        if found is None:
            return "", ""
        made += [f"marks_{name}", f"hashes_{name}"]
        self._fill(f"marks_{name}", "BIGINT", found.marks)
        marked = f"mark IN (SELECT v FROM marks_{name})"
        if found.hashes is None:
            return marked, marked
        self._fill(f"hashes_{name}", "BLOB", found.hashes)
        hit = f"hash {'NOT IN' if found.outside else 'IN'} (SELECT v FROM hashes_{name})"
        return hit, f"CASE WHEN mark IN (SELECT v FROM edited_{self._name}) THEN {marked} ELSE {hit} END"

    def _reviewed(self, name: str, wanted: Wanted, made: list[str]) -> None:
        """What reviews come to, by row and by what it says."""
        if wanted.reviews is None:
            return
        made.append(f"reviewed_{name}")
        self._duck.execute(f"CREATE TABLE reviewed_{name} (id VARCHAR, hash BLOB, said JSON)")
        for at in range(0, len(wanted.reviews.rows), _PART):
            columns = [list(column) for column in zip(*wanted.reviews.rows[at : at + _PART], strict=True)]
            self._duck.execute(f"INSERT INTO reviewed_{name} SELECT unnest(?::VARCHAR[]), unnest(?::BLOB[]), unnest(?::JSON[])", columns)

    def _fill(self, table: str, kind: str, values: Sequence[Any]) -> None:
        self._duck.execute(f"CREATE TABLE {table} (v {kind})")
        for at in range(0, len(values), _PART):
            self._duck.execute(f"INSERT INTO {table} SELECT unnest(?::{kind}[])", [values[at : at + _PART]])

    def _selected(self, name: str, wanted: Wanted, hits: tuple[str, str], made: list[str]) -> Selection:
        kinds = [kind_of(sort, self._base.layout, self._overlay.rows()) for sort in wanted.sort]
        keys = [[key_of(sort, layout, kind) for sort, kind in zip(wanted.sort, kinds, strict=True)] for layout in self._layouts(wanted)]
        columns = [n for n, key in enumerate(keys[0]) for _ in key.columns]
        names = [f"k{n}_{sum(1 for m in columns[:i] if m == n)}" for i, n in enumerate(columns)]
        more = ["id"] if wanted.sample is not None else []
        made += [f"q_{name}"]
        sources = self._sources(name, hits, wanted)
        selects = [self._part(name, where, key, names, more, wanted) for where, key in zip(sources, keys, strict=True)]
        self._duck.execute(f"CREATE TABLE q_{name} AS {' UNION ALL '.join(selects)}")
        chosen = self._sampled(name, wanted, made) if wanted.sample is not None else ""
        joins, order = self._order(name, wanted, keys, made)
        self._duck.execute(f"CREATE TABLE {name} AS SELECT q.mark FROM q_{name} q {joins} {chosen} ORDER BY {', '.join([*order, 'q.mark'])}")
        return Selection(self._duck, name)

    def _sources(self, name: str, hits: tuple[str, str], wanted: Wanted) -> Iterator[tuple[str, Layout, list[str]]]:
        gone = [f"mark NOT IN (SELECT v FROM gone_{self._name})"] if self._overlay.gone else []
        conditions = [[*gone, *filter(None, hits[:1])], [*filter(None, hits[1:])]]
        for source, layout, where in zip((self._base.source, f"over_{self._name}"), self._layouts(wanted), conditions, strict=False):
            yield (source if wanted.reviews is None else _with_reviews(source, name)), layout, where

    def _part(
        self, name: str, where: tuple[str, Layout, list[str]], keys: list[Key], names: list[str], more: list[str], wanted: Wanted
    ) -> str:
        source, layout, conditions = where
        if wanted.among is not None:
            conditions = [*conditions, f"id IN (SELECT v FROM among_{name})"]
        if wanted.where is not None:
            conditions = [*conditions, f"({wanted.where.duckdb(layout.json, layout.typed)})"]
        sorted_by = [f"{sql} AS {name}" for sql, name in zip((sql for key in keys for sql in key.columns), names, strict=True)]
        return f"SELECT {', '.join(['mark', *more, *sorted_by])} FROM {source} WHERE {' AND '.join(conditions) or 'TRUE'}"

    def _sampled(self, name: str, wanted: Wanted, made: list[str]) -> str:
        """Keep the rows whose share is smallest: which they are depends on their ids and the seed alone."""
        cursor = self._duck.execute(f"SELECT mark, id FROM q_{name}")

        def shares() -> Iterator[tuple[float, int]]:
            while batch := cursor.fetchmany(4096):
                yield from ((share(id_, f"sample:{wanted.seed}"), at) for at, id_ in batch)

        chosen = [at for _, at in heapq.nsmallest(wanted.sample or 0, shares())]
        made.append(f"chosen_{name}")
        self._fill(f"chosen_{name}", "BIGINT", chosen)
        return f"WHERE q.mark IN (SELECT v FROM chosen_{name})"

    def _order(self, name: str, wanted: Wanted, keys: list[list[Key]], made: list[str]) -> tuple[str, list[str]]:
        """Joins and terms of the ORDER BY. Long texts are read again only where their beginnings are the same."""
        joins, order = "", []
        for n, sort in enumerate(wanted.sort):
            turn = f"{'DESC' if sort.descending else 'ASC'} NULLS LAST"
            if not keys[0][n].text:
                order += [f"q.k{n}_{i} {turn}" for i in range(len(keys[0][n].columns))]
                continue
            order.append(f"q.k{n}_0 {turn}")
            tied = f"SELECT k{n}_0 FROM q_{name} GROUP BY k{n}_0 HAVING count(*) > 1 AND length(k{n}_0) = {PREFIX}"
            made.append(f"t{n}_{name}")
            self._duck.execute(f"CREATE TABLE t{n}_{name} AS SELECT mark FROM q_{name} WHERE k{n}_0 IN ({tied})")
            if self._duck.execute(f"SELECT count(*) FROM t{n}_{name}").fetchone()[0]:
                made.append(f"f{n}_{name}")
                wholes = [
                    f"SELECT mark, {key[n].text} AS whole FROM {source} WHERE mark IN (SELECT mark FROM t{n}_{name})"
                    for (source, _, _), key in zip(self._sources(name, ("", ""), wanted), keys, strict=True)
                ]
                self._duck.execute(f"CREATE TABLE f{n}_{name} AS {' UNION ALL '.join(wholes)}")
                joins += f" LEFT JOIN f{n}_{name} ON f{n}_{name}.mark = q.mark"
                order.append(f"f{n}_{name}.whole {turn}")
        return joins, order

    def columns(self) -> list[ColumnFacts]:
        """What its columns hold."""
        with roomy(self._duck, self._longest):
            return column_facts(self._duck, list(self._sources("", ("", ""), Wanted(None, None, (), None, 0))))

    def close(self) -> None:
        """Drop its tables."""
        for table in (f"gone_{self._name}", f"over_{self._name}", f"edited_{self._name}"):
            self._duck.execute(f"DROP TABLE IF EXISTS {table}")


def _with_reviews(source: str, name: str) -> str:
    """The rows with what their reviews come to, by what they say; of a row without any, nothing but zeros."""
    nothing = f"{quoted(orjson.dumps(NOTHING).decode())}::JSON"
    return (
        f"(SELECT s.*, COALESCE(a.said, b.said, {nothing}) AS {_REVIEWED} FROM {source} s LEFT JOIN reviewed_{name} a ON a.id = s.id "
        f"AND a.hash = s.hash LEFT JOIN reviewed_{name} b ON b.id = s.id AND b.hash IS NULL)"
    )
