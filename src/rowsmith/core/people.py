"""How far people agree with each other on rows that several of them have reviewed: kappa and alpha, each with its interval.

The intervals come from leaving out one row after the other (the jackknife); rows that were answered alike count as one with a weight, so that
this costs what the answers differ, not how many rows there are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from math import sqrt
from typing import Any

from rowsmith.core.agreement import alpha_of
from rowsmith.core.distributions import t_quantile

Answers = tuple[Any, ...]
Groups = Mapping[Answers, int]
"""How many rows were answered so."""
Statistic = Callable[[Groups], float | None]


@dataclass(frozen=True, slots=True)
class Agreed:
    """A measure of agreement over `rows`: 1 is full, 0 what chance gives. None where it cannot be told; `low` and `high` bound it with 95 %."""

    value: float | None
    low: float | None
    high: float | None
    rows: int

    def dump(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


def cohen(pairs: Sequence[tuple[Any, Any]]) -> Agreed:
    """Cohen's kappa (1960) of two people who gave the same rows labels."""
    return _measured(Counter(pairs), _cohen)


def fleiss(answers: Sequence[Sequence[Any]]) -> Agreed:
    """Fleiss' kappa (1971) of any number of people; a row that fewer of them saw counts with those who did, and one that one saw not at all."""
    return _measured(_grouped(answers), _fleiss)


def alpha(answers: Sequence[Sequence[Any]], *, numbers: bool = False) -> Agreed:
    """Krippendorff's alpha (2004): of labels, or with `numbers` of scores on an interval scale (None for fewer than three rows)."""
    if not numbers:
        return _measured(_grouped(answers), _alpha_of_labels)
    value, (low, high) = alpha_of(answers) or (None, (None, None))
    return Agreed(value, low, high, sum(len(said) > 1 for said in answers))


def each_pair(ratings: Sequence[Mapping[str, Any]]) -> dict[tuple[str, str], list[tuple[Any, Any]]]:
    """What each two people who saw the same rows said of them."""
    found: dict[tuple[str, str], list[tuple[Any, Any]]] = {}
    for said in ratings:
        for one, other in combinations(sorted(said), 2):
            found.setdefault((one, other), []).append((said[one], said[other]))
    return dict(sorted(found.items()))


def per_label(ratings: Sequence[Mapping[str, Any]]) -> dict[str, Agreed]:
    """Of each label how far people agree on whether a row has it (Fleiss' kappa of that label against all others)."""
    shared = [list(said.values()) for said in ratings if len(said) > 1]
    names = sorted({name for said in shared for name in said})
    return {name: fleiss([[one == name for one in said] for said in shared]) for name in names}


def _grouped(answers: Sequence[Sequence[Any]]) -> Counter[Answers]:
    return Counter(tuple(sorted(said)) for said in answers if len(said) > 1)


def _measured(groups: Groups, statistic: Statistic) -> Agreed:
    rows = sum(groups.values())
    value = statistic(groups)
    if value is None or rows < 3:
        return Agreed(value, None, None, rows)
    left_out = [(statistic({**groups, said: count - 1}), count) for said, count in groups.items()]
    if any(one is None for one, _ in left_out):
        return Agreed(value, None, None, rows)
    known = [(one, count) for one, count in left_out if one is not None]
    mean = sum(one * count for one, count in known) / rows
    error = sqrt((rows - 1) / rows * sum(count * (one - mean) ** 2 for one, count in known))
    wide = t_quantile(0.975, rows - 1) * error
    return Agreed(value, max(-1.0, value - wide), min(1.0, value + wide), rows)


def _cohen(groups: Groups) -> float | None:
    n = sum(groups.values())
    sides = [Counter[Any](), Counter[Any]()]
    for said, count in groups.items():
        for side, label in zip(sides, said, strict=True):
            side[label] += count
    chance = sum(count * sides[1][label] for label, count in sides[0].items()) / n**2 if n else 1.0
    if chance == 1:
        return None
    return (sum(count for (one, other), count in groups.items() if one == other) / n - chance) / (1 - chance)


def _fleiss(groups: Groups) -> float | None:
    n = sum(groups.values())
    said = Counter[Any]()
    for answers, count in groups.items():
        for label in answers:
            said[label] += count
    total = said.total()
    chance = sum(count**2 for count in said.values()) / total**2 if total else 1.0
    if chance == 1:
        return None
    seen = sum(count * _alike(answers) for answers, count in groups.items()) / n
    return (seen - chance) / (1 - chance)


def _alike(answers: Answers) -> float:
    """The share of pairs of people who said the same of a row."""
    m = len(answers)
    return (sum(count**2 for count in Counter(answers).values()) - m) / (m * (m - 1))


def _alpha_of_labels(groups: Groups) -> float | None:
    said = Counter[Any]()
    seen = 0.0
    for answers, count in groups.items():
        for label in answers:
            said[label] += count
        seen += count * len(answers) * (1 - _alike(answers))
    total = said.total()
    expected = total**2 - sum(count**2 for count in said.values())
    return 1 - (total - 1) * seen / expected if expected else None
