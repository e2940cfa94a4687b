"""Tokens, counted and split with the vocabularies that semantic-text-splitter carries; nothing is downloaded."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

MODELS = ("gpt-4o", "gpt-5", "gpt-4.1", "o3", "gpt-oss-20b", "gpt-4", "gpt-3.5-turbo", "text-davinci-003", "gpt-2")
"""Some of the names whose vocabulary is there: o200k for the first ones, cl100k for gpt-4 and gpt-3.5-turbo, then older ones."""

# No token of these vocabularies reaches across the place between a visible character and a single space before another one: see _parts.
_SPACE = " \t\n\v\f\r\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
_KEPT = 64


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
    return sum([_kept(model, part) if len(part) <= _KEPT else _count(model, part) for part in _parts(text.rstrip(_SPACE)) if part])


def _parts(text: str) -> list[str]:
    """The text, cut before every single space that stands between two visible characters."""
    first, *more = words = text.split(" ")
    if words == text.split():
        return [first, *[" " + word for word in more]]
    parts = [first]
    for word in more:
        if word and parts[-1] and not word[0].isspace() and not parts[-1][-1].isspace():
            parts.append(" " + word)
        else:
            parts[-1] += " " + word
    return parts


@lru_cache(maxsize=1 << 17)
def _kept(model: str, part: str) -> int:
    return _count(model, part)


def _count(model: str, part: str) -> int:
    # One more word, a token of its own, makes sure that the text can be split: a single character never is, however many tokens it has.
    text = f"{part} x"
    low, high = 1, 2
    while not _fits(model, text, high):
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _fits(model, text, middle) else (middle, high)
    return high - 1


def _fits(model: str, text: str, size: int) -> bool:
    return len(splitter(model, size, trim=False).chunks(text)) == 1
