"""Small linear models of texts, learnt by scripts/learn_checks.py: the probability that a text is of a kind, and where it says so.

Logistic regression over hashed features: words, their character n-grams with marks at the edges, pairs of words, and pairs of the classes that words
belong to (content/word_classes.yaml). Each feature is scaled as it tells the kinds apart: Wang and Manning, "Baselines and Bigrams: Simple, Good
Sentiment and Topic Classification", ACL 2012; hashing: Weinberger et al., "Feature Hashing for Large Scale Multitask Learning", ICML 2009. A long
text is looked at window by window, so that neither one sentence is lost in it nor is it suspected for its length.
"""

from __future__ import annotations

import re
import sys
from array import array
from collections.abc import Callable, Iterator, Sequence
from functools import cache, lru_cache
from itertools import chain, pairwise, repeat
from math import exp, sqrt
from typing import Generic, NamedTuple, TypeVar
from zlib import crc32

from msgspec import json

from rowsmith.content import weights, word_classes

BITS = 17
"""The table of weights has 2^BITS places of two bytes."""
WINDOW = 60
"""Most words and marks that are looked at together; the next window begins in the middle of the one before."""
CLASSES = 64
"""More than a model has classes."""
_GRAMS = (2, 3, 4, 5)
_LONGEST = 40
_NEAR = 6
_SHORT = 10_000
"""Characters of a text up to which its words are remembered for the next check."""
_KEPT = 20_000
"""Words whose weights are remembered."""
_TOKEN = re.compile(r"[^\W_]+(?:'[^\W_]+)*|[^\w\s]")
_STOP = re.compile(r"[.!?。！？؟]+(?=\s|$)|[。！？]|\n")

Key = TypeVar("Key")
Value = TypeVar("Value")


class Likely(NamedTuple):
    """The probability of a text, of the window that has the highest, and the sentence [start, end) within it that speaks most for it."""

    probability: float
    start: int
    end: int


class Word(NamedTuple):
    """What a model knows of one word: the places of itself and its parts, and the numbers of its classes, from 1."""

    places: tuple[int, ...]
    classes: tuple[int, ...]


def place(feature: str) -> int:
    """Where the weight of a feature stands."""
    return (crc32(feature.encode("utf-8", "surrogatepass")) * 0x9E3779B97F4A7C15 >> 32) & ((1 << BITS) - 1)


@lru_cache(maxsize=1000)
def _places(word: str) -> tuple[int, ...]:
    # The same for each model, and the next one asks for the words of the same text.
    marked = f"<{word[:_LONGEST]}>" if word[0].isalnum() else ""
    grams = (marked[at : at + size] for size in _GRAMS for at in range(len(marked) - size + 1))
    return place(f"w {word}"), *(place(f"c {gram}") for gram in grams)


