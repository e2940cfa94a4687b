"""Tells the language of each row, and flags rows in another one than wanted, or than most."""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import chain
from typing import Annotated

from pydantic import Field, StringConstraints

from rowsmith.content import language_codes, languages
from rowsmith.core.errors import choose
from rowsmith.core.flags import Flag
from rowsmith.core.languages import UNKNOWN, Guess, Languages
from rowsmith.core.ports import Context, Rows
from rowsmith.core.row import Dropped, Row
from rowsmith.core.said import parts
from rowsmith.core.step import Column
from rowsmith.steps.checking import Check
from rowsmith.steps.form_phrases import unquoted

_MARKS = re.compile(r"[{}()\[\];=<>_|\\/*+#$&^~`]")
_ASIDE = re.compile(r"\b(?:https?://|www\.)\S+|[\w.+-]+@[\w-]+\.[\w.-]+")
_IN_ASIDE = ("@", "://", "www.")
"""What stands in whatever it finds: looked for first, since it looks for an address from each letter on."""
_CODE = 0.07
"""Share of the characters that only code has so many of."""
_FEW = 5
"""Rows whose language is known below which there is no main language."""

Code = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]


class Language(Check):
    """Tells the language of a row, all that it says but its label: `scores.<into>`, by ISO 639-1, `und` where it cannot be told (code, numbers,
    names, a few words), and `scores.<into>_sure`, 0 to 1. Offline and without a model: by script, frequent words and letters (core.languages).

    A row is flagged (`language`) when it is in none of `languages`; with `wanted` when it is in another than its own column says; where neither is
    given, when it is not in that of at least `main` of the rows. A guess below `least` flags nothing. What a macro-language holds and what cannot
    be told apart counts as the same: `no` is met by `nb` and `nn`, `fil` by `tl`, `zh-Hant` by `zh`, `bs` by `hr`, `id` by `ms`. A row that should
    be in a language that nobody here can tell, or says none, is never flagged. filter.language, with its extra, knows more languages.
    """

    languages: list[Code] = Field([], description="Languages that rows may be in, by ISO 639-1. Default: the main language of the rows.")
    wanted: Column | None = Field(None, description="Column with the tag of the row's language, as it should be: de, pt-BR.")
    main: Annotated[float, Field(gt=0.5, le=1)] = Field(0.8, description="Share of the rows from which on their language is the main one.")
    least: Annotated[float, Field(ge=0, le=1)] = Field(0.2, description="Least sureness of a guess that flags a row.")
    into: str = Field("language", min_length=1, description="Name of the score.")

    def all(self, new: Rows, kept: Rows, ctx: Context) -> Iterator[Row | Dropped]:
        """Every new row once, in order, with its language."""
        guesses = _Guesses(new) if not self.languages and not self.wanted else None
        these = sorted(self.languages if guesses is None else _main(chain(map(language_of, kept), guesses), self.main))
        known = iter(guesses or ())
        for row in new:
            found = language_of(row, self.wanted) if guesses is None else next(known)
            asked = [str(row.data.get(self.wanted) or "")] if self.wanted else these
            codes = frozenset[str]().union(*map(language_codes, asked))
            flags = []
            if codes & _languages().told and found.language not in (UNKNOWN, *codes) and found.certainty >= self.least:
                flags = [Flag("language", "language", f"{found.language}, not {' or '.join(asked)}", round(found.certainty, 4))]
            yield self.told_of_set(row, {self.into: found.language, f"{self.into}_sure": round(found.certainty, 4)}, flags)

    def check(self) -> list[str]:
        """Languages that nobody here can tell, and two ways to say which are wanted."""
        known = _languages().told
        unknown = [code for code in self.languages if not language_codes(code) & known]
        problems = [f"No language that can be told is called {code!r}. {choose(code, sorted(known))}" for code in unknown]
        return problems + (["Give `languages` for all rows or `wanted` for each, not both."] if self.languages and self.wanted else [])


class _Guesses:
    """The languages of rows in their order, of which each is guessed once: 16 bytes for each."""

    def __init__(self, rows: Rows) -> None:
        self._languages, self._sure = list[str](), array("d")
        for found in map(language_of, rows):
            self._languages.append(found.language)
            self._sure.append(found.certainty)

    def __iter__(self) -> Iterator[Guess]:
        return map(Guess, self._languages, self._sure)


def _main(guesses: Iterable[Guess], share: float) -> set[str]:
    """The language that at least this share of the rows are in."""
    counts = Counter(found.language for found in guesses if found.language != UNKNOWN)
    most = counts.most_common(1)
    return {most[0][0]} if most and counts.total() >= _FEW and most[0][1] >= share * counts.total() else set()


def language_of(row: Row, beside: str | None = None) -> Guess:
    """The language of all that a row says but its label, and but the column `beside`."""
    said = "\n".join(sorted(part.text for part in parts(row.data) if part.role != "label" and part.path != beside))
    prose = unquoted(said, quotes=False)
    if any(map(prose.__contains__, _IN_ASIDE)):
        prose = _ASIDE.sub(" ", prose)
    if len(_MARKS.findall(prose)) >= _CODE * max(1, len(prose)):
        return Guess(UNKNOWN, 0.0)
    return _languages().guess(prose)


@cache
def _languages() -> Languages:
    return Languages(languages())
