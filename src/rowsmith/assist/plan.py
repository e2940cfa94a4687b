"""The plan of the rows: which values of the attributes each has, and which are edge cases. The first rows of a longer plan are those of a
shorter one.

Values come in shuffled rounds, so that each occurs as often as any other, within one; which values meet is drawn.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from hashlib import blake2b
from itertools import count, islice
from typing import Any

from rowsmith.assist.brief import Brief

LONGEST = 500
"""Most rows of a plan; a run that needs more goes through it again, each time with answers of its own."""
Planned = dict[str, Any]
"""One row of a plan: `id` (its place from 1), the value of each attribute, and `more`: what else holds for it."""


def plan(brief: Brief, rows: int, unlike: Mapping[int, Sequence[str]] | None = None, without: Collection[int] = ()) -> list[Planned]:
    """The first `rows` rows, those in the places `without` left out. `unlike`: inputs that the row of a place must not be like, because they were
    refused."""
    refused = unlike or {}
    places = (place for place in count(1) if place not in without)
    return [planned(brief, place, refused.get(place, ())) for place in islice(places, min(rows, LONGEST))]


def planned(brief: Brief, place: int, unlike: Sequence[str] = ()) -> Planned:
    """The row of this place, counted from 1."""
    values = {name: _drawn(f"{brief.name} {name}", choices, place - 1) for name, choices in brief.attributes.items()}
    more = [f"It is number {place} of a set in which no two are alike."]
    if (number := edge_number(brief, place)) is not None:
        more.append(f"It is a difficult case: {_drawn(f'{brief.name} edge', brief.edge_cases, number)}.")
    more += [f"It is quite unlike this one, which was refused: {text}" for text in unlike]
    return {"id": str(place), **values, "more": "\n".join(more)}


def edge_number(brief: Brief, place: int) -> int | None:
    """Which edge case the row of this place is, counted from 0; None where it is none. They are spread evenly."""
    if not brief.edge_cases:
        return None
    before, now = int((place - 1) * brief.edge_share + 1e-9), int(place * brief.edge_share + 1e-9)
    return before if now > before else None


def _drawn(key: str, choices: Sequence[str], index: int) -> str:
    """The value at this place of endless shuffled rounds of the choices."""
    round_, at = divmod(index, len(choices))
    shuffled = sorted(choices, key=lambda choice: blake2b(f"{key}\0{round_}\0{choice}".encode(), digest_size=8).digest())
    return shuffled[at]
