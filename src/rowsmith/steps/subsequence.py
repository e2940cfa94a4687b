"""ROUGE-L: how much of two texts is the same words in the same order.

Source: Lin, "ROUGE: A Package for Automatic Evaluation of Summaries", 2004: F1 of the longest common subsequence of words. The length of the
subsequence is found a word at a time with whole numbers as sets (Hyyrö, "Bit-parallel LCS-length computation revisited", 2004).
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Sequence

from rowsmith.steps.shingles import words


def common(one: Sequence[int], other: Sequence[int]) -> int:
    """The length of the longest common subsequence.

    >>> common([1, 2, 3, 4], [2, 9, 3, 1])
    2
    """
    places: dict[int, int] = {}
    for place, word in enumerate(one):
        places[word] = places.get(word, 0) | 1 << place
    all_ = (1 << len(one)) - 1
    open_ = all_
    for word in other:
        used = open_ & places.get(word, 0)
        open_ = ((open_ + used) | (open_ - used)) & all_
    return len(one) - open_.bit_count()


def rouge_l(one: str, other: str) -> float:
    """F1 of the longest common subsequence of words, from 0 to 1.

    >>> rouge_l("Name three rivers in France.", "name four rivers in France")
    0.8
    """
    pool = Pool()
    return pool.like(pool.read(one), pool.read(other))


class Pool:
    """Texts, and which of them is most alike to another one. A word takes 4 bytes, and some 8 for finding it."""

    def __init__(self) -> None:
        self._words: dict[str, int] = {}
        self._texts: list[array[int]] = []
        self._names: list[str] = []
        self._holding: dict[tuple[int, int], array[int]] = {}

    def read(self, text: str) -> array[int]:
        """The words of a text, by number."""
        return array("I", [self._words.setdefault(word, len(self._words)) for word in words(text)])

    def add(self, name: str, text: array[int]) -> None:
        """One more; one without words is like nothing."""
        for key in _counted(text):
            self._holding.setdefault(key, array("I")).append(len(self._texts))
        self._texts.append(text)
        self._names.append(name)

    def twin(self, text: array[int], least: float, own: str) -> tuple[str, float] | None:
        """The name of the most alike of another name, of equals the first, and how alike it is, where that is at least `least`. No subsequence is
        longer than the words that both have, so few texts are compared."""
        shared: Counter[int] = Counter()
        for key in _counted(text):
            shared.update(self._holding.get(key, ()))
        best: tuple[str, float] | None = None
        for place in sorted(place for place, count in shared.items() if 2 * count >= least * (len(text) + len(self._texts[place]))):
            found = self.like(text, self._texts[place])
            if found >= least and self._names[place] != own and (best is None or found > best[1]):
                best = self._names[place], found
        return best

    @staticmethod
    def like(one: Sequence[int], other: Sequence[int]) -> float:
        """F1 of their longest common subsequence."""
        return 2 * common(one, other) / (len(one) + len(other)) if one and other else 0.0


def _counted(text: Sequence[int]) -> list[tuple[int, int]]:
    """Each word with the number of its occurrence, so that two texts share as many as they have words in common."""
    seen: Counter[int] = Counter()
    found = []
    for word in text:
        seen[word] += 1
        found.append((word, seen[word]))
    return found
