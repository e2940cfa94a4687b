"""Small models that are trained on rows and tested on others: what they learn is what the rows teach.

`Classifier`: naive Bayes over the words and pairs of words of a row, tested by whether it names the label. `Retrieval`: which words of answers go
with which words of questions, after Berger and Lafferty, "Information Retrieval as Statistical Translation" (SIGIR 1999), tested by the reciprocal
rank of the right answer among others. Both are counts: the order of the rows changes nothing. A third, over text alone, is in steps.probe_lm.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from math import log, sqrt
from typing import Literal, Protocol
from zlib import crc32

from rowsmith.core.ids import share
from rowsmith.core.row import Row
from rowsmith.core.said import said
from rowsmith.core.words import pairs, words
from rowsmith.steps.mislabelled import label_of

Kind = Literal["classifier", "retrieval", "lm"]
OTHERS = 19
"""Wrong answers beside the right one."""
_PRIOR = 0.2
_LOOKED_AT = 4000
_WORDS = 200
_PAIRED = 12
"""Words of a question and of an answer that are counted together: the longest."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """One row as a probe sees it: what is given, and what is wanted: one label, the words of an answer, or a text. `row` is its id."""

    row: str
    given: tuple[int, ...]
    wanted: tuple[int, ...] | str


class Probe(Protocol):
    """What is trained and tested."""

    def __init__(self, lessons: Iterable[Lesson]) -> None: ...
    def scores(self, tests: Sequence[Lesson]) -> list[float]:
        """By test, 0 to 1."""
        ...


def lesson(row: Row, kind: Kind) -> Lesson | None:
    """A row as this probe sees it; None where it lacks what the probe learns."""
    data = row.data
    if kind == "lm":
        text = said(data)[:_LOOKED_AT]
        return Lesson(row.id, (), text) if text.strip() else None
    if kind == "classifier":
        label = label_of(data)
        found = words(said(data, "system", "question", "context", "answer", "other")[:_LOOKED_AT])[:_WORDS]
        given = _numbers(chain(found, pairs(found)))
        return Lesson(row.id, given, label) if label is not None and given else None
    asked, answer, context = (said(data, role)[:_LOOKED_AT] for role in ("question", "answer", "context"))
    sides = (asked or context, answer) if answer else (asked, context)
    given, wanted = (_longest(side) for side in sides)
    return Lesson(row.id, given, wanted) if given and wanted else None


def _numbers(texts: Iterable[str]) -> tuple[int, ...]:
    return tuple(sorted({crc32(one.encode("utf-8", "surrogatepass")) for one in texts}))


def _longest(text: str) -> tuple[int, ...]:
    found = sorted(set(words(text)), key=lambda word: (-len(word), word))
    return _numbers(found[:_PAIRED])


class Classifier:
    """Names the label of a row."""

    def __init__(self, lessons: Iterable[Lesson]) -> None:
        self._rows = Counter[str]()
        self._seen: dict[str, Counter[int]] = defaultdict(Counter)
        for one in lessons:
            self._rows[str(one.wanted)] += 1
            self._seen[str(one.wanted)].update(one.given)
        self._known = set[int]().union(*self._seen.values())

    def scores(self, tests: Sequence[Lesson]) -> list[float]:
        """1 where the label is named, else 0."""
        return [float(self._named(one.given) == one.wanted) for one in tests]

    def _named(self, given: Sequence[int]) -> str | None:
        known = [one for one in given if one in self._known]
        best: tuple[float, str] | None = None
        for name, rows in sorted(self._rows.items()):
            seen = self._seen[name]
            odds = log(rows) - len(known) * log(rows + 2 * _PRIOR) + sum(log(seen.get(one, 0) + _PRIOR) for one in known)
            best = (odds, name) if best is None or odds > best[0] else best
        return None if best is None else best[1]


class Retrieval:
    """Finds the answer to a question among others."""

    def __init__(self, lessons: Iterable[Lesson]) -> None:
        self._rows, self._asked, self._answered = 0, Counter[int](), Counter[int]()
        self._together: dict[int, Counter[int]] = defaultdict(Counter)
        for one in lessons:
            self._rows += 1
            self._asked.update(one.given)
            self._answered.update(_words(one))
            for word in one.given:
                self._together[word].update(_words(one))

    def scores(self, tests: Sequence[Lesson]) -> list[float]:
        """The reciprocal rank of the right answer, those of the same rank counted half."""
        others = _others(tests)
        return [self._score(one, [tests[number] for number in others[one.row]]) for one in tests]

    def _score(self, one: Lesson, others: Sequence[Lesson]) -> float:
        right = self._fit(one.given, _words(one))
        fits = [self._fit(one.given, _words(other)) for other in others]
        above, same = sum(fit > right for fit in fits), sum(fit == right for fit in fits)
        return 1 / (1 + above + same / 2)

    def _fit(self, given: Sequence[int], answer: Sequence[int]) -> float:
        found = 0.0
        for word in given:
            asked, together = self._asked.get(word, 0), self._together.get(word, Counter[int]())
            for other in answer:
                if word == other:
                    found += log((self._rows + 2) / (self._answered.get(other, 0) + 1))
                if count := together.get(other, 0):
                    found += max(0.0, log(count * self._rows / (asked * self._answered[other]))) * count / (count + 1)
        return found / sqrt(len(answer))


def _words(one: Lesson) -> tuple[int, ...]:
    return one.wanted if isinstance(one.wanted, tuple) else ()


def _others(tests: Sequence[Lesson]) -> Mapping[str, list[int]]:
    """By test, the places of others whose answers are wrong for it: those that follow it in an order by hashes."""
    order = sorted(range(len(tests)), key=lambda number: (share(tests[number].row, "worth"), tests[number].row))
    found: dict[str, list[int]] = {}
    for place, number in enumerate(order):
        behind = (order[(place + step) % len(order)] for step in range(1, min(OTHERS, len(order) - 1) + 1))
        found[tests[number].row] = [one for one in behind if tests[one].wanted != tests[number].wanted]
    return found
