"""How much of an answer stands word for word in its source."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache

from pydantic import Field, PositiveInt

from rowsmith.core.errors import RowFailed
from rowsmith.core.ports import Context
from rowsmith.core.row import Row
from rowsmith.core.step import Column, Step
from rowsmith.steps.request import text_of

_DEFAULTS = ("text", "context")
# Scripts written without spaces: Thai, Lao, Burmese, Khmer, kana, Han. Each of their characters is a word.
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")


class Grounded(Step):
    """Scores, without a model, the share of an answer's words that stand in its source word for word.

    `scores.<into>` in [0, 1]: the share of the words that lie in runs of at least `run` words found one after the other in the source; an
    answer shorter than `run` counts as a whole or not at all. `scores.<into>_exact`: whether the whole answer is a piece of the source,
    character for character. Case, punctuation and compatibility forms (NFKC) do not matter for the words; in scripts without spaces
    every character is a word. It measures quoting, not truth: a right answer in words of its own scores low.
    """

    column: Column = Field("answer", description="Column that holds the answer.")
    against: str = Field("", description="Column that holds the source text. Default: `text`, or `context` where there is no `text`.")
    run: PositiveInt = Field(3, description="Fewest words in a row that count as quoted.")
    into: str = Field("grounded", min_length=1, description="Name of the score.")

    def rows(self, row: Row, ctx: Context) -> Iterator[Row]:
        """The row with its two scores."""
        answer = text_of(row, self.column)
        source = self._source(row)
        exact = bool(answer.strip()) and answer.strip() in source
        yield row.with_scores({self.into: support(answer, source, self.run), f"{self.into}_exact": exact})

    def check(self) -> list[str]:
        """An answer that would be measured against itself."""
        return [f"`column` and `against` are both {self.column!r}; name the column of the source text."] if self.against == self.column else []

    def _source(self, row: Row) -> str:
        name = self.against or next((name for name in _DEFAULTS if name in row.data and name != self.column), "")
        if not name:
            raise RowFailed("missing_column", "The row has neither `text` nor `context`; name the column of the source text with `against`.")
        return text_of(row, name)


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
