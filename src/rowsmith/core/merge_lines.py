"""Three-way merge of a text, line by line: what one side changed is taken; changes of the same lines, or of neighbours, are a conflict."""

from __future__ import annotations

from difflib import SequenceMatcher
from itertools import pairwise
from typing import NamedTuple


class _Change(NamedTuple):
    """Lines [start, end) of the base that say something else."""

    start: int
    end: int
    lines: tuple[str, ...]


def merged(base: str, ours: str, theirs: str) -> str | None:
    """The base with the changes of both sides; None where they touch each other and are not the same.

    >>> merged("a\\nb\\nc\\n", "A\\nb\\nc\\n", "a\\nb\\nC\\n")
    'A\\nb\\nC\\n'
    """
    before = base.splitlines(keepends=True)
    changes = sorted({*_changes(before, ours), *_changes(before, theirs)})
    if any(later.start <= earlier.end for earlier, later in pairwise(changes)):
        return None
    after = list(before)
    for change in reversed(changes):
        after[change.start : change.end] = change.lines
    return "".join(after)


def _changes(before: list[str], text: str) -> list[_Change]:
    after = text.splitlines(keepends=True)
    codes = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    return [_Change(start, end, tuple(after[low:high])) for tag, start, end, low, high in codes if tag != "equal"]
