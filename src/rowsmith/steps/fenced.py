"""Source text in prompts: fenced off as data, between lines that the text itself cannot hold.

The lines bear a mark that is derived from what they fence. A text would have to hold its own hash to close its fence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rowsmith.core.fences import fenced as fenced
from rowsmith.core.ids import content_hash
from rowsmith.core.row import Row
from rowsmith.steps.spans import place


def mark_of(shown: Mapping[str, Any]) -> str:
    """The mark of what is shown, 12 hexadecimal digits."""
    return content_hash(dict(shown))[:6].hex()


def source_columns(row: Row, names: Iterable[str]) -> list[str]:
    """Those of the columns that hold the text of a document, or of a part of one."""
    source = row.origin.get("source")
    if not isinstance(source, dict) or "span" not in source:
        return []
    return [name for name in names if isinstance(text := row.data.get(name), str) and place(row, name, text, 0, len(text)) is not None]
