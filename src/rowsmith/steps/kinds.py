"""What kind of values the columns of records hold, as the types that DuckDB has for them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

TEXT, FLAG, WHOLE, REAL, JSON = "VARCHAR", "BOOLEAN", "BIGINT", "DOUBLE", "JSON"
PLAIN = frozenset({TEXT, FLAG, WHOLE, REAL})


class Kinds:
    """The kinds seen so far. A column of texts, flags or numbers has their type, one of lists of texts, or of lists of mappings that all have the
    same keys and hold texts, is nested. Any other value, and values of several kinds, are JSON.

    `columns`: the type of each column, in the order in which they first came; None: only nulls were seen. `longest`: the bytes of the longest line.
    """

    def __init__(self, columns: dict[str, str | None] | None = None, longest: int = 0) -> None:
        self.columns: dict[str, str | None] = {} if columns is None else columns
        self.longest = longest

    def see(self, record: Mapping[str, Any], length: int) -> None:
        """A record, and the bytes of its line."""
        columns = self.columns
        for name, value in record.items():
            kind = TEXT if type(value) is str else _kind(value)
            if kind != columns.get(name, ""):
                columns[name] = _merged(columns.get(name), kind)
        self.longest = max(self.longest, length)

    def add(self, other: Kinds) -> None:
        """What was seen of the records that come next."""
        for name, kind in other.columns.items():
            self.columns[name] = _merged(self.columns.get(name), kind)
        self.longest = max(self.longest, other.longest)


def quoted(name: str) -> str:
    """The name of a column in SQL."""
    return '"' + name.replace('"', '""') + '"'


def _kind(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return FLAG
    if isinstance(value, int):
        return WHOLE if -(2**63) <= value < 2**63 else JSON
    if isinstance(value, float):
        return REAL
    return _nested(value) if isinstance(value, list) and value else JSON


def _nested(values: list[Any]) -> str:
    first = values[0]
    if type(first) is str:
        return f"{TEXT}[]" if all(type(one) is str for one in values) else JSON
    if type(first) is not dict or not first:
        return JSON
    keys = first.keys()
    if "" in keys or len({key.lower() for key in keys}) < len(keys):  # DuckDB holds no such
        return JSON
    for one in values:
        if type(one) is not dict or one.keys() != keys:
            return JSON
        for inner in one.values():
            if type(inner) is not str:
                return JSON
    return _structs(tuple(keys))


@lru_cache(1000)
def _structs(keys: tuple[str, ...]) -> str:
    return f"STRUCT({', '.join(f'{quoted(key)} {TEXT}' for key in keys)})[]"


def _merged(one: str | None, other: str | None) -> str | None:
    if one == other or other is None:
        return one
    if one is None:
        return other
    return REAL if {one, other} == {WHOLE, REAL} else JSON
