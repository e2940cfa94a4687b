"""Whether texts contain items of an evaluation set, word for word or edited: pairs of words propose items, and each is verified in the stretch of the
text that fits it best.

The share of an item that a text contains is the mean of two: of its words, each weighted by how few items have it (inverse document frequency),
counted as a multiset within a stretch somewhat longer than the item; and of its pairs of neighbouring words within that stretch. So a frame that
many items share counts for little, names without their sentence for half, and an item in which words were replaced or clauses moved keeps most of
it. Runs of 8 to 13 equal words, the custom (Brown et al., arXiv 2005.14165, appendix C), miss an item as soon as every tenth word is another.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, log
from typing import Any

from rowsmith.core.said import Part, parts
from rowsmith.steps.placed import spoken

SLACK = 1.25
"""How much longer than the item a stretch may be."""
SHORT = 8
"""Words of an item below which only a copy counts."""
LEAST = 4
"""Fewest words of an item that can be told from chance."""
COPY = 0.9
"""Share from which on an item counts as copied."""
COMMON = 64
"""A pair of words that more items have proposes none of them,"""
ANCHORS = 4
"""unless an item has fewer rare ones than these."""
PROPOSED = 12
"""Most items that are verified for one text: those of whose rare pairs most are there."""
SEEN = 0.15
"""Least share of an item's rare pairs that proposes it."""
_CHOICES = ("choices", "options")
_WORD_BITS = 32


@dataclass(frozen=True, slots=True)
class Found:
    """An item in a text: its number, the share of it that is there, words [start, end) of the text, and its longest run of words that is there."""

    item: int
    share: float
    start: int
    end: int
    run: int


def asked(data: Mapping[str, Any]) -> list[tuple[list[str], bool]]:
    """The texts by which an item is known, as words, and whether only a copy of them counts: its question; its passage with the question; of an item
    without either, what it says but answers and labels, or else these."""
    said = parts(data)
    choices = _text(part for part in said if part.path.partition(".")[0].lower() in _CHOICES)
    question = _text(part for part in said if part.role == "question" and part.path.partition(".")[0].lower() not in _CHOICES)
    context = _text(part for part in said if part.role == "context")
    if not question and not context:
        question = _text(part for part in said if part.role == "other") or _text(part for part in said if part.role in ("answer", "rejected"))
    if len(question) < LEAST and not context:
        question += choices
    units = [(question, bool(context) or len(question) < SHORT)] if len(question) >= LEAST else []
    return units + ([(context + question, False)] if len(context) + len(question) >= SHORT and context else [])


def _text(found: Any) -> list[str]:
    return [word for part in found for word in spoken(part.text)]


