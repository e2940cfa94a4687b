"""What one writes to search for rows, and whether a row is meant: the one meaning that every index has to keep.

    tea assam            rows with both words, in any of their texts
    "green tea"          the words side by side, in one text
    tea OR coffee        one of them; OR binds what stands beside it
    tea -milk            not with this word, or "phrase"
    assam*               words that begin so

Words are those of core.words: case, accents composed or not, vowel signs of Arabic and breaks of lines make no difference. What is cut into
several words (don't, 東京都) is looked for as a phrase.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

from rowsmith.core.errors import Invalid
from rowsmith.core.words import words

MOST_TERMS = 60
"""Most words and phrases of one search."""
_TOKEN = re.compile(r'(-?)(?:"([^"]*)"?|([^\s"]+))')
_EXAMPLE = 'Write words (tea assam), "a phrase", tea OR coffee, tea -milk, or assam*.'


@dataclass(frozen=True, slots=True)
class Term:
    """Words that stand side by side in one text; with `prefix` the last one only has to begin so."""

    words: tuple[str, ...]
    prefix: bool

    def within(self, found: Sequence[str]) -> bool:
        """Whether a text, cut into words, has it."""
        last = len(self.words) - 1
        before = self.words[:last]
        return any(self._ends(found[at + last]) and tuple(found[at : at + last]) == before for at in range(len(found) - last))

    def _ends(self, word: str) -> bool:
        return word.startswith(self.words[-1]) if self.prefix else word == self.words[-1]


@dataclass(frozen=True, slots=True)
class Query:
    """A search that was read: one term of each group of `every` has to be there, and none of `none`."""

    text: str
    every: tuple[tuple[Term, ...], ...]
    none: tuple[Term, ...]

    def matches(self, found: Sequence[Sequence[str]]) -> bool:
        """Whether a row is meant, whose texts are cut into these words (core.words.cut)."""
        everything = set(chain.from_iterable(found))

        def has(term: Term) -> bool:
            if len(term.words) == 1 and not term.prefix:
                return term.words[0] in everything
            return any(term.within(one) for one in found)

        return all(any(map(has, group)) for group in self.every) and not any(map(has, self.none))


@lru_cache(maxsize=256)
def query(text: str) -> Query:
    """Read what somebody searches for.

    Raises:
        Invalid: it has no word, too many, a quote that is not closed, or an OR that excludes.
    """
    if text.count('"') % 2:
        raise Invalid(f"The search {text!r} has a quote that is not closed.", _EXAMPLE)
    groups: list[list[Term]] = []
    none: list[Term] = []
    joined = False
    for token in _TOKEN.finditer(text):
        if token[0] == "OR":
            joined = bool(groups)
            continue
        term = _term(token)
        if token[1] and joined:
            raise Invalid(f"The search {text!r} excludes within an OR.", "Put what is excluded at the end: tea OR coffee -milk.")
        if term is not None and token[1]:
            none.append(term)
        elif term is not None and joined:
            groups[-1].append(term)
        elif term is not None:
            groups.append([term])
        joined = False
    _check(text, sum(map(len, groups)) + len(none))
    return Query(text, tuple(map(tuple, groups)), tuple(none))


def _term(token: re.Match[str]) -> Term | None:
    said = token[2] if token[2] is not None else token[3]
    found = words(said)
    star = said.endswith("*") if token[2] is None else token.string[token.end() : token.end() + 1] == "*"
    return Term(tuple(found), star) if found else None


def _check(text: str, terms: int) -> None:
    if not terms:
        raise Invalid(f"The search {text!r} has no word in it.", _EXAMPLE)
    if terms > MOST_TERMS:
        raise Invalid(f"The search has {terms} words and phrases; the limit is {MOST_TERMS}.", "Search for fewer.")
