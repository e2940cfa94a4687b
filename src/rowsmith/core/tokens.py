"""Tokens, counted and split with the vocabularies that semantic-text-splitter carries; nothing is downloaded."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache
from itertools import accumulate, compress, count
from typing import Any

MODELS = ("gpt-4o", "gpt-5", "gpt-4.1", "o3", "gpt-oss-20b", "gpt-4", "gpt-3.5-turbo", "text-davinci-003", "gpt-2")
"""Some of the names whose vocabulary is there: o200k for the first ones, cl100k for gpt-4 and gpt-3.5-turbo, then older ones."""

SPACE = " \t\n\v\f\r\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
_KEPT = 64
_MOST_BYTES = 4
"""Of a character."""
_MOST_KEPT = 1 << 17
# Where no token of these vocabularies reaches across, whatever stands around: before a single space that a visible character follows (behind a
# line's end only where no space stands between), between a line's end and a visible character (but for the slash, which may go with what ends
# the line before).
_PART = re.compile(
    r" ?\S++(?= \S)|"  # most words
    r"\s*+\S++(?:(?!(?:\s*[^\S\r\n])? \S)(?!\s++(?<=[\r\n])[^\s/])\s++\S++)*+"
    r"(?:\s*[^\S\r\n](?= \S)|\s++(?:(?<=[\r\n])(?!/)|\Z))?|\s++"
)
_WITHIN = re.compile(
    "(?<=[A-Za-z0-9])(?=[!-&(-/:-@\\[-`{-~])|(?<=[A-Za-z])(?=[0-9])|(?<=[0-9])(?=[A-Za-z])|(?<=[ぁ-ゖァ-ヺ一-鿿])(?=[。、！？])"
)
"""Such places within what has no space: between a letter and a mark behind it, but for the apostrophe, and between letters and digits."""
_UNBROKEN, _MOST_UNBROKEN = 10_000, 200_000
"""Characters of a part that takes long to count, the longer the more so, and most of them in all such parts of a text."""


@lru_cache(maxsize=256)
def splitter(model: str, size: int, overlap: int = 0, markdown: bool = False, trim: bool = True) -> Any:
    """A splitter into chunks of at most `size` tokens; its `chunk_indices(text)` gives (offset in characters, chunk).

    Raises:
        ValueError: there is no vocabulary for the model.
    """
    from semantic_text_splitter import MarkdownSplitter, TextSplitter

    try:
        return (MarkdownSplitter if markdown else TextSplitter).from_tiktoken_model(model, size, overlap, trim)
    except Exception as error:  # noqa: BLE001 - the library raises nothing narrower
        raise ValueError(f"{error}. Use the name of a model whose vocabulary ships with Rowsmith: {', '.join(MODELS)}.") from None


def count_tokens(model: str, text: str) -> int:
    """How many tokens the text has for the model, space at its end left out.

    The library splits but does not count: a text has k tokens when it fits a chunk of k and not one of k - 1. Counting word by word
    keeps that cheap, as words repeat.
    """
    return sum(map(_counts(model).__getitem__, _parts(text.rstrip(SPACE))))


class Unbroken(ValueError):
    """A text whose tokens cannot be counted in good time: it goes on for too long without a place where tokens part."""


class Measured:
    """A text whose spans are counted in tokens for a model, each in a time that does not grow with the text.

    Raises:
        Unbroken: letters follow letters, or marks marks, for more than 200,000 characters in runs of more than 10,000.
    """

    def __init__(self, model: str, text: str) -> None:
        self.model, self.text = model, text
        self._counts = _counts(model)
        parts = _parts(text)
        sizes = list(map(len, parts))
        if max(sizes, default=0) > _KEPT:
            for number in reversed(list(compress(count(), map(_KEPT.__lt__, sizes)))):
                parts[number : number + 1] = _WITHIN.split(parts[number])
            sizes = list(map(len, parts))
            if (unbroken := sum(filter(_UNBROKEN.__lt__, sizes))) > _MOST_UNBROKEN:
                raise Unbroken(f"It goes on for {unbroken:,} characters without a place where tokens part")
        self._starts = list(accumulate(sizes, initial=0))
        self._before = list(accumulate(map(self._counts.__getitem__, parts), initial=0))

    def count(self, start: int, end: int) -> int:
        """The tokens of text[start:end], space at its end left out: what `count_tokens` says of it."""
        end, first, last = self._parts_of(start, end)
        if last < first:
            return count_tokens(self.model, self.text[start:end])
        head = self.text[start : self._starts[first]]
        inner = self._before[last] - self._before[first]
        tail = count_tokens(self.model, self.text[self._starts[last] : end])
        return sum(map(self._counts.__getitem__, _parts(head))) + inner + tail

    def fits(self, start: int, end: int, size: int) -> bool:
        """Whether text[start:end] has at most `size` tokens."""
        if (end - start) * _MOST_BYTES <= size:  # no token is shorter than a byte
            return True
        end, first, last = self._parts_of(start, end)
        if last < first and end - start > _KEPT:  # a piece of something without space: one question, where counting takes many
            begin = self.text[start : min(end, start + 8 * size)]  # refused by its beginning, a long one is not read to its end
            return _fits(self.model, f"{begin} x", size + 1) and (start + len(begin) == end or self.count(start, end) <= size)
        return self.count(start, end) <= size

    def splitter(self, size: int, markdown: bool = False) -> Any:
        """A splitter of texts by the same tokens; see `splitter`."""
        return splitter(self.model, size, markdown=markdown)

    def _parts_of(self, start: int, end: int) -> tuple[int, int, int]:
        """The end without space before it, the first part that begins behind the start, and the one in which the end stands."""
        while end > start and self.text[end - 1] in SPACE:
            end -= 1
        return end, bisect_right(self._starts, start), bisect_right(self._starts, end - 1) - 1


class _Counts(dict[str, int]):
    """Part of a text -> its tokens for one model. Short parts, which come again, are kept."""

    def __init__(self, model: str) -> None:
        super().__init__()
        self._model = model

    def __missing__(self, part: str) -> int:
        if len(part) > _KEPT:
            pieces = _WITHIN.split(part)
            return _count(self._model, part) if len(pieces) == 1 else sum(map(self.__getitem__, pieces))
        if len(self) >= _MOST_KEPT:
            self.clear()
        count = self[part] = _count(self._model, part)
        return count


@lru_cache(maxsize=16)
def _counts(model: str) -> _Counts:
    return _Counts(model)


def _parts(text: str) -> list[str]:
    """The text in parts that have no token in common."""
    return _PART.findall(text)


def _count(model: str, part: str) -> int:
    # One more word, a token of its own, makes sure that the text can be split: a single character never is, however many tokens it has.
    # Behind a line's end it follows at once, as a word does there: in the older vocabularies, space before a word and before space differ.
    text = f"{part}x" if part[-1:] in ("\n", "\r") else f"{part} x"
    low, high = 1, max(2, len(part) // 8)
    while not _fits(model, text, high):
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _fits(model, text, middle) else (middle, high)
    return high - 1


def _fits(model: str, text: str, size: int) -> bool:
    return len(splitter(model, size, trim=False).chunks(text)) == 1
