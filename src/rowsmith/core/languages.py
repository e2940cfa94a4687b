"""In which language a text is: a guess, made offline, that says so when it cannot tell.

By script first; where languages share a script, by frequent short words, and by letters that few of them have. Texts under about five words
in a script that is shared can often not be told apart.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping
from typing import Any, NamedTuple

UNKNOWN = "und"
"""The language of a text that cannot be told, as ISO 639-2 writes it."""
LOOKED_AT = 400
"""Characters of a text that are looked at."""
_WORDS = 50
_WORD = re.compile(r"[^\s!-@\[-`{-¿\u2010-\u206f\u3000-\u303f،؛؟।॥]+")  # not \w: vowel signs are none of that
_LEAST = 0.12  # share of words, those told by letters included, that have to speak for a language
_AHEAD = 1.15  # how far before the next one it has to be


class Guess(NamedTuple):
    """A language (ISO 639-1, or `und`) and how sure the guess is, from 0 to 1."""

    language: str
    certainty: float


class Languages:
    """What can be told apart: `profiles` are those of rowsmith.content.languages()."""

    def __init__(self, profiles: Mapping[str, Any]) -> None:
        scripts, languages = profiles["scripts"], profiles["languages"]
        spans = sorted((first, last, name) for name, script in scripts.items() for first, last in script["ranges"])
        self._firsts = [first for first, _, _ in spans]
        self._spans = spans
        self._only = {name: script.get("only") for name, script in scripts.items()}
        self._words: dict[str, dict[str, list[str]]] = {}
        self._letters: dict[str, dict[str, list[str]]] = {}
        for code, one in languages.items():
            for word in str(one["words"]).split():
                self._words.setdefault(one["script"], {}).setdefault(word, []).append(code)
            for letter in one.get("letters", ""):
                self._letters.setdefault(one["script"], {}).setdefault(letter, []).append(code)
        self._known: dict[str, str] = {}

    def guess(self, text: str) -> Guess:
        """The language of a text."""
        sample = text[:LOOKED_AT].lower()
        if sample.isascii():
            return self._by_words("latin", _WORD.findall(sample)[:_WORDS])
        scripts: Counter[str] = Counter()
        for letter, count in Counter(sample).items():
            if script := self._script(letter):
                scripts[script] += count
        if not scripts:
            return Guess(UNKNOWN, 0.0)
        if scripts["kana"] * 20 > scripts["han"]:  # Japanese is written in both
            scripts["kana"] += scripts.pop("han", 0)
        script, count = scripts.most_common(1)[0]
        if only := self._only[script]:
            return Guess(only, count / sum(scripts.values()))
        return self._by_words(script, _WORD.findall(sample)[:_WORDS])

    def _by_words(self, script: str, words: list[str]) -> Guess:
        known, letters = self._words[script], self._letters.get(script, {})
        points: dict[str, float] = {}
        for word in words if not all(map(str.isascii, words)) else filter(known.__contains__, words):
            for code in known.get(word, ()):
                points[code] = points.get(code, 0.0) + 1
            if not word.isascii():
                for mark in set(word):
                    for code in letters.get(mark, ()):
                        points[code] = points.get(code, 0.0) + 0.5 / len(letters[mark]) ** 0.5
        if not points:
            return Guess(UNKNOWN, 0.0)
        (most, best), (next_, _) = [*sorted(((n, code) for code, n in points.items()), reverse=True)[:2], (0.0, "")][:2]
        if most < max(1.0, _LEAST * len(words)) or most < _AHEAD * next_:
            return Guess(UNKNOWN, 0.0)
        return Guess(best, min(1.0, (most - next_) / most + most / (4 * len(words))))

    def _script(self, letter: str) -> str:
        """The script of a character; empty for what is in none."""
        found = self._known.get(letter)
        if found is None:
            at = bisect_right(self._firsts, ord(letter)) - 1
            found = self._spans[at][2] if at >= 0 and ord(letter) <= self._spans[at][1] and letter.isalpha() else ""
            self._known[letter] = found
        return found
