"""The words of a text and where they stand in it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

# Scripts written without spaces: Thai, Lao, Burmese, Khmer, kana, Han. Each of their characters is a word.
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_WORD = re.compile(rf"(?:(?![{_UNSPACED}])[^\W_])+|[{_UNSPACED}]")
_ASCII = re.compile("[a-z0-9]+")


def spoken(text: str) -> list[str]:
    """The words of a text: runs of letters and digits without regard to case and compatibility forms; in scripts without spaces each character.

    >>> spoken("Don't panic: \ufb01ve!")
    ['don', 't', 'panic', 'five']
    """
    if text.isascii():
        return _ASCII.findall(text.lower())
    return [_plain(word) for word in _WORD.findall(text)]


def placed(text: str) -> Iterator[tuple[int, int]]:
    """Where each of these words stands: characters [start, end)."""
    for found in _WORD.finditer(text):
        yield found.span()


def _plain(word: str) -> str:
    return word.lower() if word.isascii() else unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", word).casefold())
