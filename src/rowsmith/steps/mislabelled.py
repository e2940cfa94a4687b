"""Which labels of a data set are likely wrong: out-of-fold odds of a naive Bayes classifier, by row and by sentence.

Confident learning: Northcutt, Jiang and Chuang, "Confident Learning: Estimating Uncertainty in Dataset Labels", JAIR 70 (2021), arXiv 1911.00068:
probabilities out of fold, a threshold for each class (the mean of what its own rows are given), and the joint of given and likely labels. Ours
are: multinomial naive Bayes over hashed words, pairs of words and beginnings of words, its odds flattened, since naive Bayes is far too sure; rows
that it doubts are left out when it learns again; and the sentence that speaks most for the given label counts too, for a text of two subjects is
not mislabelled because of its second.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise, repeat
from math import exp, log
from typing import Protocol
from zlib import crc32

from rowsmith.core.ids import canonical
from rowsmith.core.row import Json
from rowsmith.core.said import parts
from rowsmith.steps.sentences import sentences

LIKELY = "likely "
"""How the detail of a flag begins, before the label."""
MOST_CLASSES = 200
"""More values than that are no classes."""
_WORD = re.compile(r"\w+")
_BUCKETS = 2**20
_PRIOR = 0.2
_FLAT = 0.2
"""Factor of the odds: words of a sentence do not speak independently of each other."""
_WEAKEST = 2.0
"""How much the sentence that speaks most for the given label counts beside the whole."""
_ROUNDS = 3
_DOUBTED = 1.0
"""Odds, as a logarithm, from which a row is left out of the next round."""
_LONG = 5
_LOOKED_AT = 4000


@dataclass(frozen=True, slots=True)
class Labelled:
    """What is judged: the label of a row as text, its fold, and the features of each sentence."""

    label: str
    fold: int
    pieces: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is said of a row: its likely label and how likely it is that it, and not the given one, is right, 0 to 1."""

    likely: str
    sureness: float


@dataclass(slots=True)
class Noise:
    """The estimate for a data set: rows by given and likely label (`matrix`), and the share of labels that are likely wrong."""

    rows: int = 0
    matrix: dict[tuple[str, str], int] = field(default_factory=dict)

    @property
    def share(self) -> float:
        """Rows whose likely label is another, of all that were judged."""
        return sum(count for (given, likely), count in self.matrix.items() if given != likely) / self.rows if self.rows else 0.0


def label_of(data: Mapping[str, Json], column: str | None = None) -> str | None:
    """The label of a row as text: of this column, else the one that core.said knows as such. None where it has none."""
    if column is not None:
        value = data.get(column)
    else:
        value = next((data[name] for name in data if _is_label(name)), None)
    if value is None or isinstance(value, float | dict | list) or value == "":
        return None
    return value if isinstance(value, str) else canonical(value).decode()


@lru_cache(maxsize=1000)
def _is_label(name: str) -> bool:
    return any(part.role == "label" for part in parts({name: "x"}))


def labelled(data: Mapping[str, Json], column: str | None, folds: int, seed: int) -> Labelled | None:
    """A row as it is judged; None where it has no label or no words. Equal texts are of one fold, so that no text speaks for itself."""
    label = label_of(data, column)
    if label is None:
        return None
    texts = sorted(part.text for part in parts(data) if part.role != "label" and part.path != (column or ""))
    pieces = tuple(piece for text in texts for start, end in sentences(text, 0, min(len(text), _LOOKED_AT)) if (piece := _features(text[start:end])))
    if not pieces:
        return None
    return Labelled(label, crc32("\n".join((str(seed), *texts)).encode("utf-8", "surrogatepass")) % folds, pieces)


def _features(sentence: str) -> tuple[int, ...]:
    words = [word.lower() for word in _WORD.findall(sentence)]
    pairs = (f"{one} {two}" for one, two in pairwise(words))
    return tuple(sorted({_bucket(one) for one in (*words, *pairs, *(f"^{word[:_LONG]}" for word in words if len(word) > _LONG))}))


@lru_cache(maxsize=100_000)
def _bucket(feature: str) -> int:
    return crc32(feature.encode("utf-8", "surrogatepass")) % _BUCKETS


_NOTHING: Counter[int] = Counter()


