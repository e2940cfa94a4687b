"""What cleaning did to a text, as edits that can be applied again: where a cleaned text came from stays known to the character.

An edit (start, end, text) puts `text` where a document has the characters [start, end). Edits are sorted and do not overlap. A row says
document[span] with its edits applied; start and end count in the document's own characters, whatever was cut or cleaned before.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from heapq import merge
from typing import Any, NamedTuple


class Edit(NamedTuple):
    """`text` stands in place of the characters [start, end): a deletion where it is empty, an insertion where start equals end."""

    start: int
    end: int
    text: str


Edits = Iterable[Sequence[Any]]
"""Edits as they come: Edit, or the lists [start, end, text] that an origin has."""


class _Placed(NamedTuple):
    """An edit at its place in the edited text: its text is that text's [start, end), or, where it is `further`, is yet to stand there."""

    start: int
    end: int
    further: bool
    edit: Edit


def apply(text: str, edits: Edits, start: int = 0) -> str:
    """The text with its edits applied; its first character is number `start` of the document in which they count.

    >>> apply("ex-\\nample", [(2, 4, "")])
    'example'
    """
    said, at = [], 0
    for begin, end, put in edits:
        said += [text[at : begin - start], put]
        at = end - start
    return "".join([*said, text[at:]])


def growth(edits: Edits) -> int:
    """How many characters longer the edits make a text; below 0 where it gets shorter."""
    return sum(len(text) - (end - start) for start, end, text in edits)


def compose(edits: Edits, further: Edits, start: int = 0) -> list[Edit]:
    """One list of edits for two that are applied one after the other: `further` counts in the characters of the text that `edits` left,
    the first of which is number `start` of the document.

    >>> compose([(2, 4, "")], [(0, 1, "E"), (4, 4, "!")])
    [Edit(start=0, end=1, text='E'), Edit(start=2, end=4, text=''), Edit(start=6, end=6, text='!')]
    """
    later = (_Placed(begin, end, True, Edit(begin, end, text)) for begin, end, text in further)
    found: list[Edit] = []
    shift = start
    for group in _groups(merge(_placed(edits, start), later)):
        first, last = group[0].start, max(one.end for one in group)
        begin = first + shift
        shift -= growth(one.edit for one in group if not one.further)
        _add(found, Edit(begin, last + shift, _said(group, first, last)))
    return found


class Edited:
    """The places of a text that `edits` have left, to be asked for many of them; its first character is number `start` of the document."""

    def __init__(self, edits: Edits, start: int) -> None:
        self._placed = list(_placed(edits, start))
        self._starts = [one.start for one in self._placed]
        self._ends = [one.end for one in self._placed]
        self._shifts = [start, *(one.edit.end - one.end for one in self._placed)]
        self.growth = start - self._shifts[-1]

    def cut(self, start: int, end: int) -> tuple[list[int], list[Edit]]:
        """The span in the document, and the edits within it, of the characters [start, end).

        A cut within a replacement takes all that was replaced into the span, and of its text the piece that was cut. What was deleted at the
        very edge is left out.

        >>> Edited([(2, 4, "")], 0).cut(0, 4)
        ([0, 6], [Edit(start=2, end=4, text='')])
        """
        begin = bisect_right(self._ends, start)
        stop = max(begin, bisect_left(self._starts, end))
        within = self._placed[begin:stop]
        first = within[0].edit.start if within and within[0].start <= start else start + self._shifts[begin]
        last = within[-1].edit.end if within and within[-1].end >= end else end + self._shifts[stop]
        pieces = (one.edit._replace(text=one.edit.text[max(0, start - one.start) : end - one.start]) for one in within)
        return [first, last], [piece for piece in pieces if piece.text or piece.start < piece.end]


def moved(edits: Edits, places: Iterable[int], start: int = 0) -> list[int]:
    """Where places of the document, which rise, stand in the edited text; one within what was replaced stands behind its replacement.

    >>> moved([(2, 4, "")], [0, 3, 9])
    [0, 2, 7]
    """
    rest, found = _placed(edits, start), []
    shift, one = start, next(rest, None)
    for place in places:
        while one and one.edit.end <= place:
            shift -= growth([one.edit])
            one = next(rest, None)
        found.append(one.end if one and one.edit.start < place else place - shift)
    return found


def _placed(edits: Edits, start: int) -> Iterator[_Placed]:
    shift = start
    for begin, end, text in edits:
        at = begin - shift
        yield _Placed(at, at + len(text), False, Edit(begin, end, text))
        shift += end - begin - len(text)


def _groups(placed: Iterable[_Placed]) -> Iterator[list[_Placed]]:
    """Edits of both kinds that overlap, together."""
    group: list[_Placed] = []
    last = 0
    for one in placed:
        if group and one.start >= last:
            yield group
            group = []
        last = max(last, one.end) if group else one.end
        group.append(one)
    if group:
        yield group


def _said(group: Sequence[_Placed], first: int, last: int) -> str:
    """What stands at [first, last) of the edited text once the further edits of the group are applied too."""
    said, at = [], first
    for one in group:
        if one.further:
            said += [_left(group, at, one.start), one.edit.text]
            at = one.end
    return "".join([*said, _left(group, at, last)])


def _left(group: Sequence[_Placed], start: int, end: int) -> str:
    """What the earlier edits of the group put at [start, end)."""
    earlier = (one for one in group if not one.further and one.start < end and one.end > start)
    return "".join(one.edit.text[max(0, start - one.start) : end - one.start] for one in earlier)


def _add(found: list[Edit], edit: Edit) -> None:
    """Add an edit behind the others; those that touch become one where no place is lost by it."""
    if edit.start == edit.end and not edit.text:
        return
    before = found[-1] if found else Edit(-1, -1, "")
    inserts = before.start == before.end or edit.start == edit.end
    if before.end == edit.start and (inserts or not (before.text or edit.text)):
        found[-1] = Edit(before.start, edit.end, before.text + edit.text)
    else:
        found.append(edit)
