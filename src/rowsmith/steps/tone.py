"""The tone of a text by its words: how much of what it says of somebody is good and how much is bad. A count of words, not an understanding."""

from __future__ import annotations

import re
from functools import cache

from rowsmith.content import sentiment

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_REACH = 3
"""Words after a negation that it turns round."""
_ENDINGS = ("ly", "ing", "ed", "es", "s")


def tone(text: str) -> int:
    """Good words less bad ones; a negation before one turns it round."""
    total, turned = 0, 0
    for found in _WORD.finditer(text):
        word = found[0].lower().replace("’", "'")
        value = _value(word)
        if value:
            total += -value if turned else value
        turned = _REACH if word in _negators() else max(0, turned - 1)
    return total


@cache
def _negators() -> frozenset[str]:
    return frozenset(sentiment()["negators"].split())


@cache
def _values() -> dict[str, int]:
    return {word: value for name, value in (("good", 1), ("bad", -1)) for word in str(sentiment()[name]).split()}


def _value(word: str) -> int:
    known = _values()
    if word in known:
        return known[word]
    return next((known[word.removesuffix(end)] for end in _ENDINGS if word.endswith(end) and word.removesuffix(end) in known), 0)
