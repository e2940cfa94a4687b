"""What a version's rows look like, found while they are read: which columns there are, and of which kind their values are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from rowsmith.core.row import Json
from rowsmith.core.terms import Typed

MOST_COLUMNS = 100
"""Columns that a view keeps apart; what more there is lies together in one, as JSON."""
MOST_LEAVES = 60
_DEEPEST = 4
PREFIX = 16
"""Characters of a text's beginning, by which it is sorted at first."""
_LONG = 64
RESERVED = ("id", "scores", "origin")
"""What a row has beside its columns. A column of such a name goes before it."""

_KIND = {str: "text", int: "number", float: "number", bool: "bool", type(None): "", dict: "json", list: "json"}
_SQL = {"text": "VARCHAR", "number": "DOUBLE", "bool": "BOOLEAN", "json": "JSON"}

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """Values that a view keeps apart: a column (`("answer",)`), or something within scores or origin (`("scores", "judge", "overall")`).
    kind: text, number, bool, or json where there are several. long: some of its texts are; their beginnings lie apart, too, for sorting."""

    path: Path
    kind: str
    long: bool = False


@dataclass(slots=True)
class _Node:
    """Something within scores or origin: its kind (`within`: it is a mapping), and what is in it."""

    kind: str = ""
    inside: dict[str, _Node] = field(default_factory=dict)


class Shape:
    """Columns and kinds, gathered row by row."""

    def __init__(self) -> None:
        self._kinds: dict[str, str] = {}
        self._folded: set[str] = set()
        self._beside = {"scores": _Node(), "origin": _Node()}
        self._leaves = 0
        self._long: set[str] = set()
        self.hidden: set[str] = set()  # columns that are not kept apart

    def add(self, data: Mapping[str, Json], meta: Mapping[str, Json]) -> dict[str, Json]:
        """Take a row in; returns what of its data is not kept apart."""
        rest = {}
        for name, value in data.items():
            known = self._kinds.get(name)
            if known is None:
                if not self._apart(name):
                    rest[name] = value
                    continue
                known = ""
            kind = _KIND[type(value)]
            if kind != known and kind and known != "json":
                self._kinds[name] = "json" if known else kind
            if kind == "text" and len(value) > _LONG:
                self._long.add(name)
        self.hidden.update(rest)
        for part, node in self._beside.items():
            self._walk(node, meta[part], 2)
        return rest

    def _apart(self, name: str) -> bool:
        """Whether a column is kept apart. DuckDB takes names for equal that differ in case alone."""
        folded = name.casefold()
        if len(self._kinds) == MOST_COLUMNS or name in self.hidden or folded in self._folded or name in RESERVED or not _plain(name):
            return False
        self._folded.add(folded)
        self._kinds[name] = ""
        return True

    def _walk(self, node: _Node, found: Mapping[str, Json], depth: int) -> None:
        inside = node.inside
        for name, value in found.items():
            child = inside.get(name)
            if child is None:
                if self._leaves == MOST_LEAVES:
                    continue
                self._leaves += 1
                child = inside[name] = _Node()
            kind = _KIND[type(value)] if not isinstance(value, dict) else "within"
            if kind != child.kind and kind and child.kind != "json":
                child.kind = "json" if child.kind else kind
            if kind == "within" and depth < _DEEPEST:
                self._walk(child, value, depth + 1)

    def columns(self) -> list[Column]:
        """The columns that are kept apart, in order of appearance; within scores and origin only what is of one kind."""
        found = [Column((name,), kind or "text", kind == "text" and name in self._long) for name, kind in self._kinds.items()]
        for part, node in self._beside.items():
            found += _leaves((part,), node)
        return found


def _leaves(path: Path, node: _Node) -> Iterator[Column]:
    """What is of one kind. DuckDB takes names for equal that differ in case alone; of those none is kept apart."""
    folded = Counter(name.casefold() for name in node.inside)
    for name, child in node.inside.items():
        if folded[name.casefold()] == 1 and _plain(name):
            if child.kind == "within":
                yield from _leaves((*path, name), child)
            elif child.kind in ("text", "number", "bool"):
                yield Column((*path, name), child.kind)


def _plain(name: str) -> bool:
    return 0 < len(name) <= 200 and name.isprintable()


def struct(columns: list[Column], depth: int = 0) -> str:
    """DuckDB's type for JSON objects that hold these columns; names within are matched as they are written."""
    groups: dict[str, list[Column]] = {}
    for column in columns:
        groups.setdefault(column.path[depth], []).append(column)
    fields = []
    for name, inside in groups.items():
        one = inside[0]
        kind = _SQL[one.kind] if len(one.path) == depth + 1 else struct(inside, depth + 1)
        fields.append(f"{named(name)} {kind}")
    return f"STRUCT({', '.join(fields)})"


def named(name: str) -> str:
    """A name in SQL."""
    return '"' + name.replace('"', '""') + '"'


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the values of a view's rows lie: SQL for JSON by name, for what is of one kind as that, and for the beginnings of long texts."""

    json: dict[str, str]
    typed: dict[Path, Typed]
    names: tuple[str, ...]
    beginnings: dict[Path, str]

    def has(self, name: str) -> bool:
        """Whether any row may have something of this name."""
        return name in RESERVED or name in self.names

    def beside(self, name: str, sql: str) -> Layout:
        """The same with something beside the columns; a column of that name goes before it."""
        return replace(self, json={name: sql, **self.json}, names=tuple(sorted({name, *self.names})))


def layout(columns: list[Column], hidden: list[str]) -> Layout:
    """The layout of a view with the columns `c0`, `c1` ..., `rest`, `scores`, `origin` and `id`."""
    json: dict[str, str] = dict(_beside(bool(set(hidden) & set(RESERVED)), hidden))
    typed: dict[Path, Typed] = {}
    for n, column in enumerate(columns):
        if column.kind != "json":
            typed[column.path] = Typed(column.kind, f"c{n}")
        if len(column.path) == 1:
            json[column.path[0]] = f"c{n}" if column.kind == "json" else f"to_json(c{n})"
    if "id" not in hidden:
        typed["id",] = Typed("text", "id")
    if hidden:
        typed = {path: found for path, found in typed.items() if path[0] not in hidden}
        json[""] = "rest"
    names = {*hidden, *(column.path[0] for column in columns if column.path[0] not in RESERVED)}
    return Layout(json, typed, tuple(sorted(names)), {column.path: f"p{n}" for n, column in enumerate(columns) if column.long})


def _beside(hides: bool, hidden: list[str]) -> Iterator[tuple[str, str]]:
    """What a row has beside its columns, where no column has its name."""
    for name, sql in (("id", "to_json(id)"), ("scores", "scores"), ("origin", "origin")):
        if hides and name in hidden:
            yield name, f"CASE WHEN json_exists(rest, '/{name}') THEN json_extract(rest, '/{name}') ELSE {sql} END"
        else:
            yield name, sql
