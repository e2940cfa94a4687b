"""Looks quotes up in the texts that they are of: whether they stand there word for word."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from pydantic import Field, PositiveInt

from rowsmith.core.errors import RowFailed
from rowsmith.core.expressions import parse
from rowsmith.core.flags import Flag
from rowsmith.core.ports import Context
from rowsmith.core.row import Drop, Json, Row
from rowsmith.core.step import Column, Where
from rowsmith.steps.checking import Check
from rowsmith.steps.evidence import quoted
from rowsmith.steps.request import blank, pick, texts_in
from rowsmith.steps.words import words

SHOWN = 120
"""Most characters of a quote in a flag."""


class Quotes(Check):
    """Looks quotes up in the texts that they are of. `scores.<into>` in [0, 1] is the share that stands there word for word, `scores.<into>_found`
    how many different ones do (one within another is none of its own).

    Quotes are read from whatever `column` holds: a text, a list of texts, objects with a `quote`, or a mapping of names to those; with `between`
    they are what stands between two marks in a text. An object whose `value` is null needs no quote; another one without is a flag. Case and
    punctuation do not matter, parts may be left out where three dots stand, and a quote has three words at least where its text has so many.

    Flags: `unquoted`, a quote that stands in none of the texts, or one that lacks; `too_few`, fewer different ones than `least`; `not_cited`, with
    `every`, a text that no quote is of.
    """

    column: Column = Field("quotes", description="Column that holds the quotes.")
    against: list[Column] = Field(["text"], min_length=1, description="Columns with the texts that they are of: a text, or a list of them.")
    between: list[str] = Field([], description="Two marks, such as [<q>, </q>]: the quotes are what stands between them in the column's text.")
    least: PositiveInt = Field(1, description="Fewest different quotes of a row.")
    every: bool = Field(False, description="Whether each of the texts has to be quoted.")
    where: Where | None = Field(None, description="Rows of which this is not true are not looked at, and go on without a score.")
    into: str = Field("quotes", min_length=1, description="Name of the score.")

    def rows(self, row: Row, ctx: Context) -> Iterator[Row | Drop]:
        """The row with its two scores and what could not be found."""
        if self.where is not None and parse(self.where).test(row.scope) is not True:
            yield row
            return
        said, sources = list(self._quotes(row)), texts_in(row, self.against)
        within = [{number for number, source in enumerate(sources) if not blank(one) and quoted(one, source)} for one in said]
        found = different([one for one, places in zip(said, within, strict=True) if places])
        flags = [self._flag("unquoted", _shown(one)) for one, places in zip(said, within, strict=True) if not places]
        flags += [self._flag("too_few", f"{found} of {self.least}")] if found < self.least else []
        cited = set().union(*within)
        flags += [self._flag("not_cited", f"text {number + 1}") for number in range(len(sources)) if self.every and number not in cited]
        share = sum(map(bool, within)) / len(said) if said else 0.0
        yield self.told(row, {self.into: round(share, 4), f"{self.into}_found": found}, flags)

    def check(self) -> list[str]:
        """Marks that are not two, and a column that would be looked up in itself."""
        wrong = [] if len(self.between) in (0, 2) and all(self.between) else ["`between` is two marks: [<quote>, </quote>]."]
        return wrong + ([f"`against` names {self.column!r}, which holds the quotes."] if self.column in self.against else [])

    def _quotes(self, row: Row) -> Iterator[str]:
        held = pick(row, [self.column])[self.column]
        if not self.between:
            yield from _within(held)
        elif isinstance(held, str):
            opens, closes = map(re.escape, self.between)
            yield from (one.strip() for one in re.findall(f"{opens}(.*?){closes}", held, re.DOTALL))
        else:
            raise RowFailed("not_text", f"Column {self.column!r} holds {type(held).__name__}, not text.")

    def _flag(self, reason: str, detail: str) -> Flag:
        return Flag(self.title, reason, detail, path=self.column)


def different(quotes: Sequence[str]) -> int:
    """How many of the quotes say something of their own: one whose words stand within another is none.

    >>> different(["the sky is blue", "The sky is blue, they say.", "grass is green"])
    2
    """
    said = sorted({f" {' '.join(words(one))} " for one in quotes}, key=len, reverse=True)
    return sum(not any(one in longer for longer in said[:place]) for place, one in enumerate(said))


def _within(held: Json) -> Iterator[str]:
    if isinstance(held, str):
        yield held
    elif isinstance(held, list):
        for one in held:
            yield from _within(one)
    elif isinstance(held, dict):
        yield from _of_entry(held) if "quote" in held else (quote for one in held.values() for quote in _within(one))


def _of_entry(entry: dict[str, Any]) -> Iterator[str]:
    if "value" not in entry or entry["value"] is not None:
        yield str(entry["quote"] or "")


def _shown(quote: str) -> str:
    said = " ".join(quote.split())
    return (said if len(said) <= SHOWN else f"{said[: SHOWN - 3]}...") or "no quote"