class Counts:
    """How often the features of each class were seen, in all and by fold."""

    def __init__(self, folds: int) -> None:
        self.rows: Counter[str] = Counter()
        self._by_fold: Counter[tuple[str, int]] = Counter()
        self._seen: dict[str, Counter[int]] = {}
        self._seen_by_fold: dict[tuple[str, int], Counter[int]] = {}
        self.folds = folds

    def add(self, one: Labelled) -> None:
        """Learns a row."""
        where = one.label, one.fold
        self.rows[one.label] += 1
        self._by_fold[where] += 1
        features = {feature for piece in one.pieces for feature in piece}
        self._seen.setdefault(one.label, Counter()).update(features)
        self._seen_by_fold.setdefault(where, Counter()).update(features)

    def classes(self) -> list[str]:
        """The classes that every fold can be told by: two rows of another fold at least."""
        return sorted(name for name, count in self.rows.items() if all(count - self._by_fold[name, fold] >= 2 for fold in range(self.folds)))

    def odds(self, piece: Iterable[int], name: str, fold: int) -> float:
        """The logarithm of how likely a class makes these features, by the rows of the other folds, flattened."""
        seen, own = self._seen[name], self._seen_by_fold.get((name, fold), _NOTHING)
        size = self.rows[name] - self._by_fold[name, fold] + 2 * _PRIOR
        return _FLAT * sum(log((seen[one] - own[one] + _PRIOR) / size) for one in piece)


class Judge:
    """Says of each row what its label likely is."""

    def __init__(self, counts: Counts) -> None:
        self._counts = counts
        self._classes = counts.classes()

    def margin(self, one: Labelled) -> tuple[float, str] | None:
        """How much more speaks for the likeliest other label than for the given one (a logarithm of odds), and that label."""
        if one.label not in self._classes or len(self._classes) < 2:
            return None
        whole = dict.fromkeys(self._classes, 0.0)
        weakest = 0.0
        for number, piece in enumerate(one.pieces):
            odds = {name: self._counts.odds(piece, name, one.fold) for name in self._classes}
            behind = max(value for name, value in odds.items() if name != one.label) - odds[one.label]
            weakest = behind if number == 0 else min(weakest, behind)
            for name, value in odds.items():
                whole[name] += value
        likely = max((name for name in self._classes if name != one.label), key=lambda name: (whole[name], name))
        return whole[likely] - whole[one.label] + _WEAKEST * weakest, likely


class Reading(Protocol):
    """Rows that are read once for each round."""

    def __iter__(self) -> Iterator[Labelled | None]: ...


def judged(read: Reading, folds: int) -> Iterator[Verdict | None]:
    """A verdict on each row, in order; None for one that has no label, or whose class is too small to be told."""
    doubted: set[int] = set()
    for last in (*[False] * (_ROUNDS - 1), True):
        counts, rows = Counts(folds), 0
        for rows, one in enumerate(read, 1):
            if one is not None and rows - 1 not in doubted:
                counts.add(one)
                if len(counts.rows) > MOST_CLASSES:
                    yield from (None for _ in read)
                    return
        if len(counts.rows) < 2:  # nothing to tell apart: most data sets have no labels
            yield from repeat(None, rows)
            return
        judge = Judge(counts)
        if last:
            yield from (_verdict(one, judge) for one in read)
        else:
            found = ((number, judge.margin(one)) for number, one in enumerate(read) if one is not None)
            doubted = {number for number, margin in found if margin and margin[0] > _DOUBTED}


def _verdict(one: Labelled | None, judge: Judge) -> Verdict | None:
    if one is None or (found := judge.margin(one)) is None:
        return None
    margin, likely = found
    return Verdict(likely, round(1 / (1 + exp(-max(-50.0, min(50.0, margin)))), 4))


def noise(pairs: Iterable[tuple[str, Verdict | None]], sureness: float) -> Noise:
    """The estimate from labels and verdicts: a label counts as wrong from this sureness on."""
    found = Noise()
    for given, verdict in pairs:
        if verdict is not None:
            found.rows += 1
            key = given, verdict.likely if verdict.sureness >= sureness else given
            found.matrix[key] = found.matrix.get(key, 0) + 1
    return found
