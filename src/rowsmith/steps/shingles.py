"""What a text is made of, for comparing texts: words or characters in overlapping runs, and the text without its outward form."""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Sequence
from functools import cache
from typing import Any

from rowsmith.core.said import parts

WIDE = 12
"""Characters per word from which on a text counts as written without spaces (Chinese, Japanese, Thai ...)."""


def text_of(data: dict[str, Any], columns: Sequence[str] | None = None) -> str:
    """The text of the columns, joined: all that have any, by name, when none are chosen. Texts within lists and objects count."""
    chosen = sorted(data) if columns is None else columns
    if len(chosen) == 1 and isinstance(text := data.get(chosen[0]), str):
        return text
    return "\n".join(part for name in chosen for part in _texts(data.get(name)))


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    return [part for item in value for part in _texts(item)] if isinstance(value, list) else []


def compared(data: dict[str, Any], columns: Sequence[str] | None = None) -> str:
    """The text by which a row is compared with others: that of the columns, or else all that it says but its label (core.said), so that the same
    words are the same text in whatever columns and shape they stand."""
    if columns is not None:
        return text_of(data, columns)
    return "\n".join(part.text for part in parts(data) if part.role != "label")


def words(text: str) -> list[str]:
    """The words of a text in lower case, without punctuation. A text written without spaces gives its characters.

    >>> words("Hello,  World!")
    ['hello', 'world']
    """
    if not text.isascii():
        text = text.encode("utf-8", "replace").decode()  # half characters (lone surrogates) have no bytes to be hashed
    plain = text.lower().translate(_STRIPPED)
    found = plain.split()
    return list("".join(found)) if len(plain) > WIDE * len(found) and found else found


class _Stripped(dict[int, int | None]):
    """A table for str.translate that removes punctuation; each character is looked up when it is first met."""

    def __missing__(self, code: int) -> int | None:
        self[code] = found = None if unicodedata.category(chr(code)).startswith("P") else code
        return found


_STRIPPED = _Stripped()


def shingles(text: str, size: int) -> list[str]:
    """Every run of `size` neighbouring words. A text of fewer words is one shingle; one of none has none.

    >>> shingles("a b c", 2)
    ['a b', 'b c']
    """
    found = words(text)
    if len(found) <= size:
        return [" ".join(found)] if found else []
    return list(map(" ".join, zip(*(found[start:] for start in range(size)), strict=False)))


@cache
def _punctuation() -> str:
    return "".join(char for code in range(sys.maxunicode + 1) if unicodedata.category(char := chr(code)).startswith("P"))


@cache
def _loose() -> re.Pattern[str]:
    opening = re.escape("".join(char for char in _punctuation() if unicodedata.category(char) == "Ps"))
    number = rf"(?:(?<=[\d\s{opening}])|(?<![\s\S]))[.,:/-](?=\d)"
    negation = r"(?<![^\W_])!(?=[^\W\d_]|[(=])"
    return re.compile(rf"(?!{number})(?!{negation})[{re.escape(_punctuation())}]")


def flattened(text: str) -> str:
    """The text without its outward form: compatibility forms resolved (NFKC), in lower case, with single spaces and without punctuation. Marks that
    carry a value stay: one of `. , : / -` before a digit and behind a digit, white space, an opening bracket or nothing (3.5, -4, 10:30), and
    `!` directly before a letter, `(` or `=` (!done, !=).

    >>> flattened("Is it  3.5, or -1?")
    'is it 3.5 or -1'
    """
    plain = text.casefold() if text.isascii() else unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return " ".join(_loose().sub(" ", plain).split())
