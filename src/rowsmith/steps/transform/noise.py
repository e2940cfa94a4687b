"""Makes texts look as they are really typed and scanned."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from typing import Annotated, Literal

from pydantic import Field

from rowsmith.content import noise
from rowsmith.core.ports import Context
from rowsmith.core.row import Drop, Row
from rowsmith.steps.rewriting import WITHIN, Changing
from rowsmith.steps.wording import Draw, changed, loose, plain

Kind = Literal["typos", "keyboard", "casing", "ocr", "diacritics"]
SHORTEST = 4
"""Letters of a word that takes a slip."""


class Noise(Changing):
    """Puts one kind of noise into texts of a row, by rule: which kind, which words and which letters the row's id decides.

    typos: two letters change places, one is left out or comes twice. keyboard: the key beside it. casing: words in capitals, or without them. ocr:
    what a scan takes for something else (rn, m; l, 1). diacritics: none are left. Names, figures, code, addresses and placeholders stay as they are,
    but that casing is of names, too; so does the first letter of a word, but for ocr. `origin.noise` names the kind, `origin.rewritten` keeps what
    was there. A row that has no word for its kind is dropped (`unchanged`).

    Source: synthetic noise of Belinkov and Bisk, "Synthetic and Natural Noise Both Break Neural Machine Translation", arXiv 1711.02173.
    """

    within: list[str] = Field(["text"], min_length=1, description=WITHIN)
    kinds: list[Kind] = Field(["typos", "keyboard", "casing", "ocr", "diacritics"], min_length=1, description="Kinds of which a row draws one.")
    rate: Annotated[float, Field(gt=0, le=1)] = Field(0.1, description="Share of the words that change, one at least; of diacritics all go.")
    layout: Literal["qwerty", "qwertz", "azerty"] = Field("qwerty", description="Keyboard whose keys lie beside one another.")
    seed: int = Field(42, description="Another seed, other noise.")

    def rows(self, row: Row, ctx: Context) -> Iterator[Row | Drop]:
        """The row with its noise."""
        kind = Draw(row.id, f"noise {self.seed}").one("kind", self.kinds)
        found = self.chosen(row)
        said = {part.path: self._noisy(part.text, kind, Draw(row.id, f"noise {self.seed} {part.path}")) for part in found}
        if all(said[part.path] == part.text for part in found):
            yield Drop("unchanged", f"There is no word for {kind}.")
            return
        done = self.put(row, {part.path: said[part.path] for part in found if said[part.path] != part.text})
        yield replace(done, origin={**done.origin, "noise": kind})

    def _noisy(self, text: str, kind: str, draw: Draw) -> str:
        anew: Callable[[str, int], str] = {
            "typos": lambda word, number: _slipped(word, number, draw), "keyboard": lambda word, number: _beside(word, number, draw, self.layout),
            "casing": lambda word, number: word.lower() if word != word.lower() else word.upper(),
            "ocr": lambda word, number: _misread(word, number, draw), "diacritics": lambda word, number: bare(word),
        }[kind]  # fmt: skip
        words = list(loose(text))
        if kind == "diacritics":
            return changed(text, [word for word in words if bare(word[0]) != word[0]], draw, 1.0, anew)
        if kind == "casing":
            fit = [word for word in words if word[0].isalpha() and word[0].lower() != word[0].upper()]
        else:
            fit = [word for number, word in enumerate(words) if len(word[0]) >= SHORTEST and plain(text, word) and anew(word[0], number) != word[0]]
        return changed(text, fit, draw, self.rate, anew)


def bare(word: str) -> str:
    """A word without diacritics.

    >>> bare("Übung")
    'Ubung'
    """
    return unicodedata.normalize("NFC", "".join(mark for mark in unicodedata.normalize("NFD", word) if not unicodedata.combining(mark)))


def _slipped(word: str, number: int, draw: Draw) -> str:
    """Two inner letters that differ change places, or one is left out or comes twice."""
    at = 1 + int(draw(f"{number} at") * (len(word) - 2))
    how = draw.one(f"{number} how", ("swap", "drop", "double"))
    if how == "swap" and word[at] != word[at + 1]:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return word[:at] + word[at + 1 :] if how == "drop" else word[:at] + word[at] + word[at:]


def _beside(word: str, number: int, draw: Draw, layout: str) -> str:
    places = [at for at in range(1, len(word)) if word[at] in neighbours(layout)]
    if not places:
        return word
    at = places[int(draw(f"{number} at") * len(places))]
    return word[:at] + draw.one(f"{number} key", neighbours(layout)[word[at]]) + word[at + 1 :]


def _misread(word: str, number: int, draw: Draw) -> str:
    could = [(seen, read) for seen, read in noise()["ocr"] if seen in word]
    if not could:
        return word
    seen, read = could[int(draw(f"{number} as") * len(could))]
    return word.replace(seen, read, 1)


@cache
def neighbours(layout: str) -> dict[str, str]:
    """For each letter of a keyboard those of the keys that touch it."""
    rows: list[str] = noise()["keyboards"][layout]
    found: dict[str, str] = {}
    for y, keys in enumerate(rows):
        for x, key in enumerate(keys):
            near = [*keys[max(0, x - 1) : x], *keys[x + 1 : x + 2]]
            near += [*rows[y - 1][x : x + 2]] if y else []
            near += [*rows[y + 1][max(0, x - 1) : x + 1]] if y + 1 < len(rows) else []
            found[key] = "".join(near)
    return found
