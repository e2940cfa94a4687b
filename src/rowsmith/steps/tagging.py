"""Tags in one spelling, and tags that are nearly the same as one.

Source of the order of things: Lu et al., "#InsTag", arXiv 2308.07074 (frequency filter, rules, aggregation); there the last is by embeddings and
association, here by the letters of the words alone.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable

_APART = re.compile(r"[\W_]+")


def plain(tag: str) -> str:
    """A tag in small letters, with single spaces for whatever stands between its words.

    >>> plain(" Code-Debugging ")
    'code debugging'
    """
    return _APART.sub(" ", tag.lower()).strip()


def stem(tag: str) -> str:
    """What tags have in common that are nearly the same: their words in any order, without the commonest endings.

    >>> stem("debugging codes") == stem("code debug")
    True
    """
    return " ".join(sorted(_stem(word) for word in tag.split()))


def _stem(word: str) -> str:
    for ending in ("ings", "ing", "ies", "es", "ed", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word.removesuffix(ending)
            break
    if len(word) > 3 and word[-1] == word[-2]:
        word = word[:-1]
    return word.removesuffix("e") if len(word) > 3 else word.removesuffix("y")


def settled(rows: Iterable[list[str]], least: int) -> dict[str, str]:
    """For each tag that stays the one that stands for it: the commonest of those nearly the same (the first by name among equals), which together
    at least `least` rows have."""
    counts = Counter(tag for tags in rows for tag in set(tags))
    alike: dict[str, list[str]] = defaultdict(list)
    for tag in counts:
        alike[stem(tag)].append(tag)
    found: dict[str, str] = {}
    for tags in alike.values():
        if sum(counts[tag] for tag in tags) >= least:
            found.update(dict.fromkeys(tags, min(tags, key=lambda tag: (-counts[tag], tag))))
    return found
