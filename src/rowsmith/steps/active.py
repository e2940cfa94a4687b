"""Active learning: which rows people are to look at next, from what they have said of others.

A classifier learns from the rows with a verdict what is accepted; a row is worth looking at when that classifier is uncertain of it, when many rows
are like it, and when it is unlike those that were looked at or chosen already. Uncertainty by density: Settles and Craven, "An analysis of active
learning strategies for sequence labeling tasks" (EMNLP 2008); ours are naive Bayes over words and pairs of words, likeness by shared features, and
the third factor, which keeps a batch from being the same row again and again. Without verdicts of both kinds every row is as uncertain as any.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from math import exp, log

from rowsmith.core.ids import share
from rowsmith.core.row import Row
from rowsmith.core.said import said
from rowsmith.core.words import pairs, words

CANDIDATES, REFERENCES = 2_000, 100
"""Rows among which is chosen, and rows that stand for all: of more a random part, by their ids."""
_LOOKED_AT, _WORDS = 4_000, 200
_PRIOR = 0.2


def features(row: Row) -> frozenset[str]:
    """The words and pairs of words that a row says, whatever its shape."""
    found = words(said(row.data)[:_LOOKED_AT])[:_WORDS]
    return frozenset([*found, *pairs(found)])


class Verdicts:
    """What is accepted, learnt from rows with a verdict."""

    def __init__(self, known: Iterable[tuple[frozenset[str], bool]]) -> None:
        self._rows, self._seen = Counter[bool](), {True: Counter[str](), False: Counter[str]()}
        for of, accepted in known:
            self._rows[accepted] += 1
            self._seen[accepted].update(of)

    def chance(self, of: frozenset[str]) -> float:
        """How likely a row is accepted, 0 to 1; one half where nothing is known of one kind."""
        if not (self._rows[True] and self._rows[False]):
            return 0.5
        odds = log(self._rows[True] / self._rows[False])
        for one in of:
            yes, no = self._seen[True].get(one, 0), self._seen[False].get(one, 0)
            if yes or no:
                odds += log((yes + _PRIOR) / (self._rows[True] + 2 * _PRIOR)) - log((no + _PRIOR) / (self._rows[False] + 2 * _PRIOR))
        return 1 / (1 + exp(-max(-50.0, min(50.0, odds))))


def choose(rows: Mapping[str, frozenset[str]], known: Mapping[str, bool], n: int) -> list[tuple[str, str]]:
    """So many rows without a verdict, the one that is worth most first, each with how likely it is accepted; the same for the same rows and
    verdicts."""
    verdicts = Verdicts((rows[row], accepted) for row, accepted in known.items())
    open_ = _some([row for row in rows if row not in known and rows[row]], CANDIDATES)
    around = _some(sorted(rows), REFERENCES)
    chances = {row: verdicts.chance(rows[row]) for row in open_}
    near = _Nearest([rows[row] for row in known])
    worth = {
        row: (1 - abs(2 * chances[row] - 1) + 0.01) * (0.01 + sum(_alike(rows[row], rows[other]) for other in around) / len(around)) for row in open_
    }  # fmt: skip
    left = {row: near.likeness(rows[row]) for row in open_}
    found: list[tuple[str, str]] = []
    while left and len(found) < n:
        best = max(left, key=lambda row: (worth[row] * (1 - left[row] + 0.01), row))
        found.append((best, f"accepted with a chance of {chances[best]:.0%}"))
        del left[best]
        for row in left:
            left[row] = max(left[row], _alike(rows[row], rows[best]))
    return found


class _Nearest:
    """How like a row is to the one of some that is most like it."""

    def __init__(self, of: Sequence[frozenset[str]]) -> None:
        self._of = of
        self._having: dict[str, list[int]] = {}
        for number, one in enumerate(of):
            for feature in one:
                self._having.setdefault(feature, []).append(number)

    def likeness(self, row: frozenset[str]) -> float:
        shared = Counter(number for feature in row for number in self._having.get(feature, ()))
        return max((count / (len(row) + len(self._of[number]) - count) for number, count in shared.items()), default=0.0)


def _alike(one: frozenset[str], other: frozenset[str]) -> float:
    both = len(one & other)
    return both / (len(one) + len(other) - both) if both else 0.0


def _some(rows: Sequence[str], most: int) -> list[str]:
    return sorted(rows, key=lambda row: (share(row, "active"), row))[:most]
