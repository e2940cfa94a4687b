"""How far rows are from the plan that they were made by (generate.like, read.gaps): asked and got of each cluster or topic, and the divergence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from rowsmith.core.row import Row

MEASURED = "cluster"
"""The score that says where a row lies (score.cluster); of rows without it, the plan says where they were meant to lie."""


@dataclass(frozen=True, slots=True)
class Place:
    """A cluster or a topic: rows that were `asked` of it, and those that it `got`. Of gaps, `before` is what the dataset had."""

    name: str
    asked: float
    got: int
    before: int | None = None


@dataclass(frozen=True, slots=True)
class Planned:
    """Rows beside their plan. `divergence`: half the sum of what the shares of the places differ by, asked and got: 0 where they are equal, 1 where
    they have nothing in common. `filled`: the share of what was asked that the places got, none more than it was asked for."""

    rows: int
    divergence: float
    filled: float
    places: tuple[Place, ...]

    def dump(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


def planned(rows: Iterable[Row]) -> Planned | None:
    """The rows beside their plan; None where none of them has one. A row of another plan than the first one's does not count."""
    plan: Mapping[str, Any] | None = None
    got = Counter[str]()
    for row in rows:
        own = row.origin.get("plan")
        if isinstance(own, dict):
            plan = plan or own
            if _asked(own).keys() == _asked(plan).keys():
                got[_lies(row, own)] += 1
    return None if plan is None else _beside(plan, got)


def _lies(row: Row, plan: Mapping[str, Any]) -> str:
    score = row.scores.get(MEASURED)
    return str(score["at"] if isinstance(score, dict) and "at" in score else plan.get("at"))


def _asked(plan: Mapping[str, Any]) -> Mapping[str, float]:
    found = plan.get("shares") or plan.get("wanted")
    return found if isinstance(found, Mapping) else {}


def _beside(plan: Mapping[str, Any], got: Counter[str]) -> Planned:
    asked, before, count = _asked(plan), plan.get("before") or {}, got.total()
    whole = sum(asked.values()) or 1.0
    wanted = {name: round(share / whole * count, 2) if plan.get("shares") else share for name, share in asked.items()}
    names = sorted({*asked, *got}, key=lambda name: (-asked.get(name, 0), name))
    places = [Place(name, wanted.get(name, 0), got[name], before.get(name)) for name in names]
    apart = sum(abs(asked.get(one.name, 0) / whole - one.got / count) for one in places) / 2
    filled = sum(min(one.asked, one.got) for one in places) / (sum(wanted.values()) or 1.0)
    return Planned(count, round(apart, 4), round(filled, 4), tuple(places))
