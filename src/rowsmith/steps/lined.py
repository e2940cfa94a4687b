"""A text as lines that know which kind of Markdown block they stand in, and how lines are taken out without leaving holes."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from rowsmith.core.edits import Edit
from rowsmith.steps.markdown import blocks

_LINE = re.compile(r"\f?[^\r\n\f]*(?:\r\n|\n|\r)|\f?[^\r\n\f]+|\f")


@dataclass(frozen=True, slots=True)
class Line:
    """text[start:end] is the line, `after` where the next one begins; a form feed begins one. `kind` is that of its block; empty between
    blocks."""

    start: int
    end: int
    after: int
    text: str
    kind: str


def lined(text: str) -> list[Line]:
    """The lines of a text, in order."""
    found, every, at = [], blocks(text), 0
    for match in _LINE.finditer(text):
        start, line = match.start(), match[0].rstrip("\r\n")
        end = start + len(line)
        while at < len(every) and every[at].end <= start:
            at += 1
        within = at < len(every) and every[at].start < end
        found.append(Line(start, end, match.end(), line, every[at].kind if within else ""))
    return found


def without(lines: Sequence[Line], gone: Collection[int]) -> list[Edit]:
    """The edits that take the lines with these numbers out, and with them the blank lines that would be left doubled or at an end."""
    taken, at = set(gone), 0
    while at < len(lines):
        if at not in taken:
            at += 1
            continue
        first, after = at, at
        while after < len(lines) and (after in taken or _blank(lines[after])):
            after += 1
        taken |= set(_space(lines, taken, first, after))
        at = after
    return _edits(lines, taken)


def _space(lines: Sequence[Line], taken: set[int], first: int, after: int) -> range | list[int]:
    """The blank lines to go along with the lines taken from [first, after), which ends at a line with text or at the end."""
    last = max(number for number in range(first, after) if number in taken)
    if after == len(lines):
        while first and _blank(lines[first - 1]):
            first -= 1
        return range(first, after)
    inner = [number for number in range(first, last) if number not in taken]
    apart = first == 0 or _blank(lines[first - 1])
    return [*inner, *range(last + 1, after)] if apart else inner[1:] if last + 1 == after else inner


def _edits(lines: Sequence[Line], taken: set[int]) -> list[Edit]:
    found: list[Edit] = []
    for number in sorted(taken):
        line = lines[number]
        if found and found[-1].end == line.start:
            found[-1] = found[-1]._replace(end=line.after)
        else:
            unended = number and lines[number - 1].after == lines[number - 1].end
            found.append(Edit(line.start, line.after, "\n" if unended else ""))
    return found


def _blank(line: Line) -> bool:
    return not line.text.strip()
