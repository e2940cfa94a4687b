"""Values of attributes that stand in a file or a dataset: `{file: personas.txt}`, `{file: cities.csv, column: city, weight: people}`,
`{dataset: personas, column: persona}`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rowsmith.core.errors import Invalid
from rowsmith.core.ports import Context
from rowsmith.core.records import Fault
from rowsmith.core.row import Json
from rowsmith.steps.attributes import ELSEWHERE, as_choices, is_elsewhere
from rowsmith.steps.variation import Choices


def references(values: Mapping[str, Any], *ways: str) -> list[str]:
    """The files or datasets that attributes take their values from, each once."""
    return list(dict.fromkeys(said[way] for said in _all(values.values()) for way in ways or ELSEWHERE if isinstance(said.get(way), str)))


def _all(values: Any) -> Iterator[Mapping[str, Any]]:
    for one in values:
        if is_elsewhere(one):
            yield one
        elif isinstance(one, Mapping) and isinstance(inner := one.get("values"), Mapping):
            yield from _all([*inner.values(), *([one["else"]] if "else" in one else [])])


def values_of(said: Mapping[str, Any], ctx: Context) -> Choices:
    """The values that a reference stands for; those that come several times weigh as much more.

    Raises:
        Invalid: there are none, a record lacks the column, or a weight is no number.
    """
    where = repr(said.get("file", said.get("dataset")))
    column, by_weight = said.get("column"), said.get("weight")
    found: dict[str, tuple[Json, float]] = {}
    for number, data in enumerate(_records(said, ctx), 1):
        if column is not None and column not in data:
            raise Invalid(f"Record {number:,} of {where} has no {column!r}; it has {', '.join(data)}.", "Name a column that is there: column: NAME.")
        value = data[column] if column is not None else data["text"]
        weight = data.get(by_weight) if by_weight else 1
        try:
            heavy = float(weight)  # type: ignore[arg-type]
        except (TypeError, ValueError):
            raise Invalid(f"Record {number:,} of {where} has the weight {weight!r}, which is no number.", "Give every record one.") from None
        if value is None or value == "":
            continue
        key = repr(value)
        found[key] = (value, heavy + (found[key][1] if key in found else 0.0))
    return as_choices(where, [value for value, _ in found.values()], [weight for _, weight in found.values()])


def _records(said: Mapping[str, Any], ctx: Context) -> Iterator[Mapping[str, Any]]:
    if "dataset" in said:
        yield from (row.data for row in ctx.dataset(said["dataset"]))
        return
    for path in ctx.paths([said["file"]]):
        source = ctx.input(path)
        if "column" not in said:
            with open(source.path, encoding="utf-8-sig", errors="replace") as file:
                yield from ({"text": text} for line in file if (text := line.strip()))
            continue
        for record in ctx.records(source):
            if isinstance(record, Fault):
                raise Invalid(f"{record.where}: {record.detail}", "Correct the file; the values of an attribute are taken whole.")
            yield record.data
