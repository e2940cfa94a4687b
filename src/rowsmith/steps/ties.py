"""What ties rows together: the source that they came from, the value of a column, near-duplicate texts.

A source is what a person would name. A document is one, by its name and by its hash, so that its passages belong together and two
copies of it, too. Records of a table or a list are one each, by their key, else by their line: what was imported from one file of a
million lines did not come from one source. And what was made of a row, or made beside it, belongs to that row.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from rowsmith.core.errors import Invalid
from rowsmith.core.expressions import named
from rowsmith.core.ids import canonical, digest
from rowsmith.core.row import Row

SOURCE, NEAR, GROUP = "source", "near_duplicates", "group:"
NAME, FILE, PARENT, COLUMN, EXACT = "sources", "files", "parents", "groups", "exact"
"""Kinds of keys: a document's or record's name, a document's hash, a row that others were made of, a column's value, all that a row says."""

Key = tuple[str, bytes]
"""The kind (NAME, FILE, PARENT or `group:COLUMN`), and 16 bytes that name the value."""


@dataclass(frozen=True, slots=True)
class Ties:
    """The chosen ties."""

    source: bool
    near: bool
    groups: tuple[str, ...]

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of keys that rows can have."""
        return ((NAME, FILE, PARENT) if self.source else ()) + tuple(GROUP + column for column in self.groups)

    def keys(self, row: Row) -> Iterator[Key]:
        """What the row is tied to."""
        if self.source:
            yield from source_keys(row)
        for column in self.groups:
            if (value := named(row, column)) is not None:
                yield GROUP + column, digest(canonical(value))


def ties(spoken: Sequence[str]) -> Ties:
    """Read `source`, `near_duplicates` and `group:COLUMN`.

    Raises:
        Invalid: one is none of these.
    """
    groups = tuple(one.removeprefix(GROUP) for one in spoken if one.startswith(GROUP) and one != GROUP)
    for one in spoken:
        if one not in (SOURCE, NEAR) and (not one.startswith(GROUP) or one == GROUP):
            raise Invalid(f"{one!r} is nothing by which rows can be kept together.", "Use source, near_duplicates or group:COLUMN.")
    return Ties(SOURCE in spoken, NEAR in spoken, groups)


def source_keys(row: Row) -> Iterator[Key]:
    """The sources of a row: none where its origin names none (a row that was written by hand, or generated from nothing)."""
    source = row.origin.get("source")
    if isinstance(source, dict) and (name := source.get("name")) is not None:
        yield from _record(source, name) if _is_record(source) else _document(source, name)
    for parent in row.origin.get("parents", ()):
        yield PARENT, digest(str(parent).encode())


def own_key(row: Row) -> Key:
    """The key that rows made of this one have."""
    return PARENT, digest(row.id.encode())


def has_source(row: Row) -> bool:
    """Whether its origin names a source or a parent."""
    return next(source_keys(row), None) is not None


def _is_record(source: dict[str, Any]) -> bool:
    return any(source.get(place) is not None for place in ("key", "line", "index"))


def _record(source: dict[str, Any], name: Any) -> Iterator[Key]:
    if (key := source.get("key")) is not None:
        yield NAME, digest(b"key", canonical([name, key]))
    else:
        yield NAME, digest(b"line", canonical([source.get("hash") or name, source.get("line"), source.get("index")]))


def _document(source: dict[str, Any], name: Any) -> Iterator[Key]:
    yield NAME, digest(b"name", canonical(name))
    if (hash_ := source.get("hash")) is not None:
        yield FILE, digest(canonical(hash_))
