"""Rows written in the recipe itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from pydantic import Field, JsonValue, field_validator

from rowsmith.core.ids import canonical
from rowsmith.core.lines import stored
from rowsmith.core.ports import Context
from rowsmith.core.row import Bad, New
from rowsmith.steps.licensed import Licensed


class ReadRows(Licensed):
    """Takes the rows that stand in the recipe: topics, personas, examples, seeds.

    Origin: `source` {name, index, key}: the step's name, the row's place in the list from 0, and the value of its key column; and licence and
    terms where they are given.
    """

    rows: list[dict[str, JsonValue]] = Field(description="The rows, each a mapping of columns to values.", min_length=1)
    key: str | None = Field(
        None, description="Column whose value identifies a row, so that edits to it keep its id. Default: `id` where the row has one."
    )

    @field_validator("rows", mode="before")
    @classmethod
    def _dates_are_text(cls, given: Any) -> Any:
        return _plain(given)

    def check(self) -> list[str]:
        """Rows without a value in the column that `key` names."""
        without = [str(number) for number, data in enumerate(self.rows, 1) if self.key and data.get(self.key) in (None, "")]
        more = f" and {len(without) - 5} more" if len(without) > 5 else ""
        return [f"Rows without a {self.key!r}, which `key` names: number {', '.join(without[:5])}{more}."] if without else []

    def columns(self, before: frozenset[str] | None) -> frozenset[str] | None:
        """The columns that any of the rows has."""
        return frozenset(name for data in self.rows for name in data)

    def read(self, ctx: Context) -> Iterator[New | Bad]:
        """The rows in their order."""
        for index, data in enumerate(self.rows):
            place = self.licensed({"name": self.title, "index": index})
            value = data.get(self.key or "id")
            if value is None or value == "":
                if self.key:
                    yield Bad("no_key", f"The row has no {self.key!r}, which `key` names.", f"{self.title}:{index + 1}")
                    continue
                yield New(stored(data), {"source": place})
            else:
                place["key"] = key = value if isinstance(value, str) else canonical(value).decode()
                yield New(stored(data), {"source": place}, key=key)


def _plain(value: Any) -> Any:
    """YAML reads an unquoted 2024-01-31 as a date; a row holds it as the text that was written."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
