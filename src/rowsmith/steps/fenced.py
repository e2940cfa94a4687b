"""Source text in prompts: fenced off as data, between lines that the text itself cannot hold.

The lines bear a mark that is derived from what they fence. A text would have to hold its own hash to close its fence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rowsmith.core.ids import canonical, content_hash
from rowsmith.core.row import Row
from rowsmith.steps.spans import place


def mark_of(shown: Mapping[str, Any]) -> str:
    """The mark of what is shown, 12 hexadecimal digits."""
    return content_hash(dict(shown))[:6].hex()


def fenced(shown: Mapping[str, Any], mark: str) -> str:
    """The columns, each below a line that bears the mark. Texts stand as they are, other values as JSON."""
    parts = [f"--- {mark} {name} ---\n{value if isinstance(value, str) else canonical(value).decode()}" for name, value in shown.items()]
    return "\n".join([*parts, f"--- {mark} end ---"])


def source_columns(row: Row, names: Iterable[str]) -> list[str]:
    """Those of the columns that hold the text of a document, or of a part of one."""
    source = row.origin.get("source")
    if not isinstance(source, dict) or "span" not in source:
        return []
    return [name for name in names if isinstance(text := row.data.get(name), str) and place(row, name, text, 0, len(text)) is not None]
