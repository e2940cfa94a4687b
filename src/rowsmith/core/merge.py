"""Three-way merge of what rows say, cell by cell: a field that one side changed takes that side; one that both changed differently clashes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from rowsmith.core.ids import canonical
from rowsmith.core.row import Json


class _Missing:
    """Where a field, or a row, is not there: not the same as null."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = _Missing()
"""No such field, no such row."""
ROW = ""
"""The field of a clash that is about the whole row: one side removed it and the other changed it."""


@dataclass(frozen=True, slots=True)
class Clash:
    """A field that both sides changed, each its way: the values of the common ancestor and of both sides, MISSING where it is not there.

    `row` is the row's id, `field` a column, `scores.NAME`, or `ROW`.
    """

    row: str
    field: str
    base: Any
    ours: Any
    theirs: Any

    def dump(self) -> dict[str, Json]:
        """As plain data; what is not there is null."""
        values = {name: getattr(self, name) for name in ("base", "ours", "theirs")}
        return {"row": self.row, "field": self.field, **{name: None if value is MISSING else value for name, value in values.items()}}


Choose = Callable[[Clash], Any]
"""The value that settles a clash. Raises `LookupError` where it is to stay open."""


def same(one: Any, other: Any) -> bool:
    """Whether two JSON values (or MISSING) are stored alike: 1, 1.0 and true differ."""
    if one is MISSING or other is MISSING:
        return one is other
    return one is other or canonical(one) == canonical(other)


def cells(
    row: str, base: Mapping[str, Json], ours: Mapping[str, Json], theirs: Mapping[str, Json], choose: Choose, prefix: str = ""
) -> tuple[dict[str, Json], list[Clash]]:
    """The fields of both sides together, and the clashes that `choose` leaves open (there the result says what ours says)."""
    out: dict[str, Json] = {}
    left_open: list[Clash] = []
    for field in dict.fromkeys((*ours, *theirs)):
        was, our, their = (side.get(field, MISSING) for side in (base, ours, theirs))
        if same(our, their) or same(their, was):
            value = our
        elif same(our, was):
            value = their
        else:
            clash = Clash(row, prefix + field, was, our, their)
            try:
                value = choose(clash)
            except LookupError:
                left_open.append(clash)
                value = our
        if value is not MISSING:
            out[field] = value
    return out, left_open


def united(*sides: Iterable[Json]) -> list[Json]:
    """Lists as sets: each item once, in an order that does not depend on the sides'."""
    return [item for _, item in sorted({canonical(item): item for side in sides for item in side}.items())]
