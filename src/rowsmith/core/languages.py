"""In which language a text is: a guess, made offline, that says so when it cannot tell.

By script first; where languages share a script, by frequent short words, and by letters that few of them have. Texts under about five words
in a script that is shared can often not be told apart.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

UNKNOWN = "und"
"""The language of a text that cannot be told, as ISO 639-2 writes it."""
LOOKED_AT = 400
"""Characters of a text that are looked at."""
_WORDS = 50
_WORD = re.compile(r"[^\s!-@\[-`{-¿\u2010-\u206f\u3000-\u303f،؛؟।॥]+")  # not \w: vowel signs are none of that
_LEAST = 0.12  # share of words, those told by letters included, that have to speak for a language
_AHEAD = 1.15  # how far before the next one it has to be
_FAR_AHEAD = 1.5  # how far before the one that was asked for, where two others are as likely


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
        self._languages: dict[str, set[str]] = {}
        self._words: dict[str, dict[str, list[str]]] = {}
        self._letters: dict[str, dict[str, list[str]]] = {}
        for code, one in languages.items():
            self._languages.setdefault(one["script"], set()).add(code)
            for word in str(one["words"]).split():
                self._words.setdefault(one["script"], {}).setdefault(word, []).append(code)
            for letter in one.get("letters", ""):
                self._letters.setdefault(one["script"], {}).setdefault(letter, []).append(code)
        self._known: dict[str, str] = {}
        self.told = frozenset({*languages, *filter(None, self._only.values())})
        """The languages that a text can be told to be in."""

    def guess(self, text: str) -> Guess:
        """The language of a text."""
        script, certainty, words = self._written(text)
        if only := self._only.get(script):
            return Guess(only, certainty)
        points = self._points(script, words)
        (most, best), (next_, _) = _first_two(points)
        if not _enough(most, words) or most < _AHEAD * next_:
            return Guess(UNKNOWN, 0.0)
        return Guess(best, min(1.0, (most - next_) / most + most / (4 * len(words))))

    def instead(self, text: str, wanted: Collection[str]) -> str:
        """The likeliest language of a text that is hardly one of these, though it may be one of two others; empty when it may be one of them."""
        script, _, words = self._written(text)
        here = [language for language in wanted if language in self._languages.get(script, ())]
        if self._only.get(script) or not here:
            found = self.guess(text).language
            return "" if found in (UNKNOWN, *wanted) else found
        points = self._points(script, words)
        (most, best), _ = _first_two(points)
        asked = max(points.get(language, 0.0) for language in here)
        return best if best not in wanted and _enough(most, words) and most >= _FAR_AHEAD * asked and most > asked + 1 else ""

    def _written(self, text: str) -> tuple[str, float, list[str]]:
        """The script of most of a text, the share of it, and the words, where they are needed."""
        sample = text[:LOOKED_AT].lower()
        if sample.isascii():
            return "latin", 1.0, _WORD.findall(sample)[:_WORDS]
        scripts: Counter[str] = Counter()
        for letter, count in Counter(sample).items():
            if script := self._script(letter):
                scripts[script] += count
        if not scripts:
            return "", 0.0, []
        if scripts["kana"] * 20 > scripts["han"]:  # Japanese is written in both
            scripts["kana"] += scripts.pop("han", 0)
        script, count = scripts.most_common(1)[0]
        return script, count / sum(scripts.values()), [] if self._only[script] else _WORD.findall(sample)[:_WORDS]

    def _points(self, script: str, words: list[str]) -> dict[str, float]:
        """What speaks for each language: its words, and letters that few have."""
        known, letters = self._words.get(script, {}), self._letters.get(script, {})
        points: dict[str, float] = {}
        for word in words:
            for code in known.get(word, ()):
                points[code] = points.get(code, 0.0) + 1
            if not word.isascii():
                for mark in set(word):
                    for code in letters.get(mark, ()):
                        points[code] = points.get(code, 0.0) + 0.5 / len(letters[mark]) ** 0.5
        return points

    def _script(self, letter: str) -> str:
        """The script of a character; empty for what is in none."""
        found = self._known.get(letter)
        if found is None:
            at = bisect_right(self._firsts, ord(letter)) - 1
            found = self._spans[at][2] if at >= 0 and ord(letter) <= self._spans[at][1] and letter.isalpha() else ""
            self._known[letter] = found
        return found


def _first_two(points: Mapping[str, float]) -> list[tuple[float, str]]:
    return [*sorted(((n, code) for code, n in points.items()), reverse=True)[:2], (0.0, ""), (0.0, "")][:2]


def _enough(most: float, words: list[str]) -> bool:
    return most >= max(1.0, _LEAST * len(words))