class Features:
    """The features of texts for the model of this name, in blocks: those of words' parts, words, pairs and classes. `meetings`: the places of classes
    and their pairs, by the numbers that the function of that name gives them."""

    def __init__(self, name: str) -> None:
        self._exact, self._begin = dict[str, list[int]](), dict[str, list[int]]()
        self._names = ["", *word_classes()[name]]
        for kind, said in enumerate(word_classes()[name].values(), 1):
            for word in said.split():
                (self._begin if len(word) > 1 and word.endswith("*") else self._exact).setdefault(word.removesuffix("*") or word, []).append(kind)
        self._longest = max(map(len, self._begin))
        count = len(self._names)
        every = ((at // CLASSES, at % CLASSES) for at in range(CLASSES * count))
        self.meetings = [place(f"k {self._names[first]} {self._names[second]}".rstrip()) if second < count else 0 for first, second in every]

    def word(self, word: str) -> Word:
        """The places of a word: first that of all of it, then those of its parts."""
        begun = (self._begin.get(word[:size], ()) for size in range(1, min(len(word), self._longest) + 1))
        classes = sorted({*self._exact.get(word, ()), *(kind for kinds in begun for kind in kinds)})
        return Word(_places(word), tuple(classes))

    def blocks(self, words: Sequence[str]) -> tuple[list[int], list[int], list[int], list[int]]:
        """The places of all features of a window."""
        known = [self.word(word) for word in dict.fromkeys(words)]
        parts = [at for one in known for at in one.places[1:]]
        pairs = [place(f"p {' '.join(pair)}") for pair in near(words)]
        classes = [self.meetings[one] for one in meetings([self.word(word).classes for word in words])]
        return parts, [one.places[0] for one in known], pairs, classes


def near(words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Words that follow each other, and those with one between them, marked by a gap; ^ and $ stand around all."""
    around = ["^", *words, "$"]
    return chain(pairwise(around), zip(around, repeat("_"), around[2:], strict=False))


def meetings(classes: Sequence[tuple[int, ...]]) -> set[int]:
    """The classes of words, each as CLASSES times its number, and plus that of a second one the pairs of those that stand near, in their order."""
    found = set[int]()
    before: list[tuple[int, tuple[int, ...]]] = []
    for at, kinds in enumerate(classes):
        if kinds:
            found.update(_met(kinds, (0,)))
            for place, others in before:
                if at - place < _NEAR:
                    found.update(_met(others, kinds))
            before = [*before[2 - _NEAR :], (at, kinds)]
    return found


@cache
def _met(first: tuple[int, ...], second: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(CLASSES * one + other for one in first for other in second)


class _Kept(dict[Key, Value], Generic[Key, Value]):
    """What was found, by what it was found of, and how the rest is."""

    def __init__(self, found: Callable[[Key], Value]) -> None:
        super().__init__()
        self._found = found

    def __missing__(self, key: Key) -> Value:
        return self.setdefault(key, self._found(key))


class Linear:
    """The model that ships as `content/weights/<name>.bin`: a line of JSON with its scales, then for each place a signed number of two bytes, the
    lower first."""

    def __init__(self, name: str, body: bytes | None = None) -> None:
        head, _, table = (weights(name) if body is None else body).partition(b"\n")
        said = json.decode(head, type=dict[str, float | str])
        self._bias, self._unit, self._slope, self._offset = (float(said[key]) for key in ("bias", "unit", "slope", "offset"))
        self._table = array("h", table)
        if sys.byteorder == "big":
            self._table.byteswap()
        self._features = Features(name)
        self._meetings = [self._table[at] for at in self._features.meetings]
        self._words, self._pairs = _Kept(self._learn), _Kept(self._together)

    def likely(self, text: str, least: float, words: Sequence[str] | None = None) -> Likely | None:
        """The most probable window of a text in lower case, if its probability is `least` or more. `words`: its tokens, where they are known."""
        words = tokens(text) if words is None else words
        best = max(((self._weight(words[at : at + WINDOW]), at) for at in windows(len(words))), default=None)
        if best is None or (probability := self.probability(best[0])) < least:
            return None
        found = list(_TOKEN.finditer(text))[best[1] : best[1] + WINDOW]
        return Likely(probability, *self._sentence(text, found[0].start(), found[-1].end()))

    def margin(self, words: Sequence[str]) -> float:
        """What speaks for a window, in the units of the regression."""
        return self._weight(words)

    def probability(self, margin: float) -> float:
        """A margin as a probability: Platt, "Probabilistic Outputs for Support Vector Machines", 1999."""
        return 1 / (1 + exp(-max(-30.0, min(30.0, self._slope * margin + self._offset))))

    def _weight(self, words: Sequence[str]) -> float:
        if len(self._words) > _KEPT or len(self._pairs) > 3 * _KEPT:
            self._words, self._pairs = _Kept(self._learn), _Kept(self._together)  # other threads go on with what they hold
        known, whole, parts, count, distinct = self._words, 0, 0, 0, set(words)
        for one in map(known.__getitem__, distinct):
            whole, parts, count = whole + one[0], parts + one[1], count + one[2]
        pairs = sum(map(self._pairs.__getitem__, near(words)))
        met = meetings([known[word][3] for word in words])
        classes = sum(map(self._meetings.__getitem__, met))
        total = whole / sqrt(len(distinct) or 1) + parts / sqrt(count or 1) + pairs / sqrt(2 * len(words) + 1) + classes / sqrt(len(met) or 1)
        return self._bias + self._unit * total

    def _learn(self, word: str) -> tuple[int, int, int, tuple[int, ...]]:
        places, classes = self._features.word(word)
        return self._table[places[0]], sum(self._table[at] for at in places[1:]), len(places) - 1, classes

    def _together(self, pair: tuple[str, ...]) -> int:
        return self._table[place(f"p {' '.join(pair)}")]

    def _sentence(self, text: str, start: int, end: int) -> tuple[int, int]:
        """The sentence of a window that says most by itself."""
        stops = [start, *(one.end() for one in _STOP.finditer(text, start, end)), end]
        spans = [(at, stop) for at, stop in pairwise(stops) if text[at:stop].strip()]
        at, stop = max(spans, key=lambda span: self._weight(_TOKEN.findall(text[span[0] : span[1]])))
        return at + len(text[at:stop]) - len(text[at:stop].lstrip()), stop


def tokens(text: str) -> Sequence[str]:
    """The words and marks of a text in lower case. Equal words are one object, so that whoever looks them up hashes each once."""
    return _tokens(text) if len(text) <= _SHORT else _TOKEN.findall(text)


@lru_cache(maxsize=16)
def _tokens(text: str) -> tuple[str, ...]:
    # Several checks ask for those of a text, one after the other.
    return tuple(map(sys.intern, _TOKEN.findall(text)))


def windows(count: int) -> range:
    """Where the windows of a text with so many words begin: the last one reaches its end."""
    half = WINDOW // 2
    return range(0, max(min(count, 1), count - half), half)


@cache
def linear(name: str) -> Linear:
    """The model of this name, read once."""
    return Linear(name)
