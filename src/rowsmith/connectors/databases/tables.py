"""What a database holds: tables, views and collections with their columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rowsmith.core.errors import Invalid, NotFound, choose


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, its type in the database's own word, whether it may be null, and whether it belongs to the primary key."""

    name: str
    type: str
    nullable: bool = True
    key: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table.

    schema: what it lies in; empty where the database has none.
    kind: table, view or collection.
    rows: how many the database believes that there are; None: it does not know.
    default: whether its name alone finds it.
    """

    name: str
    schema: str
    kind: str
    columns: tuple[Column, ...]
    rows: int | None = None
    default: bool = True

    @property
    def known_as(self) -> str:
        """Its name as the user writes it."""
        return self.name if self.default else f"{self.schema}.{self.name}"

    @property
    def key(self) -> tuple[str, ...]:
        """The columns of its primary key."""
        return tuple(column.name for column in self.columns if column.key)


def found(tables: Sequence[Table], name: str) -> Table:
    """The table of a name, which may have its schema before it.

    Raises:
        NotFound: there is none. Invalid: several schemas have one.
    """
    for same in ([one for one in tables if one.known_as == name], [one for one in tables if name in (one.name, f"{one.schema}.{one.name}")]):
        if len(same) == 1:
            return same[0]
        if same:
            raise Invalid(f"Several schemas have a table {name!r}.", f"Write one of: {', '.join(f'{one.schema}.{one.name}' for one in same)}.")
    raise NotFound(f"There is no table {name!r}.", choose(name, [one.known_as for one in tables][:50]))


def require_columns(table: Table, names: Sequence[str]) -> None:
    """Hold names of columns against those that the table has.

    Raises:
        NotFound: one of them is none.
    """
    known = [column.name for column in table.columns]
    for name in names:
        if name not in known:
            raise NotFound(f"The table {table.known_as} has no column {name!r}.", choose(name, known))


def gathered(rows: Sequence[tuple[str, str, str, str, str, bool, bool, int | None, bool]]) -> list[Table]:
    """Tables of rows that say one column each: schema, table, kind, column, type, nullable, key, rows of the table, default."""
    columns: dict[tuple[str, str], list[Column]] = {}
    facts: dict[tuple[str, str], tuple[str, int | None, bool]] = {}
    for schema, name, kind, column, type_, nullable, key, count, default in rows:
        columns.setdefault((schema, name), []).append(Column(column, type_, bool(nullable), bool(key)))
        facts[schema, name] = (kind, None if count is None or count < 0 else int(count), bool(default))
    return [Table(name, schema, facts[schema, name][0], tuple(many), *facts[schema, name][1:]) for (schema, name), many in columns.items()]
