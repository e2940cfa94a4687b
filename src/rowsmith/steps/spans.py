"""Where a row's text stands in its source document, in characters, whatever has been cut and cleaned on the way.

`origin.source` of a row: `span` [start, end) of the document's own text; `edits` [[start, end, text], ...] that cleaning made within it
(core.edits), so that the row says document[span] with its edits applied; `marks` {"pages": [[0, 1], [1830, 2]]}: where parts of the document
begin; and for each kind of part of a chunk its first and last: `pages: [3, 4]`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from rowsmith.core import edits as editing
from rowsmith.core.row import Row

Mark = tuple[int, int | str]


def place(row: Row, column: str, text: str, start: int, end: int) -> dict[str, Any] | None:
    """Where [start, end) of `text`, the whole text of a column, stands in the row's source: its `span`, and the `edits` within if there are any.

    None: the text is not what the source's span and edits say, so a step that keeps no account has changed it, and no exact place is known.
    """
    known = _known(row, column, text)
    if known is None:
        return None
    span, within = _places(known).cut(start, end)
    return {"span": span, **({"edits": [list(edit) for edit in within]} if within else {})}


def cut(row: Row, column: str, text: str, start: int, end: int) -> Any:
    """The `source` of a row made from text[start:end]: the parent's, with the exact span, the edits within it, its parts (`pages` and kin),
    and the column where the text is a record's. Without a `span` where no exact place is known. Several sources stay as they are.
    """
    source = row.origin.get("source") or {}
    if not isinstance(source, dict):
        return source
    found = place(row, column, text, start, end)
    kept = {name: value for name, value in source.items() if name not in ("span", "edits", "marks")}
    kept |= {} if "span" in source else {"column": source.get("column", column)}
    return kept if found is None else {**kept, **found, **_parts(source.get("marks") or {}, found["span"])}


def _parts(marks: dict[str, list[Mark]], span: Sequence[int]) -> dict[str, Any]:
    """The first and last part within the span, by the marks' name, and the marks where there are several."""
    inside = {name: _inside(every, span) for name, every in marks.items() if every}
    left = {name: [list(mark) for mark in found] for name, found in inside.items() if len(found) > 1}
    return {name: [found[0][1], found[-1][1]] for name, found in inside.items()} | ({"marks": left} if left else {})


def edited(row: Row, column: str, text: str, edits: Iterable[Sequence[Any]]) -> Row:
    """The row, the same, with `edits` applied to `text`, the whole text of a column; its source knows of them where the place is known.

    `edits` are sorted, do not overlap, and count in the characters of `text`.
    """
    new = editing.compose([], edits)
    if not new:
        return row
    said = editing.apply(text, new)
    source = _noted(row, column, text, new)
    if source is None:
        source = row.origin.get("source") or {}
        if _fits(source, said):  # by chance as long as its span says: no place is claimed for it
            source = {name: value for name, value in source.items() if name not in ("span", "edits")}
    return replace(row, data={**row.data, column: said}, origin={**row.origin, "source": source})


def parts(row: Row, column: str, text: str, name: str) -> list[tuple[int, int, int | str]]:
    """The parts of a column's whole text by the marks called `name` ("pages"): start, end, and what the part is called. In order, covering
    the text; none where its source has no such marks, or no exact place is known."""
    known, source = _known(row, column, text), row.origin.get("source")
    every = (source.get("marks") or {}).get(name) if isinstance(source, dict) else None
    if known is None or not every:
        return []
    first = known.span[0]
    inside = _inside(every, known.span)
    starts = editing.moved(known.edits, [max(at, first) for at, _ in inside], first)
    ends = [*starts[1:], len(text)]
    return [(start, end, called) for start, end, (_, called) in zip([0, *starts[1:]], ends, inside, strict=True)]


class _Known:
    """A span and its edits. Lists of edits are never changed in place: two that are one object are the same."""

    def __init__(self, span: list[int], edits: list[list[Any]]) -> None:
        self.span, self.edits = span, edits

    def __hash__(self) -> int:
        return hash((id(self.edits), *self.span))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Known) and other.edits is self.edits and other.span == self.span


@lru_cache(maxsize=16)
def _places(known: _Known) -> editing.Edited:
    """Made once for all cuts of a text."""
    return editing.Edited(known.edits, known.span[0])


def _known(row: Row, column: str, text: str) -> _Known | None:
    """The span and the edits that make up the text. A row without a span (a record of a table) is a document of its own and begins at 0."""
    source = row.origin.get("source") or {}
    if isinstance(source, dict) and "span" not in source:
        return _Known([0, len(text)], [])
    if not _fits(source, text) or source.get("column", column) != column:
        return None
    return _Known(source["span"], source.get("edits") or [])


def _fits(source: Any, text: str) -> bool:
    """Whether the text is as long as the source's span with its edits."""
    span = source.get("span") if isinstance(source, dict) else None
    return span is not None and len(text) == span[1] - span[0] + _places(_Known(span, source.get("edits") or [])).growth


def _noted(row: Row, column: str, text: str, new: Sequence[editing.Edit]) -> Any:
    """The row's source with further edits; None where no exact place is known."""
    known, source = _known(row, column, text), row.origin.get("source") or {}
    if known is None:
        return None
    own = {} if "span" in source else {"column": source.get("column", column)}
    return {**source, **own, "span": known.span, "edits": [list(edit) for edit in editing.compose(known.edits, new, known.span[0])]}


def _inside(marks: Sequence[Mark], span: Sequence[int]) -> list[Mark]:
    """The marks of the parts that have a character of the span, or of the one that it stands in where it is empty."""
    starts = [at for at, _ in marks]
    first = max(0, bisect_right(starts, span[0]) - 1)
    return list(marks[first : max(first + 1, bisect_right(starts, span[1] - 1))])
