"""Spans of a text, in characters."""

from __future__ import annotations

Span = tuple[int, int]
"""[start, end)."""


def trimmed(text: str, start: int, end: int) -> Span:
    """The span without space at its ends; empty where it holds nothing else."""
    piece = text[start:end]
    begin = start + len(piece) - len(piece.lstrip())
    return begin, max(begin, start + len(piece.rstrip()))
