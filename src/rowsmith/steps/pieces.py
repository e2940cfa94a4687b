"""Which of many patterns a text may match, told by its words before any is tried: each pattern has pieces without which it finds nothing.

The pieces are read off the pattern itself: runs of letters that stand in every match, and for a choice one of each of its sides. Cox, "Regular
Expression Matching with a Trigram Index", 2012, does the same with trigrams. A run of letters and digits lies within one word, so that a word is
looked at once and remembered, and a text costs one look-up for each word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, reduce
from operator import or_

Needs = Sequence[frozenset[str]]
"""Sets of pieces: what matches has a piece of each. A blank at either end of a piece is the edge of a word."""
LEAST = 2
"""Fewest characters of a piece, its edges among them."""
_KEPT, _LONGEST = 20_000, 40
"""How many words are remembered, and of how many characters at most."""
_TOKEN = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\\\]])*\]|\(\?(?:[:=!]|<[=!])|.", re.DOTALL)
_TIMES = re.compile(r"(?:[*+?]|\{\d*,?\d*\})[?+]?")
_ONCE = ("", "+", "+?", "++")
_NO_LETTER = ("\\b", "\\W", "\\s")


def alternatives(pattern: str) -> Iterator[str]:
    """The parts of a pattern between the bars that stand in no brackets.

    >>> list(alternatives("a(?:b|c)|[|]d"))
    ['a(?:b|c)', '[|]d']
    """
    start = depth = 0
    for token in _TOKEN.finditer(pattern):
        depth += token[0].startswith("(") - (token[0] == ")")
        if token[0] == "|" and not depth:
            yield pattern[start : token.start()]
            start = token.end()
    yield pattern[start:]


@cache
def needs(pattern: str, before: bool = False, after: bool = False) -> tuple[frozenset[str], ...]:
    """What of a pattern that minds case stands in whatever it matches. `before`, `after`: no letter stands there.

    >>> [sorted(one) for one in needs(r"\\b(?:your|his) (?:ugly )?(?:faces?|heads)")]
    [[' his ', ' your '], ['face', 'heads']]
    """
    sides = [tuple(_of_sequence(side, before, after)) for side in alternatives(pattern)]
    if len(sides) == 1:
        return sides[0]
    return (frozenset().union(*(max(side, key=_worth) for side in sides)),) if all(sides) else ()


def near(pieces: Iterable[str]) -> tuple[frozenset[str], ...]:
    """The same of texts that are known to have one of these pieces."""
    return needs("|".join(map(re.escape, pieces)))


def _worth(pieces: frozenset[str]) -> tuple[int, int, int]:
    """The more, the fewer words have one: long ones and foreign letters are rare."""
    return min(len(piece.strip().encode()) for piece in pieces), min(map(len, pieces)), -len(pieces)


def _of_sequence(sequence: str, before: bool, after: bool) -> Iterator[frozenset[str]]:
    atoms = list(_atoms(sequence))
    edges = [before, *(times in _ONCE and _is_edge(atom) for atom, times in atoms), after]
    run, begun = "", before
    for at, (atom, times) in enumerate((*atoms, ("", ""))):
        if len(atom) == 1 and atom.isalnum() and not times:
            run, begun = run + atom, begun if run else edges[at]
            continue
        piece = f"{' ' * begun}{run}{' ' * edges[at + 1]}"
        if run and len(piece) >= LEAST:
            yield frozenset([piece])
        run = ""
        if atom.startswith("(") and atom[:3] not in ("(?=", "(?!", "(?<") and times in _ONCE:
            inner = atom[3 if atom.startswith("(?:") else 1 : -1]
            yield from needs(inner, edges[at] and not times, edges[at + 2] and not times)


def _is_edge(atom: str) -> bool:
    """Whether an atom is no letter, or tells that beside it stands none."""
    return atom in _NO_LETTER or (len(atom) == 1 and not atom.isalnum() and atom not in "^$.") or (atom[0] == "\\" and not atom[1].isalnum())


def _atoms(sequence: str) -> Iterator[tuple[str, str]]:
    """The atoms of a pattern without bars, each a character, a class, or a group with its brackets, and how often it stands there."""
    at = 0
    while at < len(sequence):
        start, depth = at, 0
        while token := _TOKEN.match(sequence, at):
            at = token.end()
            depth += token[0].startswith("(") - (token[0] == ")")
            if not depth:
                break
        times = _TIMES.match(sequence, at)
        yield sequence[start:at], times[0] if times else ""
        at = times.end() if times else at


class Quick:
    """What may match a text, of several things that match in one way or another: for each its ways, with what each of them needs."""

    def __init__(self, every: Sequence[Sequence[Needs]]) -> None:
        bits: dict[frozenset[str], int] = {}
        self._by_key: dict[int, list[tuple[int, int]]] = {0: []}
        for number, ways in enumerate(every):
            for way in ways:
                mask = reduce(or_, (bits.setdefault(one, 1 << len(bits)) for one in way), 0)
                key = bits[max(way, key=_worth)] if way else 0
                self._by_key.setdefault(key, []).append((number, mask))
        self._keys = reduce(or_, self._by_key)
        pieces: dict[str, int] = {}
        for each, bit in bits.items():
            for piece in each:
                pieces[piece] = pieces.get(piece, 0) | bit
        self._words = _Words(pieces)

    def may(self, words: Iterable[str]) -> list[int]:
        """Their numbers, in order. `words`: those of the text, each with no letter or digit directly before or behind it."""
        if len(self._words) > _KEPT:
            self._words = _Words(self._words.pieces)  # other threads go on with what they hold
        has = reduce(or_, map(self._words.__getitem__, words), 0)
        keys, ways = has & self._keys, [*self._by_key[0]]
        while keys:
            ways += self._by_key[keys & -keys]
            keys &= keys - 1
        return sorted({number for number, mask in ways if has & mask == mask})


class _Words(dict[str, int]):
    """By word, the sets of which it has a piece."""

    def __init__(self, pieces: dict[str, int]) -> None:
        super().__init__()
        self.pieces = pieces
        self._sizes = sorted({len(piece) for piece in pieces})

    def __missing__(self, word: str) -> int:
        found, marked = 0, f" {word} ".replace("'", " ")
        for size in self._sizes:
            for at in range(len(marked) - size + 1):
                found |= self.pieces.get(marked[at : at + size], 0)
        if len(word) <= _LONGEST:
            self[word] = found
        return found
