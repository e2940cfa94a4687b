"""Puts words that mean the same in the place of others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Annotated

from pydantic import Field

from rowsmith.content import synonyms
from rowsmith.core.errors import Invalid
from rowsmith.core.ports import Context
from rowsmith.core.row import Drop, Row
from rowsmith.core.step import InputPaths
from rowsmith.steps.earlier import missing
from rowsmith.steps.rewriting import WITHIN, Changing
from rowsmith.steps.wording import Draw, changed, loose, plain

Words = dict[str, list[str]]
"""For each word those that mean the same."""


class Synonyms(Changing):
    """Puts synonyms in the place of some words of a row, by a list: which words, and which synonyms, the row's id decides.

    A list of some English words ships, of such alone that hardly ever mean something else; a `dictionary` of yours goes in its place: a text file, a
    line for each group of words that mean the same, with commas between them: `quick, fast, rapid`. Form stands for form: no endings are made. A
    word is taken only for one that begins alike, with a vowel or without, so that "a" and "an" stay right. Names, code, addresses and placeholders
    stay. `origin.rewritten` keeps what was there. A row without such a word is dropped (`unchanged`).

    Source: synonym replacement of Wei and Zou, "EDA", arXiv 1901.11196; there by WordNet, in which many a word has other senses.
    """

    within: list[str] = Field(["text"], min_length=1, description=WITHIN)
    rate: Annotated[float, Field(gt=0, le=1)] = Field(0.3, description="Share of the words with synonyms that change, one at least.")
    dictionary: InputPaths = Field([], description="File of groups of words, a line each, in place of the list that ships.")
    seed: int = Field(42, description="Another seed, other words.")

    def rows(self, row: Row, ctx: Context) -> Iterator[Row | Drop]:
        """The row with its synonyms."""
        known = self._words(ctx)
        said = {}
        for part in self.chosen(row):
            draw = Draw(row.id, f"synonyms {self.seed} {part.path}")
            fit = [word for word in loose(part.text) if plain(part.text, word) and word[0].lower() in known]
            new = changed(part.text, fit, draw, self.rate, lambda word, number, draw=draw: _like(word, draw.one(f"{number} as", known[word.lower()])))  # type: ignore[misc]
            if new != part.text:
                said[part.path] = new
        yield self.put(row, said) if said else Drop("unchanged", "No word has a synonym in the list.")

    def check(self) -> list[str]:
        """A dictionary that is not there, beside what every change checks."""
        return super().check() + missing(self.dictionary)

    def _words(self, ctx: Context) -> Words:
        if not self.dictionary:
            return self._shipped
        scratch, found = self._read.get(0, (None, {}))
        if scratch != ctx.scratch:
            found = _alike(group for path in ctx.paths(self.dictionary) for group in _groups(ctx.input(path).path))
            if not found:
                raise Invalid(f"No line of {', '.join(self.dictionary)} names two words.", "Write a line for each group: quick, fast, rapid.")
            self._read[0] = ctx.scratch, found
        return found

    @cached_property
    def _shipped(self) -> Words:
        return _alike(synonyms())

    @cached_property
    def _read(self) -> dict[int, tuple[Path | None, Words]]:
        """The dictionary, as the run at hand has pinned it."""
        return {}


def _groups(path: Path) -> Iterator[list[str]]:
    with open(path, encoding="utf-8-sig") as file:
        for line in file:
            yield [word for said in line.split(",") if (word := said.strip())]


def _alike(groups: Iterable[list[str]]) -> Words:
    """For each word the others of its groups that begin alike."""
    found: Words = {}
    for group in groups:
        for word in group:
            others = [other for other in group if other != word and _vowel(other) == _vowel(word)]
            if others:
                found[word.lower()] = list(dict.fromkeys([*found.get(word.lower(), ()), *others]))
    return found


def _vowel(word: str) -> bool:
    return word[0].lower() in "aeiou"


def _like(word: str, other: str) -> str:
    """The other word, with a capital where the word has one."""
    return other[0].upper() + other[1:] if word[0].isupper() else other
