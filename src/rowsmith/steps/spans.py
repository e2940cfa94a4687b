"""Where a row's text stands in its source document, in characters."""

from __future__ import annotations

from typing import Any

from rowsmith.core.row import Row


def start_of(row: Row, text: str) -> int | None:
    """Where `text`, the whole text of a row's column, begins in the row's source.

    The source's span says so while it is as long as the text; a row without one (a record of a table) is a document of its own and begins at 0.
    None: the text has another length than its span, so an earlier step has changed it and no exact place is known.
    """
    source = row.origin.get("source")
    span = source.get("span") if isinstance(source, dict) else None
    if span is None:
        return 0
    return int(span[0]) if span[1] - span[0] == len(text) else None


def cut(row: Row, column: str, text: str, start: int, end: int) -> dict[str, Any]:
    """The `source` of a row made from text[start:end]: the parent's, with the exact span, and the column where the text is a record's.

    Without a `span` where no exact place is known.
    """
    source = dict(row.origin.get("source") or {})
    begin = start_of(row, text)
    if "span" not in source:
        source.setdefault("column", column)
    source.pop("span", None)
    return source if begin is None else {**source, "span": [begin + start, begin + end]}
