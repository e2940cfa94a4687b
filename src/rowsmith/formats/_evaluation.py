"""What evaluations read beside a question and an answer: the passages that the answer rests on."""

from __future__ import annotations

from rowsmith.core.errors import RowFailed
from rowsmith.core.row import Json, Row
from rowsmith.formats._format import says


def contexts(row: Row) -> list[str]:
    """The column `contexts`: texts, or one text; none is an empty list.

    Raises:
        RowFailed: `contexts`.
    """
    found: Json = row.data.get("contexts")
    if not says(found):
        return []
    texts = found if isinstance(found, list) else [found]
    if not all(isinstance(text, str) for text in texts):
        raise RowFailed("contexts", "`contexts` is neither text nor a list of texts.")
    return texts
