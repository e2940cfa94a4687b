"""What rows are sorted by, for DuckDB and, with the same meaning, for a few rows in Python.

Numbers come first, then texts by code point, then false and true, then lists and objects, which count as equal; missing values and null come
last, whichever way round. What is equal stays in row order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from rowsmith.core.errors import Invalid, NotFound, choose
from rowsmith.core.expressions import Expression, parse_value
from rowsmith.core.layout import marker
from rowsmith.core.terms import OF, json_as
from rowsmith.store.shapes import PREFIX, Layout

_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Sort:
    """One thing to sort by: a column, something in `scores`, `origin` or `reviews`, or any other expression; the greatest first with `descending`."""

    expression: Expression
    descending: bool

    @property
    def path(self) -> tuple[str, ...] | None:
        """The name that it is, cut at its dots; None when it is more than a name."""
        return self.expression.paths[0] if self.expression.term.sql == marker(0) else None


def read_sort(text: str) -> Sort:
    """Read `column`, `scores.x`, or `-column` for the greatest first.

    Raises:
        Invalid: it is no expression.
    """
    bare = text.strip()
    descending = bare.startswith("-")
    bare = bare[1:].strip() if descending else bare
    if not bare:
        raise Invalid(f"{text!r} is nothing to sort by.", "Name a column: --sort answer, --sort scores.judge, --sort=-answer for the last first.")
    return Sort(parse_value(bare), descending)


def require_known(sort: Sort, layouts: Iterable[Layout]) -> None:
    """Make sure that some row may have what is sorted by.

    Raises:
        NotFound: none has; the fix lists the columns.
    """
    every = list(layouts)
    for name in sorted(sort.expression.columns):
        if not any(layout.has(name) for layout in every):
            names = sorted({name for layout in every for name in layout.names})
            raise NotFound(f"No row has a column {name!r}.", choose(name, [*names[:_SHOWN], "scores", "origin", "id"]))


@dataclass(frozen=True, slots=True)
class Key:
    """How a sort is written: SQL for the columns of a table that is sorted, and the terms of its ORDER BY. `text`: SQL of long texts, whose
    beginning alone is sorted by at first."""

    columns: tuple[str, ...]
    text: str = ""


def key_of(sort: Sort, layout: Layout, kind: str) -> Key:
    """The key in one layout; `kind` is that of all values (`kind_of`)."""
    if kind == "mixed":
        return Key(_mixed(sort.expression.duckdb(layout.json, layout.typed)))
    sql = _of_kind(sort.expression, layout, kind)
    if kind != "text":
        return Key((sql,))
    return Key((layout.beginnings.get(sort.path or (), f"left({sql}, {PREFIX})"),), sql)


def kind_of(sort: Sort, layout: Layout, scopes: Iterable[Mapping[str, Any]]) -> str:
    """text, number or bool when all values are known to be, else mixed. `scopes` are the rows that lie elsewhere than in the layout."""
    expression = sort.expression
    if expression.kind in ("text", "number", "bool"):
        return expression.kind
    typed = layout.typed.get(sort.path) if sort.path else None
    if typed is None:
        return "mixed"
    values = (expression.value(scope) for scope in scopes)
    return typed.kind if all(value is None or OF[typed.kind](value) is not None for value in values) else "mixed"


def rank(value: Any) -> tuple[int, float, str] | None:
    """What a value sorts by; None for null."""
    if value is None:
        return None
    if isinstance(value, bool):
        return (2, float(value), "")
    if (number := OF["number"](value)) is not None:
        return (0, float(number), "")
    return (1, 0.0, value) if isinstance(value, str) else (3, 0.0, "")


def _of_kind(expression: Expression, layout: Layout, kind: str) -> str:
    sql = expression.duckdb(layout.json, layout.typed)
    if expression.kind == kind:
        return sql
    typed = layout.typed.get(expression.paths[0])
    return typed.sql if typed else json_as(kind, f"({sql})")


def _mixed(sql: str) -> tuple[str, ...]:
    """Rank, number and text of a JSON value."""
    kinds = "WHEN 'NULL' THEN NULL WHEN 'VARCHAR' THEN 1 WHEN 'BOOLEAN' THEN 2 WHEN 'ARRAY' THEN 3 WHEN 'OBJECT' THEN 3"
    number = f"CASE WHEN json_type({sql}) = 'BOOLEAN' THEN CAST({json_as('bool', f'({sql})')} AS DOUBLE) ELSE {json_as('number', f'({sql})')} END"
    return f"CASE WHEN ({sql}) IS NULL THEN NULL ELSE CASE json_type({sql}) {kinds} ELSE 0 END END", number, json_as("text", f"({sql})")
