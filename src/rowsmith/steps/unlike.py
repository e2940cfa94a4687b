"""What tells two texts apart that embeddings take for alike.

The vector of a text hardly moves when a number, a negation or an opposite takes the place of a word, or when two names change places. So two texts
that have most words in common, and yet are not the same, are looked at word by word; texts in other words are not: what they say, the vectors tell.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from rowsmith import content
from rowsmith.steps.placed import spoken

COMMON = 0.5
"""From which share of common words on (Jaccard) two texts are looked at word by word."""
SWAPPED = 0.95
"""Least cosine of two such texts that say the same though a word differs: a synonym moves the vector less than another thing does."""
MOST = 60
"""Words of a text from which on a single word says nothing of the whole."""


def unlike(one: str, other: str, cosine: float) -> str:
    """Why the texts say unlike things: `number`, `negation`, `order` or `word`; empty where nothing speaks for it."""
    mine, yours = spoken(one), spoken(other)
    numbers = _numbers(mine), _numbers(yours)
    if all(numbers) and numbers[0] != numbers[1]:
        return "number"
    common, all_words = set(mine) & set(yours), set(mine) | set(yours)
    if mine == yours or max(len(mine), len(yours)) > MOST or len(common) < COMMON * len(all_words):
        return ""
    if numbers[0] != numbers[1]:
        return "number"
    if _negated(mine) != _negated(yours):
        return "negation"
    if _in_order(mine, common) != _in_order(yours, common):
        return "order"
    return "word" if common != all_words and cosine < SWAPPED else ""


def _numbers(words: Sequence[str]) -> list[str]:
    named = content.numbers()
    return sorted(str(number) for word in words if (number := named.get(word) or (word if any(map(str.isdigit, word)) else "")))


def _negated(words: Sequence[str]) -> bool:
    return any(word in _negations() for word in words)


def _in_order(words: Sequence[str], common: set[str]) -> list[str]:
    """The common words of which there is one, in their order."""
    return [word for word in words if word in common and words.count(word) == 1]


@cache
def _negations() -> frozenset[str]:
    return frozenset(word for words in content.negations().values() for word in words)
