"""Texts cut into words for search: one rule for every index, every query and every uncommitted edit, so that all give the same answers.

A text is normalised (NFKC, case folded), and then cut:

    words       a run of letters, digits and marks is a word, as long as its script puts spaces between words. A word of more than
                `LONGEST` characters is cut into pieces of that length.
    characters  scripts without spaces (Chinese, Japanese, Thai, Lao, Khmer, Burmese ...): each letter with its marks is a word of its own,
                and what one looks for is found as a phrase of them. So nothing depends on a dictionary, nor on where a line was broken.
    digits      of every script are the digits 0 to 9.
    Arabic      without tatweel and vowel signs; forms of alef are alef, dotless and Persian ya are ya, ta marbuta is ha, Persian kaf is kaf.

Everything else separates words, but for characters that nobody sees (soft hyphens, joiners), which are passed over. Accents count.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

VERSION = f"1 {unicodedata.unidata_version}"
"""Of the rule and of Unicode: words that were cut by another one may differ."""
LONGEST = 100
"""Most characters of a word."""

_ASCII = bytes(code if chr(code).isalnum() and code < 128 else 32 for code in bytes(range(256)).lower())
_ALONE = "\ue000"  # stands before a letter that is a word of its own; as a private character it is no letter itself
_UNSPACED = (
    (0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x1950, 0x19DF), (0x1A20, 0x1AAF), (0x2E80, 0x2FDF), (0x3005, 0x3007), (0x3021, 0x3035),
    (0x3038, 0x312F), (0x31A0, 0x31BF), (0x31F0, 0x31FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xA9E0, 0xA9FF), (0xAA60, 0xAADF), (0xF900, 0xFAFF),
    (0x1AFF0, 0x1B16F), (0x20000, 0x3FFFF),
)  # fmt: skip
_FOLDED = {
    **dict.fromkeys((0x0622, 0x0623, 0x0625, 0x0671), "\u0627"), 0x0649: "\u064a", 0x06CC: "\u064a", 0x0629: "\u0647", 0x06A9: "\u0643",
    0x0640: "", **dict.fromkeys((*range(0x0610, 0x061B), *range(0x064B, 0x0660), 0x0670, *range(0x06D6, 0x06DD), *range(0x06DF, 0x06E5)), ""),
    **dict.fromkeys((0x06E7, 0x06E8, *range(0x06EA, 0x06EE)), ""),
}  # fmt: skip


class _Marks(dict[str, bool]):
    """Whether a character is a mark, found when it is first met."""

    def __missing__(self, char: str) -> bool:
        self[char] = found = unicodedata.category(char)[0] == "M"
        return found


class _Table(dict[int, str]):
    """What becomes of each character, for str.translate, found when it is first met."""

    def __missing__(self, code: int) -> str:
        self[code] = found = _form(code)
        return found


def _form(code: int) -> str:
    if code in _FOLDED:
        return _FOLDED[code]
    char = chr(code)
    kind = unicodedata.category(char)
    if kind == "Nd":
        return str(unicodedata.decimal(char))
    if kind[0] == "L" or kind == "Nl":
        return f" {_ALONE}{char}" if any(low <= code <= high for low, high in _UNSPACED) else char
    return char if kind[0] in "MN" else "" if kind == "Cf" else " "


_MARKS, _TABLE = _Marks(), _Table()


def words(text: str) -> list[str]:
    """The words of a text, in order."""
    if text.isascii():
        found = text.encode().translate(_ASCII).decode().split()
        return found if len(text) <= LONGEST else _bounded(found)
    formed = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).translate(_TABLE)
    found = formed.split()
    if _ALONE in formed:
        found = [word for piece in found for word in _alone(piece)]
    return _bounded(found)


def _bounded(found: list[str]) -> list[str]:
    return found if max(map(len, found), default=0) <= LONGEST else [part for word in found for part in _pieces(word)]


def _alone(piece: str) -> Iterator[str]:
    """A letter that is a word of its own with its marks, and what may follow it without a space."""
    if piece[0] != _ALONE:
        yield piece
        return
    end = 2
    while end < len(piece) and _MARKS[piece[end]]:
        end += 1
    yield piece[1:end]
    if end < len(piece):
        yield piece[end:]


def _pieces(word: str) -> Iterator[str]:
    return (word[at : at + LONGEST] for at in range(0, len(word), LONGEST))


def unspaced(word: str) -> bool:
    """Whether a word is a single letter of a script without spaces, with its marks."""
    code = ord(word[0])
    return code >= 0x0E00 and _TABLE[code][1:2] == _ALONE


def pairs(found: Sequence[str]) -> Iterator[str]:
    """Each two letters of scripts without spaces that stand side by side, as one: what an index holds beside the words, because two letters
    are as rare as a word is, and one is not. They begin with a character that no word has, so that no prefix of a word is one of theirs."""
    if not found or max(found) < "\u0e00":
        return
    for first, second in pairwise(found):
        if unspaced(first) and unspaced(second):
            yield _ALONE + first + second


def texts(value: Any) -> Iterator[str]:
    """Every text within a JSON value, however deep; not the names of columns."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts(item)


def cut(data: Any) -> list[list[str]]:
    """The words of each text within a row's data; texts without words are left out."""
    return [found for text in texts(data) if (found := words(text))]