class Items:
    """The items, by number. Use: `add` all, `ready` once, then `find`. Memory: some 100 bytes for each word of the items."""

    def __init__(self) -> None:
        self.count = 0
        self.left_out = 0
        """Items with too few words to be told from chance."""
        self._ids: dict[str, int] = {}
        self._units: list[tuple[int, array[int], bool]] = []
        self._having: Counter[int] = Counter()
        self._weights: list[float] = []
        self._anchors: dict[int, list[int]] = {}
        self._anchored: list[int] = []

    def add(self, data: Mapping[str, Any]) -> None:
        """One more item."""
        units = asked(data)
        self.left_out += not units
        known: set[int] = set()
        for words, copy in units:
            ids = array("I", (self._ids.setdefault(word, len(self._ids)) for word in words))
            self._units.append((self.count, ids, copy))
            known.update(ids)
        self._having.update(known)
        self.count += 1

    def ready(self) -> None:
        """All items are there."""
        self._weights = [log((self.count + 1) / (self._having[number] + 0.5)) for number in range(len(self._ids))]
        pairs = [{one << _WORD_BITS | other for one, other in pairwise(ids)} for _, ids, _ in self._units]
        common = Counter(pair for one in pairs for pair in one)
        for unit, mine in enumerate(pairs):
            rare = [pair for pair in mine if common[pair] <= COMMON]
            chosen = rare if len(rare) >= ANCHORS else sorted(mine, key=lambda pair: (common[pair], pair))[:ANCHORS]
            self._anchored.append(len(chosen))
            for pair in chosen:
                self._anchors.setdefault(pair, []).append(unit)

    def find(self, words: Sequence[str]) -> list[Found]:
        """The items of which the words contain some, the largest share first; of equal shares the item with more words, then the earlier."""
        known = self._ids.get
        text = [known(word, -1) for word in words]
        counts: dict[int, int] = {}
        for pair in {one << _WORD_BITS | other for one, other in pairwise(text) if one >= 0 and other >= 0}:
            for unit in self._anchors.get(pair, ()):
                counts[unit] = counts.get(unit, 0) + 1
        shares = sorted(((-count / self._anchored[unit], unit) for unit, count in counts.items() if count >= SEEN * self._anchored[unit]))
        found = [(self._verified(text, unit), unit) for _, unit in shares[:PROPOSED]]
        best: dict[int, tuple[Found, int]] = {}
        for one, unit in found:
            if one is not None and (one.item not in best or one.share > best[one.item][0].share):
                best[one.item] = one, unit
        return [one for one, _ in sorted(best.values(), key=lambda pair: (-pair[0].share, -len(self._units[pair[1]][1]), pair[0].item))]

    def _verified(self, text: list[int], unit: int) -> Found | None:
        item, ids, copy = self._units[unit]
        start, end, weight = self._stretch(text, ids)
        pairs, there = set(pairwise(ids)), set(pairwise(text[start:end]))
        share = (weight / sum(map(self._weights.__getitem__, ids)) + len(pairs & there) / len(pairs)) / 2
        if copy and share < COPY:
            return None
        return Found(item, share, *_trimmed(text, ids, start, end), _run(text[start:end], ids))

    def _stretch(self, text: list[int], ids: array[int]) -> tuple[int, int, float]:
        """The stretch [start, end) of the text in which the item's words weigh most, and what they weigh there."""
        need, have, weights = Counter(ids), Counter[int](), self._weights
        length = ceil(SLACK * len(ids)) + 1
        weight, best, at = 0.0, 0.0, 0
        for place, word in enumerate(text):
            if (wanted := need.get(word)) is not None:
                have[word] += 1
                if have[word] <= wanted:
                    weight += weights[word]
            if place >= length and (wanted := need.get(gone := text[place - length])) is not None:
                if have[gone] <= wanted:
                    weight -= weights[gone]
                have[gone] -= 1
            if weight > best + 1e-9:
                best, at = weight, place + 1
        return max(0, at - length), at, best


def _trimmed(text: list[int], ids: array[int], start: int, end: int) -> tuple[int, int]:
    """The stretch from its first pair of words that is the item's to its last one."""
    pairs = set(pairwise(ids))
    places = [place for place in range(start, end - 1) if (text[place], text[place + 1]) in pairs]
    return (places[0], places[-1] + 2) if places else (start, end)


def _run(text: list[int], ids: array[int]) -> int:
    """The longest run of words that both have."""
    longest, row = 0, [0] * (len(ids) + 1)
    for word in text:
        before = 0
        for place, mine in enumerate(ids, 1):
            before, row[place] = row[place], before + 1 if mine == word and word >= 0 else 0
        longest = max(longest, *row)
    return longest


def words_of(data: Mapping[str, Any]) -> tuple[list[str], list[tuple[Part, int]]]:
    """The words of all that a row says but its labels, and its parts with the number of their first word."""
    words: list[str] = []
    begins: list[tuple[Part, int]] = []
    for part in parts(data):
        if part.role != "label":
            begins.append((part, len(words)))
            words += spoken(part.text)
    return words, begins
