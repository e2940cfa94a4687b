"""How much of an answer stands in its source: word for word, and sentence by sentence whether the source bears it out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Literal

from pydantic import Field, PositiveInt

from rowsmith.core.errors import RowFailed
from rowsmith.core.flags import Flag
from rowsmith.core.ports import Context
from rowsmith.core.row import Drop, Row
from rowsmith.core.said import Part, parts
from rowsmith.core.step import Column
from rowsmith.steps.checking import Check
from rowsmith.steps.entailing import doubt
from rowsmith.steps.request import text_of
from rowsmith.steps.sentences import sentences

# Scripts written without spaces: Thai, Lao, Burmese, Khmer, kana, Han. Each of their characters is a word.
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")


class Grounded(Check):
    """Scores, without a model, how far a source bears an answer out, and flags the sentences that it does not.

    `scores.<into>` in [0, 1]: the share of the answer's words that lie in runs of at least `run` words found one after the other in the
    source; an answer shorter than `run` counts as a whole or not at all. `scores.<into>_exact`: whether the whole answer is a piece of the
    source, character for character. Case, punctuation and compatibility forms (NFKC) do not matter for the words; in scripts without spaces
    every character is a word. These two measure quoting, not truth: a right answer in words of its own scores low.

    `scores.<into>_supported` in [0, 1]: the share of the answer's sentences that nothing speaks against; each other one is a flag
    `unsupported`, whose detail says why: a number that the source has not in any unit or writing and that follows from no two of its own; a
    name that it has not; a sentence that denies what it says, or claims all where it does not (absolute); two things that have changed places
    (swapped); too few of the sentence's words in the source (unheard). It reads no meaning: an answer that is right in wholly other words is
    flagged, and a wrong one in the source's words may pass. English, German, French, Spanish; elsewhere numbers, names and words alone.

    Answers are read in every shape (`answer`, `response`, the turns of an assistant; a rejected answer is none); the source is `text` or
    `context`, or what tools said.
    """

    column: Column | None = Field(None, description="Column that holds the answer. Default: the answers of the row, whatever its shape.")
    against: str = Field("", description="Column that holds the source text. Default: `text`, or `context` where there is no `text`.")
    run: PositiveInt = Field(3, description="Fewest words in a row that count as quoted.")
    least: float = Field(0.4, ge=0, le=1, description="Share of a sentence's words (function words left out) that must stand in the source.")
    missing: Literal["fail", "pass"] = Field("fail", description="What a row without answer or source does: it fails, or goes on without a score.")
    into: str = Field("grounded", min_length=1, description="Name of the score.")

    def rows(self, row: Row, ctx: Context) -> Iterator[Row | Drop]:
        """The row with its three scores and its unsupported sentences."""
        try:
            said, source = self._answers(row), self._source(row)
        except RowFailed as lacking:
            if self.missing == "fail" or lacking.reason != "missing_column":
                raise
            yield row
            return
        answer = "\n".join(part.text for part in said)
        exact = bool(answer.strip()) and all(part.text.strip() in source for part in said)
        told = [(part, *span) for part in said for span in sentences(part.text, 0, len(part.text))]
        flags = [flag for one in told if (flag := self._flag(*one, source))]
        scores = {self.into: support(answer, source, self.run), f"{self.into}_exact": exact}
        yield self.told(row, {**scores, f"{self.into}_supported": round(1 - len(flags) / len(told), 4) if told else 0.0}, flags)

    def check(self) -> list[str]:
        """An answer that would be measured against itself."""
        column = self.column or "answer"
        return [f"`column` and `against` are both {column!r}; name the column of the source text."] if self.against == column else []

    def _flag(self, part: Part, start: int, end: int, source: str) -> Flag | None:
        found = doubt(part.text[start:end], source, self.least)
        return found and Flag("grounding", "unsupported", f"{found.reason}: {found.detail}", 1.0, part.path, (start, end))

    def _answers(self, row: Row) -> list[Part]:
        name = self.column or ("answer" if "answer" in row.data else None)
        if name is not None:
            if self.column is None and isinstance(row.data[name], list | dict):
                return [part for part in parts(row.data, [name]) if part.role == "answer"]
            return [Part(name.replace("\\", "\\\\").replace(".", "\\."), "answer", text_of(row, name))]
        said = [part for part in parts(row.data) if part.role == "answer" and part.path != "reasoning" and ".tool_calls." not in part.path]
        if not said:
            raise RowFailed("missing_column", "The row has no answer; name its column with `column`.")
        return said

    def _source(self, row: Row) -> str:
        if name := self.against or ("text" if "text" in row.data and self.column != "text" else ""):
            return text_of(row, name)
        found = [part.text for part in parts(row.data) if part.role == "context"]
        if not found:
            raise RowFailed("missing_column", "The row has neither `text` nor `context`; name the column of the source text with `against`.")
        return "\n".join(found)


def support(answer: str, source: str, run: int) -> float:
    """The share, in [0, 1], of the answer's words within runs of at least `run` words that follow each other in the source.

    0 for an answer without words. Time and memory grow with the sum of both lengths.
    """
    said = words(answer)
    if not said:
        return 0.0
    length = min(run, len(said))
    known = _runs(source, length)
    covered = end = 0
    for start in range(len(said) - length + 1):
        if tuple(said[start : start + length]) in known:
            covered += start + length - max(start, end)
            end = start + length
    return covered / len(said)


@lru_cache(maxsize=16)
def _runs(source: str, length: int) -> frozenset[tuple[str, ...]]:
    # Rows made from one text come one after the other: its runs are kept for the next.
    found: Sequence[str] = words(source)
    return frozenset(zip(*(found[place:] for place in range(length)), strict=False))


def words(text: str) -> list[str]:
    """The words of a text, alike whatever their case, punctuation and compatibility forms.

    >>> words("Don't panic: ﬁve 漢字!")
    ['don', 't', 'panic', 'five', '漢', '字']
    """
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).translate(_TABLE).split()


class _Table(dict[int, str]):
    """Per character what `translate` puts for it: itself within a word, itself apart from others, or a space."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        if _UNSPACED.match(char):
            self[code] = f" {char} " if char.isalnum() or unicodedata.category(char)[0] == "M" else " "
        else:
            self[code] = char if char.isalnum() or unicodedata.category(char)[0] == "M" else " "
        return self[code]


_TABLE = _Table()
