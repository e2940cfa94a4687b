"""Lets through the rows whose text is in the languages wanted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from rowsmith.content import language_codes
from rowsmith.core.errors import Unavailable, choose
from rowsmith.core.ports import Context
from rowsmith.core.row import Drop, Row
from rowsmith.core.step import Column, Step
from rowsmith.steps.markdown import blocks
from rowsmith.steps.request import text_of

UNKNOWN = "und"
"""The language of a text without words, as ISO 639-2 writes it."""
LOOKED_AT = 20_000
"""Characters of a text that are looked at: from its beginning, code and addresses left out."""
_ASIDE = re.compile(r"`[^`\n]*`|\b(?:https?://|www\.)\S+|[<\[(]?[\w.+-]+@[\w-]+\.[\w.-]+")

Code = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]


class Language(Step):
    """Lets a row through when its text is in one of `languages`, and writes the language and how probable it is into columns.

    The language is told offline by py3langid (the extra `languages`), which knows about a hundred: Lui and Baldwin, "langid.py: An
    Off-the-shelf Language Identification Tool", ACL 2012. A row in another language, or whose language is less probable than `probability`,
    is dropped (`language`). A text without a letter is `und`, of probability 0. A few words are often taken for another language. What a
    macro-language holds and what is hardly told apart counts as the same: `no` lets `nn` through, `nb` what is told as `no`, `fil` `tl`, `id` `ms`.
    """

    column: Column = Field("text", description="Column that holds the text.")
    languages: list[Code] = Field(min_length=1, description="Languages that are let through, by ISO 639-1: [en, de].")
    probability: Annotated[float, Field(ge=0, le=1)] = Field(0.5, description="Least probability, 0 to 1, that the text is in its language.")
    into: str = Field("language", description="Column that is given the language; empty for none.")
    probability_into: str = Field("language_probability", description="Column that is given the probability; empty for none.")

    def rows(self, row: Row, ctx: Context) -> Iterator[Row | Drop]:
        """The row with what was found."""
        language, probability = found(text_of(row, self.column))
        if language not in self._codes() or probability < self.probability:
            yield Drop("language", f"{language}, probability {probability}")
            return
        said = {self.into: language, self.probability_into: probability}
        yield row.with_data({**row.data, **{name: value for name, value in said.items() if name}})

    def _codes(self) -> frozenset[str]:
        return frozenset[str]().union(*map(language_codes, self.languages))

    def columns(self, before: frozenset[str] | None) -> frozenset[str] | None:
        """Those before, and the two that are written."""
        return before if before is None else before | ({self.into, self.probability_into} - {""})

    def check(self) -> list[str]:
        """A missing extra, languages that nobody can tell, and columns that would overwrite the text or each other."""
        names = [name for name in (self.into, self.probability_into, self.column) if name]
        problems = [f"Two of `column`, `into` and `probability_into` are {name!r}." for name in dict.fromkeys(names) if names.count(name) > 1]
        try:
            known = list(_identifier().labels)
        except Unavailable as error:
            return [*problems, str(error)]
        unknown = [code for code in self.languages if not language_codes(code) & {*known}]
        return problems + [f"No language that can be told is called {code!r}. {choose(code, known)}" for code in unknown]


def found(text: str) -> tuple[str, float]:
    """The language of a text, by ISO 639-1, and its probability, rounded to 4 digits.

    Raises:
        Unavailable: the extra `languages` is not installed.
    """
    words = _prose(text[:LOOKED_AT])
    if not any(char.isalpha() for char in words):
        return UNKNOWN, 0.0
    language, probability = _identifier().classify(words)
    return str(language), round(float(probability), 4)


def _prose(text: str) -> str:
    """A text without what is in no language; all of it where nothing else is there."""
    said = "\n".join(text[block.start : block.end] for block in blocks(text) if block.kind not in ("code", "meta", "html"))
    plain = _ASIDE.sub(" ", said)
    return plain if any(char.isalpha() for char in plain) else text


@cache
def _identifier() -> Any:
    try:
        from py3langid.langid import MODEL_FILE, LanguageIdentifier
    except ImportError:
        raise Unavailable("Telling languages needs the library py3langid.", "Install it: pip install 'rowsmith[languages]'.") from None
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
