"""Patterns in which `*` stands for anything: matched piece by piece, in time bounded by lengths, without regular expressions."""

from __future__ import annotations


def matches(pattern: str, text: str) -> bool:
    """Whether the whole text fits.

    >>> matches("/news/*/print", "/news/2024/05/print")
    True
    """
    first, *rest = pattern.split("*")
    if not rest:
        return pattern == text
    *between, last = rest
    if not text.startswith(first) or len(text) < len(first) + len(last) or not text.endswith(last):
        return False
    at, end = len(first), len(text) - len(last)
    for piece in between:  # the leftmost place leaves the most to those that follow
        found = text.find(piece, at, end)
        if found < 0:
            return False
        at = found + len(piece)
    return True
