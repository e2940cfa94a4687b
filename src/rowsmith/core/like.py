"""LIKE and ILIKE with a fixed pattern: matched piece by piece, so that no pattern takes long."""

from __future__ import annotations

import re
from collections.abc import Callable

from rowsmith.core.functions import lower_text
from rowsmith.core.terms import Mismatch, Run, Scope, Term, coerce, quoted

ANY, ONE = object(), object()
"""% and _ of a pattern that was read."""


def like(value: Term, pattern: str, *, escape: str = "", fold: bool = False) -> Term:
    """`value LIKE pattern ESCAPE escape`; ILIKE with `fold`.

    Raises:
        Mismatch: the value is no text, or the pattern ends in its escape character.
    """
    value = coerce(value, "text")
    parts = _read(lower_text(pattern) if fold else pattern, lower_text(escape) if fold else escape)
    inner, matches = value.run, _matcher(parts)

    def run(scope: Scope) -> bool | None:
        text = inner(scope)
        return None if text is None else matches(lower_text(text) if fold else text)

    done: Run = run
    return Term("bool", done, f"({f'lower({value.sql})' if fold else value.sql} LIKE {_written(parts)})")


def _read(pattern: str, escape: str) -> list[object]:
    parts: list[object] = []
    chars = iter(pattern)
    for char in chars:
        if escape and char == escape:
            following = next(chars, None)
            if following is None:
                raise Mismatch("has a LIKE pattern that ends in its escape character")
            parts.append(following)
        else:
            parts.append(ANY if char == "%" else ONE if char == "_" else char)
    return parts


def _written(parts: list[object]) -> str:
    plain = not any(part in ("%", "_") for part in parts)
    escaped = {ANY: "%", ONE: "_"}
    text = "".join(escaped[part] if part in escaped else str(part) if plain or part not in ("%", "_", "\\") else f"\\{part}" for part in parts)
    return quoted(text) + ("" if plain else " ESCAPE '\\'")


def _matcher(parts: list[object]) -> Callable[[str], bool]:
    """A test for the pattern: the first piece at the start, the last at the end, those between as early as they come."""
    pieces: list[list[object]] = [[]]
    for part in parts:
        if part is ANY:
            pieces.append([])
        else:
            pieces[-1].append(part)
    first, last = _piece(pieces[0]), _piece(pieces[-1])
    if len(pieces) == 1:
        return lambda text: first.fullmatch(text) is not None
    between = [_piece(piece) for piece in pieces[1:-1] if piece]
    head, tail = len(pieces[0]), len(pieces[-1])

    def matches(text: str) -> bool:
        if len(text) < head + tail or not first.match(text) or not last.match(text, len(text) - tail):
            return False
        at, end = head, len(text) - tail
        for piece in between:
            found = piece.search(text, at, end)
            if found is None:
                return False
            at = found.end()
        return True

    return matches


def _piece(parts: list[object]) -> re.Pattern[str]:
    return re.compile("".join("." if part is ONE else re.escape(str(part)) for part in parts), re.DOTALL)
