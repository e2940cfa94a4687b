"""In which order people look at rows: where opinions differ, where they are uncertain, or at random."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from statistics import median, pstdev


@dataclass(frozen=True, slots=True)
class Opinions:
    """What is known of a row: verdicts of people (True: accepted) and numbers that scores give it, by their name."""

    row: str
    people: Mapping[str, bool]
    scores: Mapping[str, float]


def thresholds(rows: Sequence[Opinions], names: Sequence[str], given: float | None) -> dict[str, float]:
    """From where on each score speaks for a row: the number that is given, else the median of all rows."""
    found = {name: [row.scores[name] for row in rows if name in row.scores] for name in names}
    return {name: median(values) if given is None else given for name, values in found.items() if values}


def disagreement(rows: Sequence[Opinions], limits: Mapping[str, float]) -> list[tuple[str, str]]:
    """(row, who differs) of the rows on which opinions differ, evenly divided ones first; of those as even, people with each other, then judge and
    person, then judges with each other."""
    found = []
    for row in rows:
        judges = [row.scores[name] >= limit for name, limit in limits.items() if name in row.scores]
        people = list(row.people.values())
        every = [*people, *judges]
        if len({*every}) < 2:
            continue
        kind = 0 if len({*people}) > 1 else 1 if people else 2
        share = sum(every) / len(every)
        found.append((-share * (1 - share), kind, row.row))
    why = ("people differ", "judge and person differ", "judges differ")
    return [(row, why[kind]) for _, kind, row in sorted(found)]


def uncertain(rows: Sequence[Opinions], limits: Mapping[str, float], noise: str | None) -> list[tuple[str, str]]:
    """(row, why) of the rows that nobody has given a verdict, the most uncertain first. Three doubts are ranked from 0 to 1 each, and the greatest
    counts: how near a score is to its threshold, how far several scores lie apart, and `noise`, a score that is high where a label is doubtful."""
    open_ = [row for row in rows if not row.people]
    near = {
        row.row: -min(abs(row.scores[name] - at) for name, at in limits.items() if name in row.scores) for row in open_ if {*limits} & {*row.scores}
    }  # fmt: skip
    wide = {row.row: pstdev(of) for row in open_ if len(of := [row.scores[name] for name in limits if name in row.scores]) > 1}
    doubt = {row.row: row.scores[noise] for row in open_ if noise is not None and noise in row.scores}
    ranked = [(why, _ranked(values)) for why, values in (("near the threshold", near), ("wide spread", wide), ("doubtful label", doubt))]
    found = []
    for row in open_:
        known = [(values[row.row], why) for why, values in ranked if row.row in values]
        if known:
            most, why = max(known, key=lambda one: one[0])
            found.append((-most, row.row, why))
    return [(row, why) for _, row, why in sorted(found)]


def drawn(rows: Sequence[str], n: int, seed: int) -> list[str]:
    """So many of the rows, at random, in the order of the draw; the same for the same seed, whatever order they came in."""
    return sorted(rows, key=lambda row: (blake2b(f"{seed}:{row}".encode(), digest_size=16).digest(), row))[:n]


def assigned(count: int, reviewers: Sequence[str], each: int) -> list[tuple[str, ...]]:
    """Who looks at each of so many rows, `each` people a row, all with as many rows as the others."""
    return [tuple(reviewers[(place * each + more) % len(reviewers)] for more in range(each)) for place in range(count)]


def _ranked(values: Mapping[str, float]) -> dict[str, float]:
    """Each as the share of all that are no greater."""
    order = sorted(values.values())
    last = {value: place for place, value in enumerate(order, 1)}
    return {row: last[value] / len(order) for row, value in values.items()}
